"""Truncations that differ from order to order: counts, sets and selections against brute force and their parts."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import Channel, factor_key
from invgen.compiler.algebra.characters import count_invariants
from invgen.compiler.candidates.ace.truncation import box, channels_in_use, multisets, total_degree
from invgen.compiler.candidates.family import family_of
from invgen.replay.check import replay
from invgen.spec import BasisSpec

PRIME = modular.DEFAULT_PRIME

REQUESTS = [
    {"n_max": 3, "total_degree": (9, 8, 6)},
    {"n_max": 3, "total_degree": (6, 7, 8)},
    {"n_max": 4, "total_degree": {1: 6, 2: "13/2", 3: 7, 4: 6}, "w_L": 1},
    {"n_max": 3, "total_degree": 9, "l_max": (0, 2, 1)},
    {"n_max": 3, "total_degree": 9, "channels": (6, 3, 2)},
    {"n_max": 3, "total_degree": 9, "channels": 3},
    {"n_max": 3, "total_degree": (9, 8, 7), "l_max": 2, "channels": (5, 3, 1), "parity": "both"},
    {"n_max": 3, "l_max": (0, 3, 2), "channels": (5, 2, 2)},
    {"n_max": 4, "l_max": (0, 2, 2, 1), "channels": (3, 2, 2, 1), "parity": "both"},
    {"n_max": 3, "orders": (2, 3), "total_degree": (8, 7), "w_L": 2},
    {"n_max": 3, "total_degree": (7, 6, 5), "elements": ("Mo", "W")},
    {"n_max": 3, "l_max": (0, 2, 1), "channels": (6, 4, 2), "elements": ("Mo", "W")},
    {"n_max": 3, "l_max": (0, 2, 2), "channels": (3, 2, 2), "parity": "pseudo"},
]


def ace(**arguments: object) -> BasisSpec:
    return BasisSpec(family="ace", **arguments)


def at(arguments: dict[str, object], name: str, order: int) -> object:
    """The value of one order, as a reader of the documentation would look it up."""
    value = arguments.get(name)
    orders = arguments.get("orders", range(1, arguments["n_max"] + 1))
    if isinstance(value, dict):
        return value[order]
    return value[list(orders).index(order)] if isinstance(value, tuple) else value


def brute_force(arguments: dict[str, object], order: int) -> set[tuple[Channel, ...]]:
    """All multisets of an order that hold an invariant, out of all combinations of a generous box."""
    species = len(arguments.get("elements", ())) or 1
    degree, weight = at(arguments, "total_degree", order), Fraction(arguments.get("w_L", "3/2"))
    l_max, channels = at(arguments, "l_max", order), at(arguments, "channels", order)
    odd = {"proper": (0,), "pseudo": (1,), "both": (0, 1)}[arguments.get("parity", "proper")]
    every = [Channel(z, n, rank) for z in range(species) for n in range(1, 10) for rank in range(6)]
    every = [c for c in every if (l_max is None or c.rank <= l_max) and (channels is None or c.n * species <= channels)]
    if degree is not None:
        every = [c for c in every if c.n + weight * c.rank <= Fraction(degree)]
    found = set()
    for multiset in combinations_with_replacement(sorted(every, key=factor_key), order):
        inside = degree is None or sum(c.n + weight * c.rank for c in multiset) <= Fraction(degree)
        if inside and sum(c.rank for c in multiset) % 2 in odd and count_invariants(multiset):
            found.add(multiset)
    return found


def identity(arguments: dict[str, object]) -> str:
    return ace(**arguments).id


@pytest.mark.parametrize("arguments", REQUESTS, ids=identity)
def test_counts_and_candidates_are_those_of_brute_force(arguments):
    spec = ace(objective="linear", **arguments)
    found = {order: brute_force(arguments, order) for order in spec.orders}
    counts = invgen.count(spec)
    assert dict(counts) == {order: sum(map(count_invariants, part)) for order, part in found.items()}
    offered = list(family_of(spec).stream(spec, counts.total))
    assert len(offered) == len({c.label for c in offered}) == counts.total > 0
    assert {c.factors for c in offered} == set().union(*found.values())
    assert family_of(spec).channels(spec) == tuple(sorted({c for part in found.values() for m in part for c in m}))


@pytest.mark.parametrize("arguments", REQUESTS, ids=identity)
def test_a_truncation_is_the_union_of_its_orders(arguments):
    basis = invgen.generate(ace(objective="linear", **arguments))
    parts = []
    for order in basis.spec.orders:
        one = {**arguments, "orders": (order,), "objective": "linear"}
        one |= {k: (at(arguments, k, order),) for k in ("total_degree", "l_max", "channels") if k in arguments}
        if invgen.count(ace(**one)).total:
            parts += invgen.generate(ace(**one)).labels
    assert list(basis.labels) == parts


@pytest.mark.parametrize("arguments", REQUESTS, ids=identity)
def test_linear_rank_is_the_count(arguments):
    """Values at as many random points as functions, modulo a prime, have full rank."""
    basis = invgen.generate(ace(objective="linear", **arguments))
    size = len(basis)
    assert size == invgen.count(basis.spec).total
    points = modular.residues("truncations", (size + 3) * basis.components, PRIME).reshape(size + 3, -1)
    evaluator = basis.family.evaluator(basis.spec, points, Modular(PRIME))
    echelon = modular.Echelon(size + 3, PRIME)
    assert all(echelon.add(evaluator.values(c)) is not None for c in basis.invariants)


@pytest.mark.parametrize("arguments", REQUESTS, ids=identity)
def test_independent_sets_have_the_rank_of_all(arguments):
    full = invgen.generate(ace(objective="linear", **arguments))
    few = invgen.generate(ace(objective="independent", **arguments))
    assert set(few.labels) <= set(full.labels)
    assert few.channels == full.channels
    points = modular.residues("all", few.components, PRIME)[None]
    evaluator = few.family.evaluator(few.spec, points, Modular(PRIME))
    echelon = modular.Echelon(few.components, PRIME)
    echelon.add_block(evaluator.gradients(full.invariants)[0])
    assert echelon.rank == len(few) == few.evidence.rank <= few.evidence.bound
    assert few.verify()


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ({"total_degree": (9, 8, 6)}, {"total_degree": (9, 8, 7)}),
        ({"total_degree": (9, 8, 6)}, {"total_degree": 9}),
        ({"total_degree": 9, "channels": (6, 4, 2)}, {"total_degree": 9, "channels": 6}),
        ({"total_degree": 9, "l_max": (0, 2, 1)}, {"total_degree": 9}),
        ({"total_degree": (9, 9, 6), "l_max": 1, "channels": 4}, {"l_max": 1, "channels": 4}),
        ({"l_max": (0, 2, 1), "channels": (4, 2, 2)}, {"l_max": 2, "channels": 4}),
        ({"l_max": (0, 2, 1), "channels": (4, 2, 2)}, {"l_max": (0, 2, 2), "channels": (4, 4, 2)}),
    ],
)
@pytest.mark.parametrize("elements", [(), ("Mo", "W")])
def test_nested_truncations_give_nested_full_bases(inner, outer, elements):
    small, large = (
        invgen.generate(ace(n_max=3, objective="linear", elements=elements, **arguments))
        for arguments in (inner, outer)
    )
    assert set(small.labels) < set(large.labels)
    assert set(small.channels) <= set(large.channels)


@pytest.mark.parametrize("l_max", [2, (0, 2, 1)])
def test_in_a_box_an_element_is_worth_a_radial_function(l_max):
    alloy = ace(n_max=3, l_max=l_max, channels=6, elements=("Mo", "Nb", "W"))
    one = ace(n_max=3, l_max=l_max, channels=6)
    assert invgen.count(alloy) == invgen.count(one)
    assert len(invgen.generate(alloy)) == len(invgen.generate(one))


@pytest.mark.parametrize("objective", ["independent", "linear"])
@pytest.mark.parametrize("arguments", [REQUESTS[k] for k in (0, 1, 3, 6, 7, 11)], ids=identity)
def test_certificates_replay(arguments, objective):
    basis = invgen.generate(ace(objective=objective, **arguments))
    found = basis.certificate()
    assert dict(found.claim.counts) == dict(invgen.count(basis.spec))
    outcome = replay(str(found), fresh=1)
    assert outcome, str(outcome)


def test_the_replay_refuses_what_an_order_does_not_allow():
    wide = str(invgen.generate(ace(n_max=2, total_degree=(9, 8), objective="linear")).certificate())
    assert '"total_degree": ["9", "8"]' in " ".join(wide.split())
    narrow = " ".join(wide.split("\n    ")).replace('["9", "8"]', '["9", "7"]').replace("ace-d9.8-", "ace-d9.7-")
    outcome = replay(narrow)
    assert {"label", "checksum"} <= set(outcome.reasons), str(outcome)
    assert any("order or degree that the specification does not admit" in p.detail for p in outcome.problems)


def test_generators_of_shrinking_limits_make_all():
    basis = invgen.generate(ace(n_max=3, total_degree=(7, 6, 5), objective="generators"))
    linear = invgen.generate(ace(n_max=3, total_degree=(7, 6, 5), objective="linear"))
    assert set(basis.labels) <= set(linear.labels)
    assert dict(basis.evidence.counts) == dict(invgen.count(linear.spec))


def test_a_basis_by_order_is_saved_and_evaluated(tmp_path):
    basis = invgen.generate(ace(n_max=3, total_degree=(9, 8, 6), channels=(6, 4, 2), objective="linear"))
    basis.save(tmp_path)
    loaded = invgen.Basis.load(tmp_path)
    assert loaded == basis
    x = np.random.default_rng(0).normal(size=(2, basis.components))
    assert np.array_equal(loaded.evaluate(x), basis.evaluate(x))


@pytest.mark.parametrize("orders", [(1, 2), (3,), (4,), (3, 4)])
@pytest.mark.parametrize(
    "truncation",
    [box(0, 3), box(1, 2), box(1, 3), box(2, 2), box(1, 2, 2), total_degree(5, 1), total_degree(7, "3/2", 2)],
)
def test_channels_of_pseudo_scalars_are_those_of_all_multisets(truncation, orders):
    enumerated = {c for order in orders for factors in multisets(truncation, order, "pseudo") for c in factors}
    assert channels_in_use(truncation, orders, "pseudo") == tuple(sorted(enumerated))


def test_channels_of_pseudo_scalars_are_found_without_enumeration():
    """Order 6 alone has 56 million multisets."""
    assert channels_in_use(box(6, 8), range(1, 7), "pseudo") == box(6, 8).channels
