"""Which structures are held out, which occur twice, and how large the errors of a potential are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from invgen.data.errors import DataError
from invgen.data.structures import Structure
from invgen.errors import unknown

FOLD_BY = ("structures", "groups")
UNITS = {"energy": "meV/atom", "forces": "eV/Å", "stress": "GPa"}
EV_PER_CUBIC_ANGSTROM = 160.21766208
"""GPa (CODATA 2018)."""
ALL = "all"
ROUNDING = 1e-8
"""Å: positions that agree this far are equal."""


class Predictions(NamedTuple):
    """What a potential says of structures, beside the labels; ``None`` where there is no label."""

    energy: list[tuple[float, float] | None]
    """(label, prediction) in eV."""
    forces: list[tuple[np.ndarray, np.ndarray] | None]
    """(atoms, 3) each, eV/Å."""
    stress: list[tuple[np.ndarray, np.ndarray] | None]
    """(6,) each, eV/Å^3."""


def fold_numbers(structures: Sequence[Structure], folds: int, by: str = "structures", seed: int = 0) -> np.ndarray:
    """(structures,) the fold of every structure.

    by
        ``"structures"``: every group is dealt out evenly over the folds, after a shuffle. ``"groups"``: whole groups
        share a fold, the largest ones dealt out first, so that the error is that of a kind of structure never seen.

    Structures of equal geometry stay together. Raises ``DataError`` when there are too few for ``folds``.
    """
    if by not in FOLD_BY:
        raise DataError(unknown("way to make folds", by, FOLD_BY))
    rng = np.random.default_rng(seed)
    units = _by_key([geometry(s) for s in structures] if by == "structures" else [s.group for s in structures])
    if len(units) < folds:
        what = "different structures" if by == "structures" else "groups of structures"
        raise DataError(f"{folds} folds need at least {folds} {what}, there are {len(units)}; lower solver.folds")
    order = rng.permutation(len(units))
    if by == "groups":
        order = order[np.argsort([-len(units[k]) for k in order], kind="stable")]
    else:
        names = [str(structures[units[k][0]].group) for k in order]
        order = order[np.argsort(names, kind="stable")]
    numbers = np.empty(len(structures), dtype=np.int64)
    sizes = np.zeros(folds)
    for turn, k in enumerate(order):
        fold = turn % folds if by == "structures" else int(np.argmin(sizes))
        numbers[units[k]] = fold
        sizes[fold] += len(units[k])
    return numbers


def _by_key(keys: Sequence[Any]) -> list[list[int]]:
    found: dict[Any, list[int]] = {}
    for index, key in enumerate(keys):
        found.setdefault(key, []).append(index)
    return list(found.values())


def geometry(s: Structure) -> tuple[bytes, ...]:
    """Equal for structures with the same atoms, in the same order, at the same places of the same cell."""
    places = [np.round(a / ROUNDING).astype(np.int64).tobytes() for a in (s.positions, s.cell)]
    return s.numbers.tobytes(), s.periodic.tobytes(), *places


def duplicates(structures: Sequence[Structure]) -> list[list[Structure]]:
    """Structures of equal geometry, one list for each that occurs more than once."""
    units = _by_key([geometry(s) for s in structures])
    return [[structures[k] for k in unit] for unit in units if len(unit) > 1]


def predict(potential: Any, structures: Sequence[Structure]) -> Predictions:
    """Labels and predictions of ``potential`` (a ``LinearPotential``)."""
    found = Predictions([], [], [])
    for s in structures:
        energy, forces, stress = potential.energy_forces_stress(s)
        found.energy.append(None if s.energy is None else (s.energy, float(energy)))
        found.forces.append(None if s.forces is None else (s.forces, np.asarray(forces)))
        found.stress.append(None if s.stress is None or not s.volume else (s.stress, np.asarray(stress)))
    return found


def error_table(structures: Sequence[Structure], predictions: Predictions) -> dict[str, dict[str, Any]]:
    """Errors of each group and of ``"all"``: ``structures``, ``atoms``, ``energy_mae``, ``energy_rmse``, and so on.

    In ``UNITS``: energies per atom, components of forces and stresses. A kind without labels is left out.
    """
    groups = sorted({s.group for s in structures if s.group is not None})
    rows = {group: [k for k, s in enumerate(structures) if s.group == group] for group in groups}
    if len(rows) == 1 and len(next(iter(rows.values()))) == len(structures):
        rows = {}
    return {name: _errors(structures, predictions, ks) for name, ks in {**rows, ALL: range(len(structures))}.items()}


def residuals(structures: Sequence[Structure], predictions: Predictions, rows: Sequence[int]) -> dict[str, np.ndarray]:
    """Predictions minus labels of each kind that is labelled, as one array, in ``UNITS``."""
    made: dict[str, list[np.ndarray]] = {"energy": [], "forces": [], "stress": []}
    for k in rows:
        for kind, scale in (("energy", 1e3 / structures[k].atoms), ("forces", 1.0), ("stress", EV_PER_CUBIC_ANGSTROM)):
            pair = getattr(predictions, kind)[k]
            if pair is not None:
                made[kind].append(scale * (np.asarray(pair[1]) - np.asarray(pair[0])).ravel())
    return {kind: np.concatenate(parts) for kind, parts in made.items() if parts}


def _errors(structures: Sequence[Structure], predictions: Predictions, rows: Sequence[int]) -> dict[str, Any]:
    found: dict[str, Any] = {"structures": len(rows), "atoms": sum(structures[k].atoms for k in rows)}
    for kind, values in residuals(structures, predictions, rows).items():
        found[f"{kind}_mae"] = float(np.mean(np.abs(values)))
        found[f"{kind}_rmse"] = float(np.sqrt(np.mean(values**2)))
    return found


def table_text(tables: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """The errors of several sets (``{"train": error_table(...), ...}``) as aligned text."""
    kinds = [k for k in UNITS if any(f"{k}_mae" in row for table in tables.values() for row in table.values())]
    head = ["set", "group", "structures", *(f"{k} {m} {UNITS[k]}" for k in kinds for m in ("MAE", "RMSE"))]
    lines = [head]
    for name, table in tables.items():
        for group, row in table.items():
            numbers = [row.get(f"{k}_{m}") for k in kinds for m in ("mae", "rmse")]
            texts = ["" if v is None else f"{v:.4g}" for v in numbers]
            lines.append([name, group, str(row["structures"]), *texts])
    widths = [max(len(line[c]) for line in lines) for c in range(len(head))]
    made = ["  ".join(t.ljust(w) if c < 2 else t.rjust(w) for c, (t, w) in enumerate(zip(line, widths, strict=True)))
            for line in lines]  # fmt: skip
    return "\n".join(line.rstrip() for line in made) + "\n"
