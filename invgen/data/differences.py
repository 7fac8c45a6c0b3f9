"""Forces against finite differences of energies: do the labels of the nearest frames belong together?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from invgen.data.structure import Structure

LARGEST_GROUP = 600
"""Frames of one composition that are compared with each other; of more, so many are taken at even steps."""
PAIRS = (50, 20)
"""How many of the nearest pairs are used: the first number that tells anything."""
CLOSEST = 1e-4
"""Å: nearer frames are the same one twice."""
NEAR = 0.1
"""Å: so near (root mean square) the trapezoidal rule is good for any potential that a set is likely to have."""
MISFIT = 0.4
"""Share of the energy differences that forces may leave unexplained; molecules at 600 K have up to 0.3."""
TOLERANCE = 0.2
"""How far from 1 a slope may be; the rule has errors of third order in the displacement."""
KNOWN = {
    23.06: "energies in kcal/mol beside forces in eV/Å",
    96.49: "energies in kJ/mol beside forces in eV/Å",
    27.21: "forces in Hartree/Å beside energies in eV",
    51.42: "forces in Hartree/Bohr beside energies in eV",
    25.71: "forces in Rydberg/Bohr beside energies in eV",
    1.89: "forces per Bohr beside lengths in Å",
    2.0: "forces in Hartree beside energies in Rydberg",
    0.5: "forces in Rydberg beside energies in Hartree",
    0.529: "lengths in Bohr beside forces per Å",
    10.0: "lengths in nm beside forces per Å",
    0.1: "forces per nm beside lengths in Å",
    1 / 23.06: "forces in kcal/mol/Å beside energies in eV",
    1 / 96.49: "forces in kJ/mol/Å beside energies in eV",
    1 / 27.21: "energies in Hartree beside forces in eV/Å",
}
"""What a slope may come from when labels are read as eV, Å and eV/Å."""


@dataclass(frozen=True)
class Slope:
    """Energy differences of near frames against what their forces or stresses say, both as read.

    pairs
        How many pairs of frames.
    distance
        Å: median over pairs of the root mean square displacement of atoms.
    slope
        Weighted median of energy difference over work, -(F1+F2)/2 · (R2-R1) for forces; ``nan`` without a pair.
    misfit
        Sum of the absolute energy differences that slope times work leaves, over the sum of all.
    verdict
        In words: they fit; the sign is flipped; which unit is another; or no pair is near enough to tell.
    fits
        Whether slope is about 1; ``None`` when no pair is near enough to tell.
    """

    pairs: int
    distance: float
    slope: float
    misfit: float
    verdict: str
    fits: bool | None

    def doubt(self, what: str) -> str | None:
        """A warning about the ``what`` that were compared, if they do not fit."""
        return (
            f"{what} against energy differences: slope {self.slope:.3f}, {self.verdict}" if self.fits is False else None
        )


def force_slope(structures: Sequence[Structure]) -> Slope:
    """Compare forces with energy differences of the nearest frames of the same atoms in the same order and cell.

    Molecules are turned onto each other first, and atoms of cells taken to their nearest images.
    """
    groups = defaultdict(list)
    for s in structures:
        if s.energy is not None and s.forces is not None and s.atoms > 1:
            groups[s.numbers.tobytes(), s.periodic.tobytes(), s.cell.round(6).tobytes()].append(s)
    rows = [row for group in groups.values() if len(group) > 1 for row in _nearest_pairs(group)]
    table = np.array(sorted(row for row in rows if row[0] > CLOSEST)).reshape(-1, 3)
    atoms = {s.atoms for s in structures}
    known = {**KNOWN, **({1 / atoms.pop(): "energies per atom"} if len(atoms) == 1 else {})}
    return slope_of(table, "forces", known)


def slope_of(table: np.ndarray, what: str, known: Mapping[float, str]) -> Slope:
    """``Slope`` of rows of distance, energy difference and work, the nearest first, by ``what`` is compared."""
    tried = [_slope(table[:count], what, known) for count in PAIRS]
    return next((found for found in tried if found.fits is not None), tried[0])


def _slope(table: np.ndarray, what: str, known: Mapping[float, str]) -> Slope:
    distance, energy, work = table.T
    if not np.abs(work).sum() > 0 or not np.abs(energy).sum() > 0:
        return Slope(len(table), _median(distance), np.nan, np.nan, _cannot_tell(distance), None)
    slope = _weighted_median(energy[work != 0] / work[work != 0], np.abs(work[work != 0]))
    misfit = float(np.abs(energy - slope * work).sum() / np.abs(energy).sum())
    if misfit < MISFIT:
        fits = abs(slope - 1) < TOLERANCE
        return Slope(len(table), _median(distance), slope, misfit, _verdict(slope, what, known), fits)
    unrelated = _median(distance) < NEAR
    verdict = f"{what} do not belong to the energies" if unrelated else _cannot_tell(distance)
    return Slope(len(table), _median(distance), slope, misfit, verdict, False if unrelated else None)


def _cannot_tell(distance: np.ndarray) -> str:
    if not len(distance):
        return "there are no near frames of the same atoms in the same order with all labels that it takes"
    return f"no pair of frames is near enough to tell (the nearest are {distance.min():.2g} Å apart)"


def _verdict(slope: float, what: str, known: Mapping[float, str]) -> str:
    if abs(slope - 1) < TOLERANCE:
        return f"{what} fit the energies"
    sign = f"the sign of the {what} is flipped" if slope < 0 else ""
    if abs(slope + 1) < TOLERANCE:
        return sign
    near = sorted((abs(np.log(abs(slope) / value)), text) for value, text in known.items())
    names = " or ".join(text for far, text in near if far < 0.1)
    return ", and ".join(filter(None, (sign, names or f"energies and {what} differ by a factor of {abs(slope):.4g}")))


def _nearest_pairs(group: list[Structure]) -> list[tuple[float, float, float]]:
    """(distance, energy difference, work) of every frame and the nearest other one; each pair once."""
    group = group[:: -(-len(group) // LARGEST_GROUP)]
    positions, forces = (np.stack([getattr(s, name) for s in group]) for name in ("positions", "forces"))
    energies = np.array([s.energy for s in group])
    periodic = bool(group[0].periodic.any())
    turned = positions if periodic else _turned(positions, positions[:1])[0]
    pairs = set()
    for k in range(len(group)):
        far = np.square(_moved(turned - turned[k], group[0])).mean(axis=(1, 2))
        far[k] = np.inf
        pairs.add(tuple(sorted((k, int(far.argmin())))))
    one, two = np.array(sorted(pairs)).T
    there, turn = (positions[two], None) if periodic else _turned(positions[two], positions[one])
    here = positions[one] if periodic else positions[one] - positions[one].mean(axis=1, keepdims=True)
    pull = forces[two] if turn is None else forces[two] @ turn
    moved = _moved(there - here, group[0])
    work = -0.5 * ((forces[one] + pull) * moved).sum(axis=(1, 2))
    distance = np.sqrt(np.square(moved).sum(axis=2).mean(axis=1))
    return list(zip(distance.tolist(), (energies[two] - energies[one]).tolist(), work.tolist(), strict=True))


def _moved(difference: np.ndarray, like: Structure) -> np.ndarray:
    """(frames, atoms, 3) displacements to the nearest images, without the common one."""
    if like.periodic.all():
        fractions = difference @ np.linalg.inv(like.cell)
        difference = (fractions - np.round(fractions)) @ like.cell
    return difference - difference.mean(axis=1, keepdims=True)


def _turned(positions: np.ndarray, onto: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centred positions (frames, atoms, 3), turned as near to ``onto`` as can be, and the turns (frames, 3, 3)."""
    centred = positions - positions.mean(axis=1, keepdims=True)
    target = onto - onto.mean(axis=1, keepdims=True)
    left, _, right = np.linalg.svd(centred.transpose(0, 2, 1) @ target)
    left[:, :, -1] *= np.sign(np.linalg.det(left) * np.linalg.det(right))[:, None]
    turn = left @ right
    return centred @ turn, turn


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")
