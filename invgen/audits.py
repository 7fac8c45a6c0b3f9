"""``invgen.audit``: from descriptors to a verdict. Both halves meet here, since torch differentiates functions."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from invgen.compiler.auditing.contractions import ContractionList
from invgen.compiler.auditing.filter import audit_list, audit_samples
from invgen.compiler.auditing.functions import Differentiator, by_differences, find_function, given, sample_function
from invgen.compiler.auditing.polynomials import PolynomialList
from invgen.compiler.auditing.sampling import Space, is_whole
from invgen.compiler.auditing.source import ExactList, Line, parse_lines, read_lines
from invgen.compiler.auditing.tables import read_table, table
from invgen.compiler.auditing.verdict import Audit
from invgen.compiler.selection.langbein import CONFIGURATIONS, Progress
from invgen.errors import AuditError, unknown

KINDS = ("contractions", "polynomials", "function", "table")
OWNERS = {
    "traces": ("contractions",),
    "unit": ("contractions",),
    "rotations": ("polynomials",),
    "places": ("contractions", "polynomials"),
}
"""Kinds that an option is for; all others are for functions."""
DERIVATIVES = ("auto", "autograd", "differences", "given")
FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

Source = str | os.PathLike[str] | Sequence[str] | Callable[..., Any] | np.ndarray | dict[str, np.ndarray]


def audit(
    source: Source,
    *,
    kind: str | None = None,
    ordering: str = "given",
    traces: bool = False,
    unit: bool = False,
    rotations: bool = False,
    places: str = "auto",
    atoms: int | None = None,
    neighbours: int | None = None,
    ranks: tuple[int, ...] | None = None,
    components: int | None = None,
    species: tuple[Any, ...] = (),
    derivatives: str = "auto",
    configurations: int = CONFIGURATIONS,
    points: np.ndarray | None = None,
    labels: Sequence[str] = (),
    seed: str = "",
    progress: Progress | None = None,
) -> Audit:
    """Finds the functionally dependent members of anybody's descriptors.

    source
        A text file (or lines) of contractions such as ``ij,jk,ki->,two,two,two`` or of polynomials such as
        ``x*y + z**2``; a function or its name ``module:function``; an npz file of Jacobians, its arrays by name, or one
        array ``(configurations, descriptors, variables)``.
    kind
        One of ``contractions``, ``polynomials``, ``function``, ``table``; found out by default.
    ordering
        ``given``, or ``cost``: cheap members are kept first.
    traces
        Whether tensors of contractions have traces, as moment tensors do.
    unit
        Whether they are moments of unit vectors: the trace of one is that of the same name with two indices less.
    rotations
        Of polynomials: that rotations of their variables are known to leave all members unchanged, so that the rank is
        at most three less than the number of variables.
    places
        Degenerate places of a list: names of variables that are zero, or words of ranks whose tensors vanish, such as
        ``x,y+z`` for x alone, and y with z; ``all``, ``none``, or ``auto``: all, unless there are very many.
    atoms, neighbours, ranks, components, species
        What a function is a function of; see ``invgen.compiler.auditing.sampling.Space``.
    derivatives
        Of a function: ``autograd`` (it takes and returns torch tensors), ``differences``, ``given`` (it returns values
        and Jacobian); ``auto`` is ``autograd`` where that works, else ``differences``.
    configurations, points, seed
        Number of random configurations of a function; or themselves, an array (configurations, variables); what random
        numbers depend on.
    labels
        Names of the descriptors of a function.

    Raises ``AuditError``, a ``ValueError``, for a source that is malformed or an option that does not go with it, and
    ``FileNotFoundError``.
    """
    found = kind or _kind(source)
    if found not in KINDS:
        raise AuditError(unknown("kind", found, KINDS))
    _refuse_unused(
        found, traces=traces, unit=unit, rotations=rotations, places=places != "auto",
        atoms=atoms is not None, neighbours=neighbours is not None, ranks=ranks is not None,
        components=components is not None, species=len(species) > 0, derivatives=derivatives != "auto",
        points=points is not None, labels=len(labels) > 0,
    )  # fmt: skip
    name = _name(source)
    if found in ("contractions", "polynomials"):
        lines = _lines(source)
        members: ExactList
        if found == "contractions":
            members = ContractionList.parse(lines, traces or unit, unit)
        else:
            members = PolynomialList.parse(lines, rotations)
        return audit_list(members, name, ordering=ordering, seed=seed, places=places, progress=progress)
    if found == "table":
        return audit_samples(_table(source), name, ordering=ordering)
    if not is_whole(configurations) or configurations < 1:
        raise AuditError(f"configurations must be a whole number, 1 or more, got {configurations!r}")
    space = Space(atoms, neighbours, ranks, components, species)
    function = find_function(str(source)) if isinstance(source, str) else source
    if not callable(function):
        raise AuditError(f"kind 'function' needs a function or its name module:function, got {type(source).__name__}")
    how, differentiate = _differentiator(derivatives, function, space, seed)
    samples = sample_function(
        function, space, differentiate, how=how, configurations=configurations, seed=seed, labels=tuple(labels),
        points=points, progress=progress,
    )  # fmt: skip
    return audit_samples(samples, name, ordering=ordering)


def _refuse_unused(kind: str, **told: bool) -> None:
    """Raises ``AuditError`` for an option that this kind of source has no use for."""
    for option, is_told in told.items():
        owners = OWNERS.get(option, ("function",))
        if is_told and kind not in owners:
            owner = " or ".join(map(repr, owners))
            raise AuditError(f"{option} go with kind {owner}, and this is {kind!r}; leave them out, or tell the kind")


def _kind(source: Source) -> str:
    if isinstance(source, np.ndarray | dict):
        return "table"
    if callable(source):
        return "function"
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if isinstance(source, str) and FUNCTION.fullmatch(source) and not path.exists():
            return "function"
        if path.suffix == ".npz":
            return "table"
    return "contractions" if "->" in _lines(source)[0].text else "polynomials"


def _name(source: Source) -> str:
    if isinstance(source, str | os.PathLike):
        return str(source)
    return getattr(source, "__name__", "descriptors")


def _lines(source: Source) -> tuple[Line, ...]:
    if isinstance(source, str | os.PathLike):
        if not Path(source).is_file():
            raise FileNotFoundError(
                f"no file {source}; a source is a text file, an .npz file, or a function named module:function"
            )
        return read_lines(source)
    if isinstance(source, Sequence) and all(isinstance(text, str) for text in source):
        return parse_lines(source, "the list")
    raise AuditError(f"a list is a text file or a sequence of lines, got {type(source).__name__}")


def _table(source: Source) -> Any:
    if isinstance(source, dict):
        return table(source)
    if isinstance(source, np.ndarray):
        return table({"jacobian": source})
    if isinstance(source, str | os.PathLike):
        return read_table(source)
    raise AuditError(f"a table is an npz file or its arrays by name, got {type(source).__name__}")


def _differentiator(name: str, function: Callable[..., Any], space: Space, seed: str) -> tuple[str, Differentiator]:
    """How it is called, and the differentiator."""
    if name not in DERIVATIVES:
        raise AuditError("derivatives: " + unknown("kind", name, DERIVATIVES))
    if name == "given":
        return "given by the function", given
    if name == "autograd" or (name == "auto" and _takes_tensors(function, space, seed)):
        return "by torch", _by_torch
    return "by differences", by_differences


def _by_torch(function: Callable[..., Any], point: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    from invgen.runtime.jacobian import jacobian

    return jacobian(function, point)


def _takes_tensors(function: Callable[..., Any], space: Space, seed: str) -> bool:
    """Whether the function can be differentiated by torch; asked only where torch is in use, by its module that is."""
    if "torch" not in sys.modules:
        return False
    try:
        _by_torch(lambda x: function(x, *space.arguments), space.sample(1, f"audit/{seed}")[0])
    except (Exception, SystemExit):
        return False
    return True
