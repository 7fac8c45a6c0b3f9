"""Separation: whether different neighbourhoods have different invariants, on pairs that are known to be hard.

The rank of a Jacobian speaks of small changes. Two neighbourhoods far from each other can still share all invariants of
a basis, and do so where the basis sees too few neighbours at once: invariants of order n are sums over n-tuples of
neighbours, so neighbourhoods with the same multiset of n-tuples up to rotation agree in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Protocol

import numpy as np

from invgen.compiler.algebra.channels import components_of
from invgen.compiler.candidates.environment import polynomials, radial_polynomials
from invgen.compiler.candidates.family import family_of
from invgen.compiler.selection.sites import arithmetic_of
from invgen.errors import SpecError
from invgen.spec import BasisSpec

TOLERANCE = 1e-6
"""Difference relative to the largest value of an invariant from which on two neighbourhoods are told apart."""
MOST_NEIGHBOURS = 8
"""Of a neighbourhood for which all orders of neighbours are tried, 40,320 for eight."""

Neighbours = tuple[tuple[int, int, int], ...]
DEGENERATE: dict[int, tuple[Neighbours, Neighbours]] = {
    2: (
        ((1, -1, 1), (1, 0, -1), (1, 1, -1), (1, 1, 1)),
        ((-1, -1, -1), (-1, -1, 0), (-1, 1, -1), (1, -1, -1)),
    ),
    3: (
        ((-1, 1, 1), (0, -1, 1), (0, 0, -1), (0, 0, 1), (1, -1, -1), (1, 0, 0)),
        ((-1, -1, -1), (-1, 0, 0), (-1, 0, 1), (0, -1, 0), (1, 0, 0), (1, 1, 1)),
    ),
}
"""Two neighbourhoods, no rotated or mirrored copies, that agree in all invariants of orders up to the key, whatever the
radial functions and however high the ranks: each has the other's multiset of pairs (of triples) up to rotation."""


class Molecule(Protocol):
    """Atoms: ``invgen.data.Structure`` or ``ase.Atoms``."""

    @property
    def numbers(self) -> np.ndarray: ...
    @property
    def positions(self) -> np.ndarray: ...


class Functions(Protocol):
    """A basis, or other invariants of a spec."""

    @property
    def spec(self) -> BasisSpec: ...
    @property
    def invariants(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Separation:
    """How far apart a basis sees the two structures of every pair.

    differences
        One for each pair: the largest difference of an invariant between environments that correspond best, relative to
        the largest value of that invariant in all structures.
    """

    id: str
    size: int
    tolerance: float
    differences: tuple[float, ...]

    @property
    def separated(self) -> int:
        """Number of pairs told apart."""
        return sum(d > self.tolerance for d in self.differences)

    @property
    def gap(self) -> tuple[float, float]:
        """The largest difference within the tolerance, 0 if none is, and the smallest beyond, infinite if none is."""
        within = [d for d in self.differences if d <= self.tolerance]
        beyond = [d for d in self.differences if d > self.tolerance]
        return max(within, default=0.0), min(beyond, default=float("inf"))

    def __str__(self) -> str:
        low, high = self.gap
        return (
            f"{self.id}: {self.size} invariants tell {self.separated} of {len(self.differences)} pairs apart "
            f"(differences up to {low:.1e} and from {high:.1e} on)"
        )


def invariants_of(
    basis: Functions,
    positions: np.ndarray,
    species: np.ndarray | None = None,
    prime: int | None = None,
) -> np.ndarray:
    """Invariants (invariants,) of one neighbourhood, its tensors made with polynomial radial functions.

        A_znlm = sum_j [z_j = z] P_n(r_j^2) r_j^l Y_lm(r_j / |r_j|)

    with shifted Legendre polynomials P_n, so n = 1..N tell N different distances apart. Reduced Cartesian tensors
    instead of Y_lm in the family ``cartesian``.

    positions
        Shape ``(neighbours, 3)``, from the centre: within the unit ball, or integers with a prime.
    species
        Which species each neighbour is of, in the order of the basis; all of the first by default.
    prime
        For exact values modulo it.
    """
    spec, arithmetic = basis.spec, arithmetic_of(prime)
    family = family_of(spec)
    channels = family.channels(spec)
    species = np.zeros(len(positions), dtype=int) if species is None else np.asarray(species)
    radial, _ = radial_polynomials(positions, max((c.n for c in channels), default=0), arithmetic)
    angular = {c.rank: polynomials(family.harmonics(c.rank, arithmetic), positions, arithmetic)[0] for c in channels}
    parts = [
        arithmetic.reduce(arithmetic.reduce(angular[c.rank] * radial[c.n]) * (species == c.species)).sum(axis=1)
        for c in channels
    ]
    point = arithmetic.reduce(np.concatenate(parts)).reshape(1, components_of(channels))
    evaluator = family.evaluator(spec, point, arithmetic)
    return np.array([evaluator.values(c)[0] for c in basis.invariants])


def separation(
    basis: Functions,
    first: Sequence[Molecule],
    second: Sequence[Molecule],
    *,
    centres: int | None = None,
    elements: Sequence[int] | None = None,
    cutoff: float | None = None,
    tolerance: float = TOLERANCE,
) -> Separation:
    """Whether a basis tells the two structures of each pair apart, as multisets of atomic environments.

    first, second
        Molecules without cell, one pair after another.
    centres
        The atomic number of the atoms whose environments count; all atoms by default, those of equal number compared.
    elements
        Atomic numbers of the neighbouring species in the order of the basis. By default those that occur, ascending, if
        the basis has several species; a basis with one takes all neighbours for the same.
    cutoff
        The distance that is the unit of length, in Å; 1.1 times the largest one by default. All atoms must lie within.
    tolerance
        Share of the largest value of an invariant up to which two of its values count as equal.

    Raises ``SpecError`` for sequences of different lengths, cells, and elements or distances that do not fit.
    """
    if len(first) != len(second) or not len(first):
        raise SpecError(f"pairs need as many first structures as second ones, got {len(first)} and {len(second)}")
    molecules = [*first, *second]
    known = _elements(basis.spec, molecules, elements)
    unit = _unit(molecules, cutoff)
    found = [_environments(basis, m, centres, known, unit) for m in molecules]
    everything = np.concatenate([rows for environments in found for rows in environments.values()])
    scale = np.maximum(np.abs(everything).max(axis=0, initial=0.0), 1e-300)
    pairs = zip(found[: len(first)], found[len(first) :], strict=True)
    differences = tuple(_difference(a, b, scale) for a, b in pairs)
    return Separation(basis.spec.id, len(basis.invariants), tolerance, differences)


def _elements(spec: BasisSpec, molecules: Sequence[Molecule], elements: Sequence[int] | None) -> tuple[int, ...] | None:
    """Atomic numbers of the species of the basis, or ``None`` if it has one for all."""
    if elements is None and spec.species == 1:
        return None
    present = sorted({int(z) for m in molecules for z in m.numbers})
    chosen = tuple(present if elements is None else elements)
    if len(chosen) != spec.species or not set(present) <= set(chosen):
        raise SpecError(
            f"{spec.id} has {spec.species} species, the structures hold atomic numbers {present}, "
            f"elements={elements!r}; give one atomic number for each species of the basis, all that occur among them"
        )
    return chosen


def _unit(molecules: Sequence[Molecule], cutoff: float | None) -> float:
    for m in molecules:
        if np.any(getattr(m, "periodic", getattr(m, "pbc", False))):
            raise SpecError(
                "pairs are compared as molecules, one of the structures has a cell; cut a cluster out of it"
            )
    farthest = max(
        float(np.linalg.norm(np.asarray(m.positions)[:, None] - np.asarray(m.positions), axis=-1).max())
        for m in molecules
    )
    if cutoff is not None and cutoff <= farthest:
        raise SpecError(f"two atoms are {farthest:.4g} Å apart, beyond the cutoff of {cutoff:g} Å; raise the cutoff")
    return 1.1 * farthest if cutoff is None else cutoff


def _environments(
    basis: Functions, molecule: Molecule, centres: int | None, elements: tuple[int, ...] | None, unit: float
) -> dict[int, np.ndarray]:
    """By atomic number of the centre the invariants (atoms, invariants)."""
    numbers, positions = np.asarray(molecule.numbers), np.asarray(molecule.positions, dtype=float)
    rows: dict[int, list[np.ndarray]] = {}
    for i, number in enumerate(numbers):
        if centres is None or number == centres:
            others = np.arange(len(numbers)) != i
            species = None if elements is None else np.array([elements.index(int(z)) for z in numbers[others]])
            near = (positions[others] - positions[i]) / unit
            rows.setdefault(int(number), []).append(invariants_of(basis, near, species))
    if not rows:
        raise SpecError(f"a structure has no atom of number {centres}; it holds {sorted(set(numbers.tolist()))}")
    return {number: np.stack(part) for number, part in rows.items()}


def _difference(first: dict[int, np.ndarray], second: dict[int, np.ndarray], scale: np.ndarray) -> float:
    """The largest relative difference when environments are paired off, the closest ones first."""
    if {z: len(a) for z, a in first.items()} != {z: len(b) for z, b in second.items()}:
        return float("inf")
    worst = 0.0
    for number, rows in first.items():
        apart = (np.abs(rows[:, None] - second[number]) / scale).max(axis=-1, initial=0.0)
        while apart.size:
            i, j = np.unravel_index(np.argmin(apart), apart.shape)
            worst = max(worst, float(apart[i, j]))
            apart = np.delete(np.delete(apart, i, axis=0), j, axis=1)
    return worst


def incongruence(first: np.ndarray, second: np.ndarray) -> float:
    """How far two neighbourhoods are from being rotated or mirrored copies: zero exactly if they are.

    The least, over all orders of the neighbours, of the largest difference between scalar products of two of them.

    first, second
        Shape ``(neighbours, 3)``, from the centre, neighbours of one species. Raises ``SpecError`` above
        ``MOST_NEIGHBOURS``.
    """
    number = len(first)
    if number != len(second):
        return float("inf")
    if number > MOST_NEIGHBOURS:
        raise SpecError(f"{number} neighbours have too many orders to try; the limit is {MOST_NEIGHBOURS}")
    here, there = np.asarray(first) @ np.asarray(first).T, np.asarray(second) @ np.asarray(second).T
    orders = np.array(list(permutations(range(number))))
    return float(np.abs(there[orders[:, :, None], orders[:, None, :]] - here).max(axis=(1, 2)).min())
