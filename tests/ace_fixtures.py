"""Small ACE bases, potentials and structures."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from invgen.ace import RadialBasis
from invgen.ace.potential import LinearPotential
from invgen.compiler.candidates.ace import coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import Structure
from invgen.emitted.products import ProductBasis

ELEMENTS = ("Cu", "Ni")
CUTOFF = 4.2
RADIAL = RadialBasis(CUTOFF, 6, 2.5)
PAIR_RADIAL = replace(RADIAL, pair_r0=((2.5, 2.0), (2.0, 3.1)))
REFERENCES = np.array([-3.5, -4.25])


@cache
def functions(orders: tuple[int, ...] = (1, 2, 3, 4), species: int = 2) -> tuple[coupling.Coupling, ...]:
    """Up to a dozen functions of every order, spread over those with sum(n + l/2) <= 6: ranks up to 4."""
    truncation = coupling.total_degree(6, w_L="1/2", species=species)
    found: list[coupling.Coupling] = []
    for order in orders:
        listed = list(coupling.candidates(truncation, (order,)))
        found += [listed[k] for k in np.unique(np.linspace(0, len(listed) - 1, 12).astype(int))]
    return tuple(found)


@cache
def products(orders: tuple[int, ...] = (1, 2, 3, 4), species: int = 2) -> ProductBasis:
    return product_basis(functions(orders, species))


def listed(
    truncation: coupling.Truncation, orders: tuple[int, ...], parity: str
) -> tuple[list[coupling.Coupling], tuple[coupling.Channel, ...]]:
    """All functions of some orders, and the channels that they are made of."""
    return list(coupling.candidates(truncation, orders, parity)), coupling.channels_in_use(truncation, orders, parity)


def cluster(seed: int = 0, atoms: int = 6, elements: tuple[int, ...] = (28, 29)) -> Structure:
    """Random atoms at least 1.6 Å apart."""
    rng = np.random.default_rng(seed)
    positions: list[np.ndarray] = []
    while len(positions) < atoms:
        trial = rng.uniform(0, 2.2 * atoms ** (1 / 3), 3)
        if all(np.linalg.norm(trial - p) > 1.6 for p in positions):
            positions.append(trial)
    return Structure(rng.choice(elements, atoms), np.array(positions))


def crystal(elements: tuple[int, ...] = (28, 29)) -> Structure:
    """A skewed cell of two atoms, smaller than the cutoff: atoms see their own images."""
    rng = np.random.default_rng(4)
    cell = 2.9 * np.eye(3) + 0.25 * rng.normal(size=(3, 3))
    fractions = np.array([[0.0, 0.0, 0.0], [0.52, 0.47, 0.45]])
    return Structure([elements[0], elements[-1]], fractions @ cell, cell, True)


def pair(distance: float) -> Structure:
    return Structure([29, 28], [[0.0, 0, 0], [0.0, 0.6 * distance, 0.8 * distance]])


def potential(
    orders: tuple[int, ...] = (1, 2, 3, 4), species: int = 2, seed: int = 0, radial: RadialBasis = RADIAL
) -> LinearPotential:
    """A potential with random coefficients."""
    table = products(orders, species)
    coefficients = 0.1 * np.random.default_rng(seed).normal(size=(species, len(table)))
    return LinearPotential(
        table, radial, ELEMENTS[:species], coefficients, REFERENCES[:species], metadata={"basis": "some"}
    )
