"""The Jacobian by positions of neighbours: exactly, in float64, beside the one by A, with enough neighbours and few."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import sphericart
import tolerances
from numpy.polynomial import legendre

import invgen
from invgen import BasisSpec
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import channel_slices
from invgen.compiler.algebra.couplings import scalings
from invgen.compiler.algebra.harmonics import integer_harmonics
from invgen.compiler.analysis.environments import (
    PositionEvaluator,
    neighbours_needed,
    position_evaluators,
    rank_by_positions,
    select_by_positions,
)
from invgen.compiler.candidates.ace.coupling import Channel
from invgen.compiler.candidates.environment import Environment
from invgen.compiler.candidates.family import family_of
from invgen.compiler.selection.floating import FloatEchelon, independent_rows
from invgen.errors import SpecError, TooFewNeighbours

PRIME = modular.DEFAULT_PRIME
CHANNELS = tuple(Channel(z, n, rank) for z in (0, 1) for n in (1, 2, 3) for rank in (0, 1, 2, 4))
DEGREE = 2 * 3 + 4
"""Of the polynomials of these channels in the positions."""

SPECS = {
    "d10": {"total_degree": 10, "n_max": 3},
    "d14": {"total_degree": 14, "n_max": 3},
    "d10w1": {"total_degree": 10, "n_max": 3, "w_L": 1},
    "box": {"l_max": 3, "n_max": 4, "channels": 2},
    "alloy": {"total_degree": 8, "n_max": 3, "elements": ("Mo", "W")},
}


@cache
def by_components(name: str) -> invgen.Basis:
    return invgen.generate(BasisSpec(family="ace", **SPECS[name]))


def environment(arithmetic, positions: np.ndarray, channels=CHANNELS) -> Environment:
    return Environment(channels, positions, np.arange(len(positions)) % 2, arithmetic)


def in_ball(number: int, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=(number, 3))
    return x / np.linalg.norm(x, axis=1, keepdims=True) * np.linspace(0.3, 1, number)[:, None]


# ---- components and their derivatives ---------------------------------------------------------------------------


@pytest.mark.parametrize("rank", range(9))
def test_integer_harmonics_are_scaled_solid_harmonics(rank):
    x = in_ball(6)
    powers = [
        sum(c * np.prod(x**e, axis=1) for e, c in row) / float(s) ** 0.5
        for row, s in zip(integer_harmonics(rank), scalings(rank), strict=True)
    ]
    exact = sphericart.SolidHarmonics(rank).compute(x)[:, rank**2 :].T
    factor = np.linalg.norm(powers) / np.linalg.norm(exact)
    assert abs(np.array(powers) - factor * exact).max() < tolerances.DIRECT_SUM["float64"] * factor


def test_components_are_sums_over_neighbours_of_the_species():
    x = in_ball(7)
    radii = (x**2).sum(axis=1)
    found = environment(Floating(), x).components
    solid = sphericart.SolidHarmonics(4).compute(x)
    for channel, where in channel_slices(CHANNELS).items():
        mine = np.arange(7) % 2 == channel.species
        radial = legendre.legval(2 * radii - 1, np.eye(channel.n + 1)[channel.n])
        expected = (radial * mine) @ solid[:, channel.rank**2 : (channel.rank + 1) ** 2]
        error = abs(found[where] - expected / np.linalg.norm(expected)).max()
        assert error < tolerances.DIRECT_SUM["float64"]


def test_float_derivatives_agree_with_differences():
    x, u = in_ball(6), in_ball(6, seed=1)
    here = environment(Floating(), x)
    step = 1e-6
    ahead, behind = (environment(Floating(), x + sign * step * u)._evaluated[0] for sign in (1, -1))
    lengths = here.components
    slope = here.derivatives @ u.reshape(-1)
    for where in channel_slices(CHANNELS).values():
        along = (ahead[where] - behind[where]) / (2 * step)
        unit = lengths[where]
        expected = slope[where] - unit * (unit @ slope[where])
        assert abs(along - expected).max() < tolerances.CENTRAL_DIFFERENCE["float64"] * max(1, abs(along).max())


def interpolated_slope(values: list[np.ndarray]) -> np.ndarray:
    """The derivative at 0, modulo the prime, of a polynomial with these values at 0, 1, 2, ...: forward differences."""
    total, differences = np.zeros_like(values[0]), np.array(values)
    for k in range(1, len(values)):
        differences = (differences[1:] - differences[:-1]) % PRIME
        total = (total + (-1) ** (k + 1) * pow(k, -1, PRIME) * differences[0]) % PRIME
    return total


def test_modular_derivatives_are_exact():
    x = modular.residues("x", 15, PRIME).reshape(5, 3)
    u = modular.residues("u", 15, PRIME).reshape(5, 3)
    values = [environment(Modular(PRIME), (x + t * u) % PRIME).components for t in range(DEGREE + 1)]
    slope = modular.matmul(environment(Modular(PRIME), x).derivatives, u.reshape(-1, 1), PRIME)[:, 0]
    assert (slope == interpolated_slope(values)).all()
    assert (slope != interpolated_slope(values[:-2])).any()


# ---- ranks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECS)
def test_ranks_by_a_by_positions_exact_and_in_floats_agree(name):
    basis = by_components(name)
    needed = neighbours_needed(basis.channels)
    assert 3 * needed - 3 >= basis.evidence.bound
    for neighbours in (needed, needed + 2):
        run = select_by_positions(basis.spec, neighbours)
        assert run.rank == run.float_echelon.rank == basis.evidence.rank
        assert tuple(c.label for c in run.kept) == basis.labels
        assert not run.disagreements
    assert rank_by_positions(basis) == rank_by_positions(basis, exact=False) == len(basis)


@pytest.mark.parametrize(
    ("name", "neighbours", "rank"),
    [
        ("d10", 2, 3), ("d10", 3, 6), ("d10", 5, 12), ("d10", 9, 24), ("d10", 10, 27), ("d10", 11, 29),
        ("d14", 13, 36), ("d14", 28, 81), ("d14", 29, 84), ("box", 3, 6), ("box", 10, 27), ("alloy", 14, 36),
    ],
)  # fmt: skip
def test_few_neighbours_lower_the_rank_and_lose_functions(name, neighbours, rank):
    """At most 3 N - 3: environments of N neighbours up to rotations. Exact and float64 passes still agree."""
    basis = by_components(name)
    assert neighbours < neighbours_needed(basis.channels)
    run = select_by_positions(basis.spec, neighbours, few=True)
    assert run.rank == run.float_echelon.rank == rank <= 3 * neighbours - 3
    assert not run.disagreements
    assert rank_by_positions(basis, neighbours, few=True) == rank
    assert (rank < len(basis)) == (tuple(c.label for c in run.kept) != basis.labels)


def test_too_few_neighbours_are_refused():
    basis = by_components("d10")
    message = (
        "an environment of 14 neighbours has 39 coordinates beside rotations, and 43 components of 19 channels have "
        "up to 40 independent functions: independent ones would be lost; use at least 15 neighbours"
    )
    for call in (lambda: rank_by_positions(basis, 14), lambda: select_by_positions(basis.spec, 14)):
        with pytest.raises(TooFewNeighbours, match=message):
            call()
    with pytest.raises(SpecError, match="positions are variables of the family 'ace'"):
        select_by_positions(BasisSpec(l_max=2), 20)


def test_neighbours_needed():
    assert neighbours_needed([Channel(0, n, 0) for n in range(1, 6)]) == 5
    assert neighbours_needed([Channel(0, 1, 1), Channel(0, 1, 2)]) == 3
    assert neighbours_needed([Channel(z, 1, 2) for z in (0, 1)]) == 4
    scalars = BasisSpec(family="ace", total_degree=5, n_max=1)
    run = select_by_positions(scalars, 5)
    assert run.rank == 5
    assert select_by_positions(scalars, 4, few=True).rank == 4


def test_wrong_derivatives_lower_the_rank():
    basis = by_components("box")
    exact, _ = position_evaluators(basis.channels)
    rows = exact.gradients(basis.invariants)[0]
    assert modular.rank(rows, PRIME) == 29
    exact._derivatives[0] = exact._derivatives[0].copy()
    exact._derivatives[0][:4] = 0
    assert modular.rank(exact.gradients(basis.invariants)[0], PRIME) < 29


def test_gradients_of_one_and_of_many_agree():
    basis = by_components("box")
    exact, floating = position_evaluators(basis.channels, seed="other")
    for evaluator in (exact, floating):
        assert isinstance(evaluator, PositionEvaluator)
        assert evaluator.components == 3 * neighbours_needed(basis.channels)
        together = evaluator.gradients(basis.invariants[:5])
        for k, c in enumerate(basis.invariants[:5]):
            values, gradients = evaluator.values_and_gradients(c)
            assert values.shape == (evaluator.size,)
            assert np.allclose(gradients, together[:, k], rtol=1e-13, atol=1e-15)


def test_most_configurations_decide():
    first, second = np.zeros((2, 3, 4))
    first[:, 0] = second[:, 0] = 1
    second[0, 1] = 1
    for configurations, outcome in ((1, True), (2, True), (3, False)):
        rows = np.stack([first, second], axis=1)[:configurations]
        assert FloatEchelon(configurations, 4).add_block(rows) == [True, outcome]
    second[2, 2] = 1
    assert FloatEchelon(3, 4).add_block(np.stack([first, second], axis=1)) == [True, True]


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_the_float_selection_does_not_hang_on_its_tolerance(seed):
    spec = BasisSpec(family="ace", total_degree=14, w_L=1, n_max=3)
    family = family_of(spec)
    evaluator = family.evaluator(spec, family.configurations(spec, 3, seed), Floating())
    candidates = list(family.stream(spec, 1000))
    jacobians = evaluator.gradients(candidates)
    exact = list(invgen.generate(spec).labels)
    for tolerance in (1e-8, 1e-6, 1e-4):
        assert [candidates[k].label for k in independent_rows(jacobians, tolerance)] == exact
    assert len(independent_rows(jacobians, 1e-17)) > len(exact)
