"""Pairs of neighbourhoods that low orders confuse, and what tells them apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, permutations
from typing import Any

import brute_force
import numpy as np
import pytest
import tolerances
from rotation_fixtures import rotation

import invgen
from invgen import BasisSpec
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.point_groups import turning_prime
from invgen.compiler.analysis.separation import DEGENERATE, Separation, incongruence, invariants_of, separation
from invgen.compiler.candidates.family import family_of
from invgen.data import Structure
from invgen.errors import SpecError

PRIMES = (modular.DEFAULT_PRIME, modular.prime_below(modular.DEFAULT_PRIME), turning_prime())
CARBON, HYDROGEN, FLUORINE = 6, 1, 9


@dataclass(frozen=True)
class Candidates:
    """All candidates of a spec, none left out."""

    spec: BasisSpec
    invariants: tuple[Any, ...]


@cache
def candidates(**wanted: Any) -> Candidates:
    spec = BasisSpec(**wanted)
    return Candidates(spec, tuple(family_of(spec).stream(spec, 10_000)))


def molecule(neighbours: Any, number: int = HYDROGEN) -> Structure:
    """A carbon atom at the origin and its neighbours."""
    positions = np.concatenate([np.zeros((1, 3)), np.asarray(neighbours, dtype=float)])
    return Structure(np.array([CARBON, *[number] * (len(positions) - 1)]), positions)


def tuples(neighbours: Any, size: int) -> Counter[tuple[int, ...]]:
    """The multiset of all tuples of neighbours, each by its scalar products in the least of all orders."""
    gram = np.array(neighbours) @ np.array(neighbours).T
    found: Counter[tuple[int, ...]] = Counter()
    for chosen in combinations(range(len(gram)), size):
        found[
            min(tuple(int(gram[p[i], p[j]]) for i in range(size) for j in range(i + 1)) for p in permutations(chosen))
        ] += 1
    return found


# ---- integer pairs, exactly -------------------------------------------------------------------------------------


@pytest.mark.parametrize("degenerate", DEGENERATE)
def test_the_pairs_are_what_they_are_said_to_be(degenerate):
    first, second = DEGENERATE[degenerate]
    for size in range(1, degenerate + 1):
        assert tuples(first, size) == tuples(second, size)
    assert tuples(first, degenerate + 1) != tuples(second, degenerate + 1)
    assert incongruence(np.array(first), np.array(second)) >= 1


@pytest.mark.parametrize("degenerate", DEGENERATE)
@pytest.mark.parametrize("family", ["cartesian", "ace"])
@pytest.mark.parametrize("order", [2, 3, 4])
def test_orders_up_to_the_degenerate_one_agree_exactly_and_the_next_does_not(degenerate, family, order):
    channels = 2 if family == "ace" and order < 4 else 1
    basis = candidates(family=family, l_max=4, n_max=order, orders=(order,), channels=channels)
    first, second = (np.array(side) for side in DEGENERATE[degenerate])
    assert len(basis.invariants) >= 4
    for prime in PRIMES:
        apart = invariants_of(basis, first, prime=prime) != invariants_of(basis, second, prime=prime)
        assert apart.any() == (order > degenerate)


def test_a_neighbour_moved_is_noticed_by_order_two():
    first, second = (np.array(side) for side in DEGENERATE[3])
    second = second.copy()
    second[0] = (-1, -1, -2)
    basis = candidates(family="cartesian", l_max=4, n_max=2, orders=(2,))
    assert (invariants_of(basis, first, prime=PRIMES[0]) != invariants_of(basis, second, prime=PRIMES[0])).any()


def test_exact_and_float_values_are_the_same_functions():
    """27 times a contraction of three tensors of rank two is whole: its residue is that of the float64 value."""
    basis = candidates(family="cartesian", l_max=2, n_max=3)
    positions = np.array([[1, 0, 0], [1, 1, 0], [0, -1, 2]])
    exact = 27 * invariants_of(basis, positions, prime=PRIMES[0]) % PRIMES[0]
    whole = np.rint(27 * invariants_of(basis, positions.astype(float))).astype(int)
    assert (whole % PRIMES[0] == exact).all()
    assert np.unique(whole).size == len(basis.invariants) == 5


# ---- structures -------------------------------------------------------------------------------------------------

LADDER = [
    ({"l_max": 4, "n_max": 2, "objective": "linear"}, {2: 0, 3: 0}),
    ({"l_max": 3, "n_max": 3, "objective": "independent"}, {2: 1, 3: 0}),
    ({"l_max": 3, "n_max": 4, "objective": "flexible"}, {2: 1, 3: 1}),
    ({"l_max": 3, "n_max": 4, "objective": "robust"}, {2: 1, 3: 1}),
]


@pytest.mark.parametrize(("wanted", "told"), LADDER)
def test_bases_tell_pairs_apart_as_their_orders_allow(wanted, told):
    basis = brute_force.build(BasisSpec(**wanted))
    for degenerate, (first, second) in DEGENERATE.items():
        turned = np.array(second) @ rotation(1).T
        found = invgen.separation(basis, [molecule(first)], [molecule(turned)], centres=CARBON)
        assert found.separated == told[degenerate], str(found)
        assert found.gap[0] < tolerances.DIRECT_SUM["float64"]


def test_environments_of_other_atoms_can_tell_what_the_central_one_cannot():
    basis = brute_force.built(4, 2, "linear")
    first, second = ([molecule(side)] for side in DEGENERATE[3])
    assert separation(basis, first, second, centres=CARBON).separated == 0
    assert separation(basis, first, second, centres=HYDROGEN).separated == 1
    assert separation(basis, first, second).separated == 1


def test_rotated_mirrored_and_renumbered_copies_are_never_told_apart():
    basis = brute_force.built(3, 4, "linear")
    x = np.random.default_rng(2).normal(size=(5, 3))
    order = np.array([0, 4, 2, 5, 1, 3])
    here = molecule(x)
    for matrix in (rotation(3), -rotation(4)):
        there = molecule(x @ matrix.T)
        there = replace(there, numbers=there.numbers[order], positions=there.positions[order] + 2.5)
        found = separation(basis, [here], [there])
        assert found.separated == 0
        assert found.differences[0] < tolerances.LAW["float64"]
        assert incongruence(x, x[[2, 0, 4, 3, 1]] @ matrix.T) < tolerances.DIRECT_SUM["float64"]
    assert separation(basis, [here], [molecule(x + 0.01 * np.eye(5, 3))]).separated == 1


def test_mirror_images_need_pseudo_scalars():
    x = np.array([[1.0, 0, 0], [0, 2.0, 0], [0, 0, 3.0], [1.0, 1, 1]])
    pair = [molecule(x)], [molecule(-x)]
    wanted = {"family": "ace", "l_max": 2, "n_max": 4, "channels": 2}
    assert separation(candidates(**wanted), *pair, centres=CARBON).separated == 0
    assert separation(candidates(**wanted, parity="both"), *pair, centres=CARBON).separated == 1


def test_species_are_told_apart_where_the_basis_has_several():
    x = np.array([[1.0, 0, 0], [0, 2.0, 0], [0, 0, 3.0]])
    numbers = np.array([CARBON, HYDROGEN, HYDROGEN, FLUORINE])
    here, there = molecule(x), molecule(x)
    here, there = replace(here, numbers=numbers), replace(there, numbers=numbers[[0, 3, 1, 2]])
    one = candidates(family="ace", l_max=1, n_max=2)
    three = candidates(family="ace", l_max=1, n_max=2, channels=3, elements=("H", "C", "F"))
    assert separation(one, [here], [there], centres=CARBON).separated == 0
    assert separation(three, [here], [there], centres=CARBON).separated == 1
    elements = (HYDROGEN, CARBON, FLUORINE)
    assert separation(three, [here], [there], centres=CARBON, elements=elements).separated == 1


def test_different_compositions_are_told_apart_and_counted():
    basis = brute_force.built(1, 2, "independent")
    pair = molecule(np.eye(3))
    found = separation(basis, [pair, pair], [molecule(np.eye(3), FLUORINE), pair])
    assert found.differences[0] == float("inf")
    assert (found.separated, found.differences[1]) == (1, 0.0)


def test_it_prints():
    found = Separation("some-id", 7, 1e-6, (1e-9, 0.25, 2.0))
    assert found.gap == (1e-9, 0.25)
    assert str(found) == (
        "some-id: 7 invariants tell 2 of 3 pairs apart (differences up to 1.0e-09 and from 2.5e-01 on)"
    )
    assert Separation("x", 1, 1e-6, (0.0,)).gap == (0.0, float("inf"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"second": []}, "as many first structures as second ones, got 1 and 0"),
        ({"first": [], "second": []}, "got 0 and 0"),
        ({"centres": 8}, r"no atom of number 8; it holds \[1, 6\]"),
        ({"cutoff": 1.0}, "apart, beyond the cutoff of 1 Å; raise the cutoff"),
        ({"elements": (1,)}, r"has 1 species, the structures hold atomic numbers \[1, 6\], elements=\(1,\); give one"),
        ({"first": "cell"}, "one of the structures has a cell; cut a cluster out of it"),
    ],
)
def test_requests_that_do_not_fit_are_refused(change, message):
    pair = {"first": [molecule(np.eye(3))], "second": [molecule(np.eye(3))]}
    if change == {"first": "cell"}:
        change = {"first": [replace(pair["first"][0], cell=5 * np.eye(3), periodic=True)]}
    with pytest.raises(SpecError, match=message):
        separation(brute_force.built(1, 2, "independent"), **{**pair, **change})


def test_incongruence():
    assert incongruence(np.eye(3), np.eye(3)[[2, 0, 1]]) == 0
    assert incongruence(np.eye(3), np.eye(3)[:2]) == float("inf")
    assert incongruence(np.eye(3), np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1]])) == 1
    with pytest.raises(SpecError, match="9 neighbours have too many orders to try; the limit is 8"):
        incongruence(np.zeros((9, 3)), np.zeros((9, 3)))
