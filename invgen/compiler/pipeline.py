"""The stages in order: this docstring is the architecture, docs/architecture.md draws it.

    stage      input -> output                                          where
    spec       what is asked for -> ``BasisSpec``                       spec/
    candidates a family's contractions or couplings, in order           compiler/candidates/  (exact)
    selection  candidates -> the chosen ones and ``Evidence``           compiler/selection/   (exact, float64 beside it)
    basis      chosen + evidence -> ``Basis``, a file                   compiler/basis.py, covariant_basis.py
    kernels    basis -> value ``Kernel`` -> vjp, second-order kernels   compiler/kernels/
    emission   kernels -> a folder of sources with checksums            compiler/emission.py, emitters/; templates/
    ---------- only files cross this line: emitted/ has their names, formats and checksums ----------
    runtime    folder -> callables and torch operators                  runtime/
    models     callables -> layers, networks, potentials                nn/, ace/, potentials/, over data/

Everything above the line is the compiler half and never imports torch; everything below is the runtime half and
never imports SymPy or Jinja. Objects are immutable; every stage returns a new one. Beside the stages, about a finished
basis: compiler/analysis/ (certificates, relations, separation) and compiler/inspect/ (tables, drawings, resources,
pages); about other people's descriptors: compiler/auditing/. replay/ checks certificates by code of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from invgen.compiler.basis import Basis
from invgen.compiler.covariant_basis import CovariantBasis
from invgen.compiler.selection.covariants import select as select_covariants
from invgen.compiler.selection.langbein import Progress
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.program.lists import Shortened
from invgen.compiler.selection.program.lists import shorten as shorten_list
from invgen.compiler.selection.setting import Setting
from invgen.errors import unknown
from invgen.resources import cache_folder, generated_folder
from invgen.spec import MAX_CANDIDATES, BasisSpec


def generate(
    spec: BasisSpec,
    *,
    progress: Progress | None = None,
    max_candidates: int = MAX_CANDIDATES,
    workers: int = 1,
    scheduler: str | None = None,
) -> Basis:
    """Generates the basis of a spec, exactly, with its evidence.

    progress
        Called as ``progress(stage, done, total)``: candidates where their number is known, else rank and bound.
    max_candidates
        Refuses, with ``TooManyCandidates``, to enumerate more than this.
    workers
        Processes that evaluate the candidates of the family ``ace``; the basis is the same for any number of them.
    scheduler
        Address of a Dask scheduler whose workers do it instead, or ``"local"`` for workers on this machine.

    A long selection that is interrupted goes on when it is called again. Raises ``TooManyCandidates`` where memory does
    not suffice, too; ``SpecError`` for workers where they have no work; ``WorkerError`` when processes are lost again
    and again, and ``SchedulerError`` for a scheduler that is not there or goes away.
    """
    _check_spec("generate", spec)
    _check_workers(workers, scheduler)
    setting = Setting(
        progress=progress,
        max_candidates=max_candidates,
        checkpoints=cache_folder() / "selections",
        workers=workers,
        scheduler=scheduler,
    )
    chosen, evidence = select(spec, setting)
    return Basis(spec, tuple(chosen), evidence)


def covariants(
    spec: BasisSpec, rank: int = 1, *, progress: Progress | None = None, max_candidates: int = MAX_CANDIDATES
) -> CovariantBasis:
    """Chooses covariants: tensors of one rank that are polynomials of the tensors of a spec and turn with them.

    spec
        Objectives: ``independent``, the fewest that span all at a generic point; ``generators`` (Cartesian tensors
        only), the fewest of which all up to degree n_max are combinations with invariant coefficients; ``linear``, all
        linearly independent ones. Parity: ``proper`` for (-1)^rank under inversion, as a dipole has, ``pseudo`` for the
        other one, as a torque has, or ``both``.
    progress, max_candidates
        As in ``generate``.

    Raises ``SpecError`` for another family or objective, and ``TooManyCandidates``.
    """
    _check_spec("covariants", spec)
    chosen, evidence = select_covariants(spec, rank, Setting(progress=progress, max_candidates=max_candidates))
    return CovariantBasis(spec, rank, tuple(chosen), evidence)


def shorten(spec: BasisSpec, labels: Iterable[str], *, progress: Progress | None = None) -> Shortened:
    """Makes the kernel of a list of invariants shorter: as many functions, each set made of functions of the other.

    spec
        Whose candidates may take the place of members; its ordering says what counts: ``program``, ``program_vjp`` or
        ``program_all``.
    labels
        Of contractions or couplings, as in ``Basis.labels``. Members that are functions of those before them are named
        in the result, and left out before the search.

    Raises ``ValueError`` for text that is no label, and ``SpecError`` for tensors that the spec does not have.
    """
    _check_spec("shorten", spec)
    return shorten_list(spec, labels, Setting(progress=progress))


def _check_spec(function: str, spec: object) -> None:
    if not isinstance(spec, BasisSpec):
        raise TypeError(
            f"{function} takes a BasisSpec, got {type(spec).__name__}; write invgen.BasisSpec(l_max=3, n_max=4)"
        )


def _check_workers(workers: object, scheduler: str | None) -> None:
    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 1:
        raise ValueError(f"workers must be a whole number of at least 1, got {workers!r}")
    if workers > 1 and scheduler is not None:
        raise ValueError(f"a scheduler has workers of its own: leave out workers={workers}, or the scheduler")


def find_basis(source: str | os.PathLike[str] | Basis) -> Basis:
    """A basis from a file, a folder, or the id of a shipped one; a ``source`` that is a ``Basis`` is given back.

    Raises as ``basis_path``.
    """
    return source if isinstance(source, Basis) else Basis.load(basis_path(source))


def basis_path(source: str | os.PathLike[str]) -> Path:
    """Where the basis is that ``source`` names, a file, a folder, or the id of a shipped one.

    Raises ``FileNotFoundError``, listing what is shipped and what comes closest, when there is neither.
    """
    path, shipped = Path(source), generated_folder() / str(source)
    if path.exists():
        return path
    if (shipped / "basis.json").is_file():
        return shipped
    known = sorted(p.parent.name for p in generated_folder().glob("*/basis.json"))
    raise FileNotFoundError(f"no basis at {source}, and none of this id is shipped: {unknown('basis', source, known)}")
