"""A basis on a structure of the user: tensors and invariants of every atom, and what a browser needs to turn it.

    T^l_n(i) = sum_j w_n(r_ij) Y^l(r_ij / |r_ij|),    w_n(r) = cos^2(pi r / 2R) P_(n-1)(2 r / R - 1)

Y^l are the harmonics of the family, P_n Legendre polynomials, R the cutoff. A trained network or potential has radial
functions of its own; these show what a basis does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from invgen.compiler.algebra.arithmetic import Floating
from invgen.compiler.basis import Basis
from invgen.compiler.candidates.environment import Terms
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.kernels.program import Kernel

MOST_ATOMS = 1000
MOST_PAIRS = 40_000
"""Neighbours that a page carries, to be turned."""
MOST_NUMBERS = 300_000
"""Values, atoms times invariants, that a page carries."""
MOST_LIVE = 60
"""Invariants that are computed again in the browser while the structure turns."""
OPERATIONS = {"add": 0, "sub": 1, "mul": 2}


@dataclass(frozen=True)
class Sample:
    """A structure and its neighbours.

    name
        To be shown; it is text, whatever it holds.
    symbols, positions
        Of every atom; (atoms, 3) in Å.
    cell
        (3, 3) lattice vectors as rows in Å, or ``None`` for a molecule.
    first, second, vectors
        Directed pairs within the cutoff (Å): the atom, its neighbour, and (pairs, 3) from one to the other.
    problem
        Why there are no neighbours, if they could not be found.
    """

    name: str
    symbols: tuple[str, ...]
    positions: np.ndarray
    cell: np.ndarray | None
    cutoff: float
    first: np.ndarray
    second: np.ndarray
    vectors: np.ndarray
    problem: str = ""


@dataclass(frozen=True)
class StructurePart:
    """What a page shows of a structure.

    problems
        What is wrong with it or was left out, in sentences.
    data
        For the script of the page; ``None`` where nothing can be shown.
    """

    name: str
    words: str
    problems: tuple[str, ...]
    data: dict[str, Any] | None


def structure_part(basis: Basis, sample: Sample) -> StructurePart:
    """What a page shows; says so where the structure makes no sense for the basis."""
    atoms = len(sample.symbols)
    words = f"{atoms:,} atoms; neighbours within {sample.cutoff:g} Å"
    if fatal := _fatal(basis, sample):
        return StructurePart(sample.name, words, (fatal,), None)
    problems = _problems(basis, sample)
    count = min(atoms, MOST_ATOMS)
    shown = max(1, min(len(basis), MOST_NUMBERS // count))
    values = replace(basis, invariants=basis.invariants[:shown]).evaluate(components(basis, sample)[:count])
    carried = min(_carried(sample), count)
    if carried < count:
        problems.append(f"Only the first {carried:,} atoms can be looked at while turning.")
    if shown < len(basis):
        problems.append(f"Only the first {shown:,} of {len(basis):,} invariants are there for every atom.")
    data = {
        "symbols": sample.symbols[:count],
        "positions": _rounded(sample.positions[:count], 4),
        "cell": None if sample.cell is None else _rounded(sample.cell, 4),
        "cutoff": sample.cutoff,
        "neighbours": _neighbours(basis, sample, carried),
        "channels": [list(c) for c in basis.channels],
        "elements": list(basis.spec.elements),
        "harmonics": _harmonics(basis),
        "labels": basis.labels[:shown],
        "values": [[float(f"{v:.6g}") for v in column] for column in values.T],
        "contents": [[basis.channels.index(t) for t in c.content] for c in basis.invariants[:MOST_LIVE]],
        "program": _program(form_of(basis.spec).lower(basis.invariants[:MOST_LIVE], basis.channels)),
    }
    return StructurePart(sample.name, words, tuple(problems), data)


def species_of(basis: Basis, symbols: tuple[str, ...]) -> np.ndarray:
    """The species of every atom as a neighbour, -1 for an element that the basis does not know."""
    elements = basis.spec.elements
    if not elements:
        return np.zeros(len(symbols), dtype=int)
    return np.array([elements.index(s) if s in elements else -1 for s in symbols], dtype=int)


def components(basis: Basis, sample: Sample) -> np.ndarray:
    """The tensors of every atom, (atoms, components), in the order of ``Basis.channels``."""
    species = species_of(basis, sample.symbols)[sample.second]
    lengths = np.linalg.norm(sample.vectors, axis=1)
    directions = sample.vectors / lengths[:, None]
    radial = radial_functions(lengths, sample.cutoff, max(c.n for c in basis.channels))
    angular = {rank: _values(basis.family.harmonics(rank, Floating()), directions) for rank in basis.spec.ranks}
    columns = []
    for c in basis.channels:
        weights = np.where(species == c.species, radial[c.n - 1], 0.0)
        for row in angular[c.rank]:
            columns.append(np.bincount(sample.first, weights=weights * row, minlength=len(sample.symbols)))
    return np.stack(columns, axis=1)


def radial_functions(lengths: np.ndarray, cutoff: float, count: int) -> np.ndarray:
    """w_n at distances (Å) below the cutoff, (count, distances), n = 1 first."""
    cut, x = np.cos(0.5 * np.pi * lengths / cutoff) ** 2, 2 * lengths / cutoff - 1
    legendre = [np.ones_like(x), x]
    for k in range(1, count):
        legendre.append(((2 * k + 1) * x * legendre[k] - k * legendre[k - 1]) / (k + 1))
    return cut * np.stack(legendre[:count])


def _values(rows: list[Terms], directions: np.ndarray) -> np.ndarray:
    """Polynomials at directions: (rows, directions)."""
    return np.stack([sum(k * np.prod(directions ** np.array(p), axis=1) for p, k in row) for row in rows])


def _fatal(basis: Basis, sample: Sample) -> str:
    if sample.problem:
        return sample.problem
    if not len(basis):
        return "The basis is empty, so there is nothing to see on a structure."
    if not sample.symbols:
        return "The structure holds no atom."
    if not len(sample.first):
        return (
            f"No atom has a neighbour within {sample.cutoff:g} Å, so all tensors vanish: give a larger --cutoff, or "
            "check that positions are in Å."
        )
    if (species_of(basis, sample.symbols)[sample.second] < 0).all():
        return (
            f"The structure is made of {', '.join(sorted(set(sample.symbols)))}; the basis knows only neighbours of "
            f"{', '.join(basis.spec.elements)}, so all tensors vanish."
        )
    return ""


def _problems(basis: Basis, sample: Sample) -> list[str]:
    found, atoms = [], len(sample.symbols)
    unknown = sorted({s for s, k in zip(sample.symbols, species_of(basis, sample.symbols), strict=True) if k < 0})
    if unknown:
        known = ", ".join(basis.spec.elements)
        found.append(f"The basis knows neighbours of {known}; those of {', '.join(unknown)} are not seen.")
    if lonely := atoms - len(set(sample.first.tolist())):
        found.append(f"{lonely:,} of {atoms:,} atoms have no neighbour within {sample.cutoff:g} Å.")
    if atoms > MOST_ATOMS:
        found.append(f"The first {MOST_ATOMS:,} of {atoms:,} atoms are shown, with all their neighbours.")
    return found


def _carried(sample: Sample) -> int:
    """How many atoms the page can turn: those whose neighbours it carries."""
    counts = np.bincount(sample.first, minlength=len(sample.symbols))
    return int(np.searchsorted(np.cumsum(counts), MOST_PAIRS, side="right"))


def _neighbours(basis: Basis, sample: Sample, carried: int) -> list[list[list[float]]]:
    """For each carried atom its neighbours: species and vector."""
    species = species_of(basis, sample.symbols)[sample.second]
    found: list[list[list[float]]] = [[] for _ in range(carried)]
    for atom, kind, vector in zip(sample.first.tolist(), species.tolist(), sample.vectors.tolist(), strict=True):
        if atom < carried and kind >= 0:
            found[atom].append([kind, *(round(x, 10) for x in vector)])
    return found


def _harmonics(basis: Basis) -> dict[str, list[list[list[float]]]]:
    """For each rank the components, each a list of powers of x, y, z and a coefficient."""
    return {
        str(rank): [[[*powers, float(k)] for powers, k in row] for row in basis.family.harmonics(rank, Floating())]
        for rank in basis.spec.ranks
    }


def _program(kernel: Kernel) -> dict[str, Any]:
    """The value kernel as numbers: constants, statements one after another as operation, left, right, and outputs."""
    return {
        "inputs": kernel.input_size,
        "constants": [float(c) for c in kernel.constants],
        "statements": [n for op, left, right in kernel.statements for n in (OPERATIONS[op], left, right)],
        "outputs": list(kernel.outputs[0][1]),
    }


def _rounded(array: np.ndarray, digits: int) -> list[list[float]]:
    return [[round(x, digits) for x in row] for row in array.tolist()]
