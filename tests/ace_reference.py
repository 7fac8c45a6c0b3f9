"""Linear ACE in plain NumPy, by other means than the package: images by brute force, Jacobi polynomials and harmonics
from libraries, every function from its own exact polynomial. Slow and short."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import sphericart
from scipy.special import eval_jacobi

from invgen.ace import RadialBasis
from invgen.compiler.candidates.ace import coupling
from invgen.data import Structure
from invgen.emitted.products import ProductBasis


def images(structure: Structure, cutoff: float) -> np.ndarray:
    """(images, 3) all lattice translations that can matter."""
    if not structure.periodic.any():
        return np.zeros((1, 3))
    heights = 1 / np.linalg.norm(np.linalg.inv(structure.cell), axis=0)
    spread = np.ptp(structure.positions @ np.linalg.inv(structure.cell), axis=0)
    reach = [range(-n, n + 1) for n in np.ceil(cutoff / heights + spread).astype(int)]
    return np.array(list(itertools.product(*reach))) @ structure.cell


def transformed(r: np.ndarray, basis: RadialBasis) -> np.ndarray:
    """u of distances: 1 at r = 0, 0 from the cutoff on."""

    def x(distance: np.ndarray) -> np.ndarray:
        s = distance / basis.r0
        if basis.transform == "power":
            return (2 / (1 + s)) ** basis.p
        p, q = basis.p, basis.q
        slopes = np.array([(p + q) / 2, -q - (q - p) * (q - p - 2) / 4])
        a = 2 * (slopes[0] ** 2 + slopes[1]) / (slopes[0] ** 2 - slopes[1])
        return 1 / (1 + a * s**q / (1 + s ** (q - p)))

    end, start = x(np.array(basis.cutoff)), x(np.array(0.0))
    return np.where(r < basis.cutoff, (x(r) - end) / (start - end), 0.0)


def radial(r: np.ndarray, basis: RadialBasis) -> np.ndarray:
    """(functions, pairs) from scipy's Jacobi polynomials, weight u^(2e) on 0..1."""
    u, e = transformed(r, basis), basis.envelope
    return np.array(
        [np.sqrt(2 * e + 2 * n + 1) * u**e * eval_jacobi(n, 0, 2 * e, 2 * u - 1) for n in range(basis.functions)]
    )


def of_pair(basis: RadialBasis, first: int, second: int) -> RadialBasis:
    """The radial functions of one pair of species."""
    return replace(basis, r0=basis.pair_r0[first][second], pair_r0=()) if basis.pair_r0 else basis


def moments(
    structure: Structure, elements: tuple[int, ...], channels: list[coupling.Channel], basis: RadialBasis
) -> list[dict[tuple[coupling.Channel, int], float]]:
    """For every atom A by (channel, m)."""
    found = []
    l_max = max(c.rank for c in channels)
    harmonics = sphericart.SphericalHarmonics(l_max)
    shifts = images(structure, basis.cutoff)
    for centre, number in zip(structure.positions, structure.numbers, strict=True):
        vectors = (structure.positions[:, None] + shifts[None] - centre).reshape(-1, 3)
        numbers = np.repeat(structure.numbers, len(shifts))
        r = np.linalg.norm(vectors, axis=1)
        near = (r > 1e-8) & (r < basis.cutoff)
        functions = [radial(r[near], of_pair(basis, elements.index(number), z)) for z in range(len(elements))]
        values = harmonics.compute(vectors[near])
        a = {}
        for c in channels:
            mask = numbers[near] == elements[c.species]
            for m in range(-c.rank, c.rank + 1):
                a[c, m] = float(functions[c.species][c.n - 1][mask] @ values[mask, c.rank**2 + c.rank + m])
        found.append(a)
    return found


def energy_row(
    structure: Structure, elements: tuple[int, ...], functions: list[coupling.Coupling], basis: RadialBasis
) -> np.ndarray:
    """(functions S,) the design row of the energy."""
    channels = sorted({c for f in functions for c in f.factors})
    row = np.zeros((len(elements), len(functions)))
    for number, a in zip(structure.numbers, moments(structure, elements, channels, basis), strict=True):
        for k, function in enumerate(functions):
            exact = function.polynomial()
            for orders, coefficient in zip(exact.orders, exact.floats(), strict=True):
                factors = [a[c, int(m)] for c, m in zip(function.factors, orders, strict=True)]
                row[elements.index(number), k] += coefficient * np.prod(factors)
    return row.reshape(-1)


def products(tables: ProductBasis, points: np.ndarray) -> np.ndarray:
    """Values (..., functions) at components (..., C): every node from its factors, every function from its row."""
    values = list(np.moveaxis(points, -1, 0))
    for left, right in zip(tables.left, tables.right, strict=True):
        values.append(values[left] * values[right])
    found = []
    for start, stop in itertools.pairwise(tables.row_start):
        terms = zip(tables.value[start:stop], tables.column[start:stop], strict=True)
        found.append(sum(value * values[column] for value, column in terms))
    return np.stack(found, axis=-1)
