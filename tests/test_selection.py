"""The selection: sizes, bounds, completeness in vanishing patterns, spans, and the float pass beside the exact one."""

from __future__ import annotations

import itertools
from dataclasses import replace

import brute_force
import flint
import numpy as np
import pytest

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import Channel, cartesian, channel_slices, components_of, factor_key
from invgen.compiler.algebra.characters import contents, count_invariants, transcendence_degree
from invgen.compiler.candidates.cartesian.contraction import Contraction, sort_key
from invgen.compiler.candidates.cartesian.evaluate import Evaluator
from invgen.compiler.candidates.cartesian.family import linear_span, random_neighbourhoods
from invgen.compiler.candidates.family import family_of
from invgen.compiler.selection.flexible import PURE_ORDERS, flexible_order, shortfall
from invgen.compiler.selection.floating import FloatEchelon, independent_rows
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import Setting
from invgen.spec import BasisSpec

HIP_HOP = (
    "0",
    "1i.1i",
    "2ij.2ij",
    "3ijk.3ijk",
    "2ij.2jk.2ki",
    "3ijk.3ijl.3abk.3abl",
    "1i.2ij.1j",
    "1i.2ij.2jk.1k",
    "1i.1j.1k.3ijk",
    "1i.3ijk.3jkl.1l",
    "2ij.3jkl.3ikl",
    "2ij.2jk.3ilm.3klm",
    "2ij.3ijk.3kab.2ab",
)
"""s; v.v; QQ; TT; QQQ; TTTT; vQv; vQQv; vvvT; vTTv; QTT; QQTT; QTTQ: the list behind HIP-HOP-NN."""


def integer_jacobian(basis: invgen.Basis, x: list[int]) -> list[list[int]]:
    """By einsum over full tensors in Python integers."""
    return [brute_force.gradient(label, basis.spec.tensors, x) for label in basis.labels]


def rational_rank(rows: list[list[int]]) -> int:
    return flint.fmpz_mat([[int(v) for v in row] for row in rows]).rank()


# ---- sizes and bounds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("l_max", "bound"), [(1, 2), (2, 6), (3, 13), (4, 22), (5, 33), (6, 46), (7, 61), (8, 78)])
def test_independent_reaches_the_bound(l_max, bound):
    basis = brute_force.built(l_max, 4, "independent")
    evidence = basis.evidence
    assert len(basis) == evidence.rank == evidence.bound == evidence.attainable == bound
    assert evidence.complete
    assert evidence.float_agrees
    assert len(set(evidence.pivots)) == bound
    assert sum(number for _, number in evidence.kept_per_order) == bound
    assert sum(number for _, number in evidence.candidates_per_order) == evidence.candidates >= bound


def test_flexible_three_four_is_the_list_of_thirteen():
    basis = brute_force.built(3, 4, "flexible")
    assert set(basis.labels) == {Contraction.from_label(text).label for text in HIP_HOP}
    assert len(basis) == len(HIP_HOP) == 13
    assert list(basis.invariants) == sorted(basis.invariants, key=sort_key)
    assert (basis.evidence.rank, basis.evidence.bound, basis.evidence.size_complete) == (13, 13, 15)


@pytest.mark.parametrize(
    ("l_max", "n_max", "size"),
    [(0, 2, 1), (1, 2, 2), (2, 2, 3), (3, 2, 4), (2, 3, 5), (3, 3, 8), (2, 4, 6), (3, 4, 13)],
)
def test_cut_flexible_sizes(l_max, n_max, size):
    assert len(brute_force.built(l_max, n_max, "flexible")) == size


def test_order_three_of_rank_three_takes_a_mixed_invariant_of_three_tensors():
    flexible, independent = brute_force.built(3, 3, "flexible"), brute_force.built(3, 3, "independent")
    assert (len(flexible), flexible.evidence.rank, flexible.evidence.attainable) == (8, 8, 8)
    assert (len(independent), independent.evidence.rank, independent.evidence.attainable) == (8, 8, 8)
    assert Contraction.from_label("1i.2jk.3ijk").label in flexible.labels
    assert not flexible.evidence.complete
    assert "attainable at these orders: 8" in str(flexible)


@pytest.mark.parametrize(
    ("wanted", "made_up", "rank"),
    [
        ({"ranks": (0, 2, 4), "n_max": 4}, {"2ab.2cd.4abef.4cdef", "2ab.2ac.4bdef.4cdef", "2ab.4abcd.4cefg.4defg"}, 12),
        ({"l_max": 3, "n_max": 3}, {"1a.2bc.3abc"}, 8),
        ({"ranks": (1, 3), "n_max": 5}, {"1a.3abc.3bde.3cde"}, 6),
        (
            {"l_max": 5, "n_max": 3},
            {"1a.2bc.3abc", "1a.3bcd.4abcd", "1a.4bcde.5abcde", "2ab.3cde.5abcde", "3abc.4adef.5bcdef"},
            20,
        ),
    ],
)
def test_a_cut_flexible_set_reaches_the_attainable_rank_in_general(wanted, made_up, rank):
    """Pure and mixed members alone are of rank 9, 7, 5 and 15."""
    flexible = brute_force.build(BasisSpec(**wanted, objective="flexible"))
    independent = brute_force.build(BasisSpec(**wanted))
    assert flexible.evidence.rank == flexible.evidence.attainable == independent.evidence.rank == rank
    assert made_up <= set(flexible.labels)
    without = modular.Echelon(flexible.components, flexible.evidence.prime)
    evaluator = family_of(flexible.spec).evaluator(
        flexible.spec, np.array([flexible.evidence.witness]), Modular(flexible.evidence.prime)
    )
    without.add_block(evaluator.gradients([c for c in flexible if c.label not in made_up])[0])
    assert without.rank == rank - len(made_up)
    assert flexible.verify()


def test_a_cut_flexible_set_says_first_what_it_reaches_and_then_where_it_is_short():
    basis = brute_force.build(BasisSpec(ranks=(0, 2, 4), n_max=4, objective="flexible"))
    first, second, *_ = str(basis).splitlines()
    assert first == "cartesian-r0.2.4-n4-flexible: 12 invariants of 15 components, rank 12 of at most 12, complete"
    assert second == (
        "cut at n <= 4: short in 2 of 7 patterns of vanishing tensors, those with only these ranks left: 4 (3 of 6), "
        "0 4 (4 of 7); n_max=7 suffices (the complete flexible set has 12)"
    )
    assert "vanishing" not in str(brute_force.built(3, 10, "flexible"))
    cut = brute_force.built(3, 3, "flexible")
    assert str(cut).splitlines()[0].endswith("rank 8 of at most 13, all that these orders attain")
    lower = replace(cut, evidence=replace(cut.evidence, rank=7))
    assert lower.reach.endswith("rank 7, 1 short of the 8 attainable at these orders")
    unknown = shortfall(BasisSpec(ranks=(7,), n_max=4, objective="flexible"), [((7,), 3, 12)])
    assert unknown.endswith("7 (3 of 12); the order that suffices is not known")


@pytest.mark.parametrize("rank", sorted(PURE_ORDERS))
def test_the_order_that_suffices_for_one_tensor_suffices_and_no_lower_one_does(rank):
    order = PURE_ORDERS[rank]
    objective = "flexible" if order > 1 else "independent"
    basis = brute_force.build(BasisSpec(ranks=(rank,), n_max=order, objective=objective))
    assert basis.evidence.complete
    assert max(c.order for c in basis) == order == flexible_order([rank])


@pytest.mark.parametrize("ranks", [(1, 1), (1, 2), (2, 2), (0, 1, 2), (1, 4), (1, 6), (2, 4)])
def test_the_order_that_suffices_for_several(ranks):
    channels = max(ranks.count(rank) for rank in ranks)
    order = flexible_order(ranks)
    wanted = {"ranks": tuple(sorted(set(ranks))), "channels": channels, "objective": "flexible"}
    assert all(p.rank == p.bound for p in brute_force.build(BasisSpec(**wanted, n_max=order)).evidence.patterns)
    if order > 2:
        assert any(p.rank < p.bound for p in brute_force.build(BasisSpec(**wanted, n_max=order - 1)).evidence.patterns)


@pytest.mark.parametrize(("l_max", "n_max", "size"), [(1, 2, 2), (2, 4, 6), (3, 10, 15), (4, 10, 29)])
def test_complete_flexible_sets_have_full_rank_in_every_vanishing_pattern(l_max, n_max, size):
    basis = brute_force.built(l_max, n_max, "flexible")
    assert len(basis) == basis.evidence.size_complete == size
    assert max(c.order for c in basis) == n_max
    assert len(basis.evidence.patterns) == 2 ** (l_max + 1) - 1
    for pattern in basis.evidence.patterns:
        assert pattern.rank == pattern.bound == transcendence_degree(cartesian((rank, 0) for rank in pattern.ranks)), (
            pattern
        )


def test_pure_rank_three_needs_orders_two_four_six_and_ten():
    basis = brute_force.built(3, 10, "flexible")
    assert [c.order for c in basis if set(c.content) == {Channel(0, 1, 3)}] == [2, 4, 6, 10]


def test_the_order_ten_invariant_of_rank_three_may_be_the_petersen_graph():
    """Against the pure invariants of orders 2, 4 and 6 the Petersen graph raises the rank to the bound."""
    petersen = brute_force.petersen().label
    pure = [c.label for c in brute_force.built(3, 10, "flexible") if set(c.content) == {Channel(0, 1, 3)}][:3]
    x = modular.residues("petersen", 7, modular.DEFAULT_PRIME)
    evaluator = Evaluator(cartesian([(3, 0)]), x, Modular(modular.DEFAULT_PRIME))
    rows = [evaluator.values_and_gradients(Contraction.from_label(label))[1][0] for label in [*pure, petersen]]
    assert modular.rank(np.array(rows[:3]), modular.DEFAULT_PRIME) == 3
    assert modular.rank(np.array(rows), modular.DEFAULT_PRIME) == 4


def pattern(basis: invgen.Basis, ranks: tuple[int, ...]):
    return next(p for p in basis.evidence.patterns if p.ranks == ranks)


@pytest.mark.parametrize(("present", "size", "rank", "bound"), [((0, 2, 3), 8, 8, 10), ((0, 1, 3), 6, 6, 8)])
def test_the_cut_thirteen_lose_rank_when_a_tensor_vanishes(present, size, rank, bound):
    found = pattern(brute_force.built(3, 4, "flexible"), present)
    assert (found.size, found.rank, found.bound) == (size, rank, bound)


def test_vanishing_patterns_are_ranks_at_points_where_tensors_do_vanish():
    basis = brute_force.built(3, 4, "flexible")
    slices = channel_slices(basis.channels)
    for size in range(1, 5):
        for present in itertools.combinations(range(4), size):
            x = brute_force.integers(16, seed=size)
            for tensor, where in slices.items():
                if tensor.rank not in present:
                    x[where] = [0] * tensor.size
            columns = [i for tensor, s in slices.items() if tensor.rank in present for i in range(s.start, s.stop)]
            rows = [[row[i] for i in columns] for row in integer_jacobian(basis, x)]
            assert rational_rank(rows) == pattern(basis, present).rank, present


# ---- exactness --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [(3, 4, "flexible"), (3, 4, "independent"), (2, 4, "linear"), (3, 3, "flexible")])
def test_the_rank_is_that_of_a_rational_matrix(key):
    basis = brute_force.built(*key)
    rows = integer_jacobian(basis, brute_force.integers(basis.components, seed=11))
    assert rational_rank(rows) == basis.evidence.rank


def test_the_recorded_certificate_can_be_checked_by_hand():
    """The Jacobian at the recorded witness, modulo the recorded prime, eliminated by flint."""
    basis = brute_force.built(3, 4, "independent")
    evidence = basis.evidence
    rows = integer_jacobian(basis, list(evidence.witness))
    matrix = flint.nmod_mat(
        len(basis), basis.components, [v % evidence.prime for row in rows for v in row], evidence.prime
    )
    assert matrix.rank() == len(basis)
    minor = [[row[c] % evidence.prime for c in evidence.pivots] for row in rows]
    assert flint.nmod_mat(len(basis), len(basis), [v for row in minor for v in row], evidence.prime).det() != 0


def test_greedy_means_that_each_rejected_candidate_depends_on_the_earlier_kept_ones():
    from invgen.compiler.candidates.cartesian.enumeration import candidates

    basis = brute_force.built(3, 4, "independent")
    x = brute_force.integers(16, seed=3)
    kept: list[list[int]] = []
    labels = []
    for c in candidates(basis.channels, range(1, 5)):
        row = brute_force.gradient(c.label, basis.spec.tensors, x)
        if rational_rank([*kept, row]) > len(kept):
            kept.append(row)
            labels.append(c.label)
    assert tuple(labels) == basis.labels


@pytest.mark.parametrize("ordering", ["cost", "rank"])
def test_other_orderings_reach_the_same_rank(ordering):
    basis = brute_force.build(BasisSpec(l_max=3, n_max=4, ordering=ordering))
    assert len(basis) == basis.evidence.rank == 13
    assert basis.labels != brute_force.built(3, 4, "independent").labels or ordering == "cost"


@pytest.mark.parametrize(
    ("channels", "ranks", "bound"), [(2, (1,), 3), (2, (0, 1, 2), 15), (3, (2,), 12), (2, (0, 1, 2, 3), 29)]
)
def test_several_channels_reach_the_bound(channels, ranks, bound):
    basis = brute_force.build(BasisSpec(ranks=ranks, channels=channels, n_max=4))
    assert len(basis) == basis.evidence.bound == bound
    assert basis.evidence.float_agrees


def test_explicit_ranks():
    basis = brute_force.build(BasisSpec(ranks=(0, 1, 2, 4), n_max=5))
    assert len(basis) == basis.evidence.bound == 1 + 3 + 5 + 9 - 3


def test_pseudo_scalars_do_what_proper_ones_of_their_orders_cannot():
    both = brute_force.build(BasisSpec(ranks=(1,), channels=3, n_max=3, parity="both"))
    assert len(both) == both.evidence.bound == 6
    pseudo = brute_force.build(BasisSpec(l_max=2, n_max=6, parity="pseudo"))
    assert pseudo.evidence.rank == len(pseudo) == 1
    assert all(c.is_pseudo for c in pseudo)


# ---- spans and characters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranks", "degrees", "totals"),
    [((1, 2, 3), range(2, 7), [3, 4, 15, 22, 65]), ((1, 2, 3, 4), range(2, 5), [4, 9, 37])],
)
def test_contractions_span_what_the_characters_count_for_every_content(ranks, degrees, totals):
    """Values of *all* contractions, products included, have rank equal to the count: no more, no less."""
    from invgen.compiler.candidates.cartesian.enumeration import all_contractions

    prime = modular.DEFAULT_PRIME
    found = []
    for degree in degrees:
        total = 0
        for content in contents(cartesian((rank, 0) for rank in ranks), degree):
            if sum(t.rank for t in content) % 2:
                continue
            number = count_invariants(content)
            tensors = tuple(sorted(set(content), key=factor_key))
            width = components_of(tensors)
            points = modular.residues(f"span/{content}", (number + 3) * width, prime).reshape(-1, width)
            evaluator = Evaluator(tensors, points, Modular(prime))
            rows = [evaluator.values(c) for c in all_contractions(content)]
            assert (modular.rank(np.array(rows), prime) if rows else 0) == number, content
            if number:
                assert len(linear_span(content, False, number)[0]) == number
            total += number
        found.append(total)
    assert found == totals


def test_a_wrong_count_is_noticed():
    content = cartesian([(2, 0)] * 4)
    with pytest.raises(ArithmeticError, match=r"span 1 dimensions .* the characters say 2; try another prime"):
        linear_span(content, False, 2)


@pytest.mark.parametrize(("l_max", "size", "rank"), [(2, 18, 6), (3, 36, 13), (4, 71, 22)])
def test_linear_sizes_and_functional_ranks(l_max, size, rank):
    basis = brute_force.built(l_max, 4, "linear")
    assert len(basis) == len(set(basis.labels)) == size
    assert basis.evidence.rank == basis.evidence.bound == rank
    assert basis.evidence.kept_per_order == basis.evidence.counts
    assert basis.evidence.pivots == ()


def test_linear_basis_of_two_channels():
    spec = BasisSpec(l_max=1, channels=2, n_max=4, objective="linear")
    basis = brute_force.build(spec)
    expected = sum(
        count_invariants(c) for n in range(1, 5) for c in contents(basis.channels, n) if sum(t.rank for t in c) % 2 == 0
    )
    assert len(basis) == expected
    points = np.random.default_rng(0).normal(size=(expected + 5, basis.components))
    assert np.linalg.matrix_rank(basis.evaluate(points), tol=1e-9) == expected


def test_linear_functions_are_linearly_independent_in_floats_and_one_more_is_not():
    basis = brute_force.built(2, 4, "linear")
    points = np.random.default_rng(1).normal(size=(60, basis.components))
    values = basis.evaluate(points)
    assert np.linalg.matrix_rank(values) == len(basis)
    fourth = Evaluator(cartesian([(2, 0)]), points[:, 4:], Floating()).values(Contraction.from_label("2ab.2bc.2cd.2da"))
    assert np.linalg.matrix_rank(np.column_stack([values, fourth])) == len(basis)


# ---- the float pass ---------------------------------------------------------------------------------------------


def float_rows(labels: list[str], ranks=(1, 2, 3)) -> np.ndarray:
    tensors = cartesian((rank, 0) for rank in ranks)
    points = random_neighbourhoods(tensors, 3, "test")
    evaluator = Evaluator(tensors, points, Floating())
    return np.stack([evaluator.values_and_gradients(Contraction.from_label(x))[1] for x in labels], axis=1)


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        (["1a.1a", "2ab.2ab", "2ab.2bc.2ca", "3abc.3abc"], [0, 1, 2, 3]),
        (["2ab.2ab", "2ab.2bc.2ca", "2ab.2bc.2cd.2da"], [0, 1]),
        (["2ab.2bc.2cd.2da", "2ab.2bc.2ca", "2ab.2ab"], [0, 1]),
        (["1a.1a", "3abc.3abc", "1a.1a.3bcd.3bcd", "2ab.2ab"], [0, 1, 3]),
        (["1a.1a", "1a.2ab.1b", "1a.2ab.2bc.1c", "2ab.2ab", "2ab.2bc.2ca", "1a.2ab.2bc.2cd.1d"], [0, 1, 2, 3, 4]),
        (["2ab.2ab", "2ab.2ab"], [0]),
    ],
)
def test_the_float_pass_catches_products_and_cayley_hamilton(labels, kept):
    assert independent_rows(float_rows(labels)) == kept


def test_the_float_pass_catches_sums_and_functions():
    rows = float_rows(["1a.1a", "2ab.2ab", "3abc.3abc"])
    scale = np.array([0.3, -1.7, 12.0])[:, None]
    dependent = scale * rows[:, 0] + scale**2 * rows[:, 2]
    assert independent_rows(np.concatenate([rows, dependent[:, None]], axis=1)) == [0, 1, 2]
    assert independent_rows(np.concatenate([dependent[:, None], rows], axis=1)) == [0, 1, 2]


def test_one_regular_configuration_is_enough():
    """A descriptor whose gradient vanishes in some configurations is kept for the sake of the others."""
    jacobians = np.zeros((3, 2, 4))
    jacobians[:, 0, 0] = 1
    jacobians[2, 1, 1] = 1e-3
    assert independent_rows(jacobians) == [0, 1]


@pytest.mark.parametrize(
    ("jacobians", "message"),
    [
        (np.zeros((3, 4)), r"need shape \(configurations, descriptors, variables\), got \(3, 4\)"),
        (np.full((1, 2, 3), np.nan), "not finite; check the configurations for coincident atoms"),
        (np.full((1, 2, 3), np.inf), "not finite"),
    ],
)
def test_bad_jacobians_are_refused(jacobians, message):
    with pytest.raises(ValueError, match=message):
        independent_rows(jacobians)


def test_the_float_echelon_never_exceeds_its_width():
    echelon = FloatEchelon(2, 3)
    outcome = [echelon.add(row) for row in np.random.default_rng(0).normal(size=(5, 2, 3))]
    assert outcome == [True, True, True, False, False]
    assert echelon.rank == 3
    assert not echelon.add(np.zeros((2, 3)))


def test_exact_and_float_selection_agree_on_every_candidate_of_order_six():
    _, evidence = select(BasisSpec(ranks=(3,), n_max=6), Setting())
    assert evidence.float_agrees
    assert evidence.candidates == 1 + 2 + 6
    assert evidence.rank == 3


def test_random_neighbourhoods_are_tensors_of_length_one():
    tensors = cartesian([(0, 0), (1, 0), (1, 1), (3, 0)])
    points = random_neighbourhoods(tensors, 4, "seed")
    for tensor, where in channel_slices(tensors).items():
        for row in points[:, where]:
            assert np.linalg.norm(brute_force.full_from_reduced(list(row), tensor.rank).astype(float)) == pytest.approx(
                1
            )
    assert (points == random_neighbourhoods(tensors, 4, "seed")).all()
    assert (points != random_neighbourhoods(tensors, 4, "other")).any()
