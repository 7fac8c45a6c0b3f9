"""Numbers about structures and their labels: spreads, E⁰ by least squares, outliers, distances, duplicates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invgen.data.neighbours import neighbour_pairs
from invgen.data.references import reference_energies, symbols
from invgen.data.structure import Structure

NOBLE = (2, 10, 18, 36, 54, 86)
"""Elements without covalent bonds: their distances say nothing about the unit of lengths."""


@dataclass(frozen=True)
class Spread:
    """Of so many numbers; all in eV and Å."""

    count: int
    minimum: float
    maximum: float
    mean: float
    std: float
    median: float

    @classmethod
    def of(cls, values: np.ndarray) -> Spread:
        """Of an array that is not empty."""
        least, most, mean, std, median = (f(values) for f in (np.min, np.max, np.mean, np.std, np.median))
        return cls(int(values.size), *(float(v) for v in (least, most, mean, std, median)))


@dataclass(frozen=True)
class Outlier:
    """A frame far from the others in something; z counts robust standard deviations (1.4826 median |x - median|)."""

    frame: str
    what: str
    value: float
    z: float


@dataclass(frozen=True)
class References:
    """E⁰ of every element in eV by least squares, and whether the compositions tell the elements apart."""

    energies: dict[int, float]
    determined: bool
    residual: np.ndarray
    """(labelled frames,) eV per atom."""


def references(structures: Sequence[Structure]) -> References:
    """E⁰ of the structures, all of which have energies; the shortest vector where compositions leave a choice."""
    elements = sorted({int(z) for s in structures for z in np.unique(s.numbers)})
    counts = np.array([[np.count_nonzero(s.numbers == z) for z in elements] for s in structures], dtype=np.float64)
    energies = np.array([s.energy for s in structures], dtype=np.float64)
    found = reference_energies(counts, energies, symbols(elements))
    residual = (energies - counts @ np.array([found[z] for z in elements])) / counts.sum(axis=1)
    determined = len(structures) > 2 * len(elements) and np.linalg.matrix_rank(counts) == len(elements)
    return References(found, bool(determined), residual)


def value_tables(structures: Sequence[Structure], found: References | None) -> dict[str, np.ndarray]:
    """Arrays of everything worth a spread, by its name with its unit; ``found`` of those with energies, if any."""
    with_energy = [s for s in structures if s.energy is not None]
    forces = [s.forces for s in structures if s.forces is not None]
    stresses = [s.stress for s in structures if s.stress is not None]
    tables: dict[str, np.ndarray] = {}
    if found is not None:
        energies = np.array([s.energy for s in with_energy])
        tables["energy (eV)"] = energies
        tables["energy per atom (eV)"] = energies / [s.atoms for s in with_energy]
        tables["energy per atom after E0 (eV)"] = found.residual
    if forces:
        tables["force components (eV/Å)"] = np.concatenate(forces).ravel()
        tables["lengths of forces (eV/Å)"] = np.linalg.norm(np.concatenate(forces), axis=1)
    if stresses:
        tables["stress components (eV/Å^3)"] = np.stack(stresses).ravel()
    return tables


def outliers(
    structures: Sequence[Structure], references: References | None, least: float = 6.0, most: int = 5
) -> list[Outlier]:
    """The frames farthest out, at most ``most`` for every label, with a robust z of at least ``least``.

    Energies per atom after E⁰; the largest force of a frame and the largest stress component, both as logarithms.
    """
    found = []
    if references is not None:
        with_energy = [s for s in structures if s.energy is not None]
        found += _far(with_energy, "energy per atom after E0 (eV)", references.residual, least, most)
    for label, what in (("forces", "largest force (eV/Å)"), ("stress", "largest stress component (eV/Å^3)")):
        having = [s for s in structures if getattr(s, label) is not None and np.any(getattr(s, label))]
        largest = np.array([np.abs(getattr(s, label)).max() for s in having])
        found += _far(having, what, largest, least, most, logarithms=True)
    return found


def _far(
    structures: Sequence[Structure], what: str, values: np.ndarray, least: float, most: int, logarithms: bool = False
) -> list[Outlier]:
    if len(values) < 10:
        return []
    x = np.log(values) if logarithms else values
    centre = np.median(x)
    width = 1.4826 * np.median(np.abs(x - centre))
    z = (x - centre) / width if width > 0 else np.zeros(len(x))
    if logarithms:
        z = np.maximum(z, 0.0)
    order = np.argsort(-np.abs(z), kind="stable")[:most]
    return [Outlier(structures[k].name, what, float(values[k]), float(z[k])) for k in order if abs(z[k]) >= least]


@dataclass(frozen=True)
class Surroundings:
    """Neighbours of the atoms of some frames: how many within the cutoff, the nearest, the pairs of every frame."""

    neighbours: np.ndarray
    """(atoms,) within the cutoff."""
    nearest: np.ndarray
    """(atoms with a neighbour,) Å."""
    relative: np.ndarray
    """(atoms with a neighbour,) nearest distance over the sum of covalent radii, without noble gases."""
    pairs: np.ndarray
    """(frames,) directed pairs within the cutoff."""
    closest: np.ndarray
    """(frames, 2) of the pair that is closest for its elements: Å, and share of the sum of covalent radii; infinite
    without a pair."""


def surroundings(structures: Sequence[Structure], cutoff: float) -> Surroundings:
    """Neighbours within ``cutoff`` (Å). Raises as ``neighbour_pairs``."""
    from ase.data import covalent_radii

    neighbours: list[np.ndarray] = []
    nearest: list[np.ndarray] = []
    relative: list[np.ndarray] = []
    pairs, closest = [], []
    for s in structures:
        found = neighbour_pairs(s, cutoff)
        vectors = s.positions[found.second] - s.positions[found.first] + found.shift
        lengths = np.linalg.norm(vectors, axis=1)
        radii = covalent_radii[s.numbers[found.first]] + covalent_radii[s.numbers[found.second]]
        noble = np.isin(s.numbers[found.first], NOBLE) | np.isin(s.numbers[found.second], NOBLE)
        neighbours.append(np.bincount(found.first, minlength=s.atoms))
        pairs.append(len(lengths))
        least_pair = int((lengths / radii).argmin()) if len(lengths) else None
        closest.append((np.inf, np.inf) if least_pair is None else (lengths[least_pair], (lengths / radii)[least_pair]))
        for into, values in ((nearest, lengths), (relative, np.where(noble, np.inf, lengths / radii))):
            least = np.full(s.atoms, np.inf)
            np.minimum.at(least, found.first, values)
            into.append(least[np.isfinite(least)])
    joined = [np.concatenate(rows) for rows in (neighbours, nearest, relative)]
    return Surroundings(joined[0], joined[1], joined[2], np.array(pairs), np.array(closest))


def formulas(structures: Sequence[Structure]) -> Counter[str]:
    """How many frames every composition has."""
    from ase.formula import Formula
    from ase.symbols import Symbols

    texts: dict[bytes, str] = {}
    found: Counter[str] = Counter()
    for s in structures:
        key = np.sort(s.numbers).tobytes()
        if key not in texts:
            texts[key] = Formula(Symbols(s.numbers).get_chemical_formula()).format("hill")
        found[texts[key]] += 1
    return found


def duplicates(structures: Sequence[Structure]) -> list[list[Structure]]:
    """Groups of frames with the same elements, cell and positions (to 1e-5 Å, but for a common shift)."""
    groups = defaultdict(list)
    for s in structures:
        moved = np.round(s.positions - s.positions[:1], 5) + 0.0
        groups[s.numbers.tobytes(), moved.tobytes(), (np.round(s.cell, 5) + 0.0).tobytes()].append(s)
    return [group for group in groups.values() if len(group) > 1]
