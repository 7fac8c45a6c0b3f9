"""``invgen check``: everything that a basis and its emitted sources claim, run again."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

import invgen
from invgen.compiler.basis import Basis
from invgen.compiler.covariant_basis import CovariantBasis
from invgen.compiler.emission import emit
from invgen.compiler.emitters import BACKENDS
from invgen.emitted.folder import open_folder
from invgen.errors import SelectionError
from invgen.replay.check import replay
from invgen.resources import generated_folder
from invgen.runtime.backends import BACKENDS as RUNNING
from invgen.runtime.backends import PLAIN
from invgen.runtime.modules import Modules

TOLERANCES = {"float64": 1e-11, "float32": 2e-4}
"""Largest deviation relative to the largest entry: round-off of some thousand operations on components of order one."""

Check = tuple[str, str, str]
"""``ok``, ``FAILED`` or ``not run``; what was checked; and why it failed or was not run."""


def checks(basis: Basis | CovariantBasis, source: Path) -> Iterator[Check]:
    """Runs all checks one after another; ``source`` is where the basis was found, a path or a shipped id."""
    verification = basis.verify()
    yield _outcome("selection repeated with another prime and witness", None if verification else str(verification))
    if isinstance(basis, Basis):
        yield _outcome("certificate replayed from its labels by a second implementation", _certificate_problem(basis))
    folder = source if source.is_dir() else generated_folder() / str(source)
    if (folder / "manifest.json").is_file():
        yield _outcome("emitted again, bytes compared", _compare_bytes(basis, folder))
    else:
        folder = invgen.emitted_folder(basis, ())
    for backend in _emitted_backends(folder):
        for dtype in ("float64", "float32"):
            name = f"{backend} {dtype}: value, vjp, second order against the oracle"
            if reason := RUNNING[backend].why_not():
                yield "not run", name, reason
            else:
                yield _outcome(name, _compare_numbers(basis, folder, backend, dtype))
    if isinstance(basis, Basis):
        yield from _interaction_checks(basis, Modules(open_folder(folder)))


def _interaction_checks(basis: Basis, kernels: Modules) -> Iterator[Check]:
    """The fused interaction layers, on the devices of their backends."""
    rows = [row for row in RUNNING.values() if row.name in kernels.folder.interactions]
    for row, dtype in product(rows, ("float64", "float32")):
        name = f"{row.name} {dtype}: interaction layer, vjp, second order against plain tensor operations"
        if reason := row.why_not():
            yield "not run", name, reason
        else:
            yield _outcome(name, interaction_problem(kernels.interaction(row.name), basis, dtype, row.device))


def _outcome(name: str, problem: str | None) -> Check:
    return ("FAILED", name, problem) if problem else ("ok", name, "")


def _certificate_problem(basis: Basis) -> str | None:
    try:
        outcome = replay(str(basis.certificate()))
    except SelectionError as error:
        return str(error)
    return None if outcome else "; ".join(map(str, outcome.problems))


def _compare_bytes(basis: Basis | CovariantBasis, folder: Path) -> str | None:
    with tempfile.TemporaryDirectory() as temporary:
        fresh = emit(basis, _emitted_backends(folder), temporary)
        names = sorted(p.name for p in fresh.iterdir())
        different = [
            n for n in names if not (folder / n).is_file() or (folder / n).read_bytes() != (fresh / n).read_bytes()
        ]
    return (
        f"different from what this version emits: {', '.join(different)}; emit the basis again" if different else None
    )


def _emitted_backends(folder: Path) -> tuple[str, ...]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest.get("form") == "tables":
        return tuple(manifest["backends"])
    return tuple(name for name, backend in BACKENDS.items() if backend.kernels.FILE in manifest["files"])


def _compare_numbers(basis: Basis | CovariantBasis, folder: Path, backend: str, dtype: str) -> str | None:
    """The oracle is direct contraction or coupling; its Jacobians along a line give the Hessian part."""
    rng = np.random.default_rng(0)
    function = invgen.load(folder, backend=backend, component_axis=-1)
    x, u = rng.normal(size=(2, 7, basis.components)).astype(dtype)
    g = rng.normal(size=(7, function.size)).astype(dtype)
    exact = [a.astype(np.float64) for a in (x, g, u)]
    jacobian = _jacobian(basis, exact[0])
    wanted = {
        "value": basis.evaluate(exact[0]).reshape(g.shape),
        "vjp": np.einsum("nk,nkc->nc", exact[1], jacobian),
        "second order, Hessian part": _along(basis, *exact),
        "second order, tangent part": np.einsum("nkc,nc->nk", jacobian, exact[2]),
    }
    results = _results(function, backend, x, g, u)
    got = dict(zip(wanted, results, strict=True))
    for name, reference in wanted.items():
        deviation = np.abs(got[name] - reference).max() / max(np.abs(reference).max(), 1e-300)
        if not deviation <= TOLERANCES[dtype]:
            return f"{name} deviates by {deviation:.2g}, more than {TOLERANCES[dtype]:.2g}"
    return None


def interaction_problem(found: Any, basis: Basis, dtype: str, device: str | None) -> str | None:
    """How far fused kernels are from the same layer in float64 on the CPU: pairs in no order, an atom without any.

    found
        See ``Backend.interaction``.
    """
    import torch

    from invgen.runtime.operators import invariants, pair_sums
    from invgen.runtime.pair_lists import PairLists, pair_lists

    kernels = invgen.load(invgen.emitted_folder(basis, (PLAIN,)), backend=PLAIN)
    key, rng = invariants.register(kernels), np.random.default_rng(0)
    atoms, pairs, sensitivities, features = 5, 40, 3, 33
    inner = [(atoms, sensitivities, features), (pairs, sensitivities), (pairs, kernels.components)]
    shapes = [*inner, (atoms, kernels.size, features), *inner]
    arrays = [torch.from_numpy(rng.normal(size=shape).astype(dtype)) for shape in shapes]
    first, second = torch.from_numpy(rng.integers(0, atoms - 1, (2, pairs)))
    lists = pair_lists(first, second, atoms, atoms)
    there = PairLists(*(x.to(device) for x in lists))
    for order, count in (("value", 3), ("vjp", 4), ("second_order", 7)):
        results = getattr(found, order)(tuple(a.to(device) for a in arrays[:count]), there)
        wanted = getattr(pair_sums, order)(*(a.double() for a in arrays[:count]), lists, key)
        for result, reference in zip(results, wanted if count > 3 else (wanted,), strict=True):
            scale = max(float(reference.abs().max()), 1e-300)
            deviation = float((result.cpu().double() - reference).abs().max()) / scale
            if not deviation <= TOLERANCES[dtype]:
                return f"{order} deviates by {deviation:.2g}, more than {TOLERANCES[dtype]:.2g}"
    return None


def _results(function: Any, backend: str, *arrays: np.ndarray) -> list[np.ndarray]:
    """Values, gradient and both second-order results; a backend that takes tensors of a device only gets those."""
    if RUNNING[backend].only_on_its_device:
        import torch

        x, g, u = (torch.from_numpy(a).to(RUNNING[backend].device) for a in arrays)
        return [r.cpu().numpy() for r in (function(x), function.vjp(x, g), *function.second_order(x, g, u))]
    x, g, u = arrays
    return [function(x), function.vjp(x, g), *function.second_order(x, g, u)]


def _jacobian(basis: Basis | CovariantBasis, x: np.ndarray) -> np.ndarray:
    """Shape ``(points, functions, components)``; every component of a covariant is a function."""
    return basis.jacobian(x).reshape(len(x), -1, basis.components)


def _along(basis: Basis | CovariantBasis, x: np.ndarray, g: np.ndarray, u: np.ndarray) -> np.ndarray:
    """sum_k g_k H_k u: the derivative at t = 0 of J(x + t u)^T g, a polynomial in t, from some values."""
    degree = max((c.order for c in basis), default=1)
    nodes = 0.5 * np.cos(np.pi * (np.arange(degree) + 0.5) / degree)
    powers = np.vander(nodes, max(degree, 2), increasing=True)
    weights = np.linalg.lstsq(powers.T, np.eye(max(degree, 2))[1], rcond=None)[0]
    return sum(w * np.einsum("nk,nkc->nc", g, _jacobian(basis, x + t * u)) for t, w in zip(nodes, weights, strict=True))
