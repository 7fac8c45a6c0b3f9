"""ACE candidates: exact counts, labels, spans, polynomials, invariance, selection, each with a broken twin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import factorial

import numpy as np
import pytest
import sympy
import tolerances
from rotation_fixtures import generator, rotation

from invgen.compiler.algebra import harmonics, modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import cartesian, components_of, factor_key
from invgen.compiler.algebra.characters import count_invariants, count_order, transcendence_degree
from invgen.compiler.algebra.components import full_tensor, reduced_components
from invgen.compiler.candidates.ace import chains as ace_chains
from invgen.compiler.candidates.ace import coupling as ace
from invgen.compiler.candidates.ace.coupling import (
    Channel,
    Coupling,
    box,
    candidates,
    count_ace,
    couplings,
    total_degree,
)
from invgen.compiler.candidates.ace.truncation import exact_fraction, multisets
from invgen.compiler.candidates.cartesian.enumeration import all_contractions
from invgen.compiler.candidates.cartesian.evaluate import Evaluator
from invgen.compiler.selection.langbein import Selection
from invgen.errors import SpecError

PRIME = modular.DEFAULT_PRIME
FLOAT64 = tolerances.DIRECT_SUM["float64"]
EVERY_ORDER = (1, 2, 3, 4)

LINEAR_SIZES = [
    ("3/2", 6, 25),
    ("1.5", 8, 54),
    (1.5, 10, 110),
    (Fraction(3, 2), 12, 211),
    ("3/2", 14, 383),
    ("3/2", 16, 668),
    ("3/2", 18, 1119),
    (1, 10, 165),
    (1, 16, 1277),
    (2, 10, 89),
    (2, 16, 461),
]
INDEPENDENT_SIZES = [
    (1, 10, 165, 83, 53),
    (1, 12, 347, 144, 98),
    (1, 14, 684, 229, 162),
    (1, 16, 1277, 342, 251),
    ("3/2", 6, 25, 9, 8),
    ("3/2", 8, 54, 22, 15),
    ("3/2", 10, 110, 40, 29),
    ("3/2", 12, 211, 72, 52),
    ("3/2", 14, 383, 113, 84),
    ("3/2", 16, 668, 163, 127),
    ("3/2", 18, 1119, 235, 183),
    ("3/2", 20, 1809, 320, 254),
    (2, 10, 89, 27, 20),
    (2, 16, 461, 102, 80),
    (2, 22, 1752, 254, 210),
]
"""Up to order 3: w_L, degree, linearly independent functions, upper bound, Jacobian rank."""

CONTENTS = [
    cartesian([(1, 0), (1, 0)]),
    cartesian([(2, 0), (2, 0), (2, 0)]),
    cartesian([(1, 0), (2, 0), (3, 0)]),
    cartesian([(1, 0), (1, 1), (2, 0), (2, 1)]),
    cartesian([(2, 0), (2, 0), (2, 1), (2, 1)]),
    cartesian([(2, 0), (2, 1), (2, 2), (2, 3)]),
    cartesian([(3, 0), (3, 0), (3, 0), (3, 0)]),
    cartesian([(1, 0), (2, 0), (2, 0), (3, 0)]),
    cartesian([(0, 0), (1, 0), (1, 0), (2, 0)]),
    cartesian([(1, 0), (1, 1), (1, 2)]),
    cartesian([(1, 0), (1, 1), (2, 0), (3, 0)]),
    cartesian([(1, 0), (2, 0), (2, 1), (2, 2)]),
    cartesian([(1, 0), (1, 1), (1, 2), (1, 3), (2, 0)]),
]


def residues_for(channels: tuple[Channel, ...], count: int, seed: str = "") -> np.ndarray:
    width = sum(2 * c.rank + 1 for c in channels)
    return modular.residues(f"test/{seed}", count * width, PRIME).reshape(count, width)


# ---- counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weight", "degree", "size"), LINEAR_SIZES)
def test_linear_sizes_by_generating_function_and_by_multisets(weight, degree, size):
    truncation = total_degree(degree, weight)
    assert sum(count_ace(truncation, (1, 2, 3)).values()) == size
    assert sum(count_invariants(m) for order in (1, 2, 3) for m in multisets(truncation, order)) == size


def test_degree_twenty_loses_nothing_on_the_edge():
    assert count_ace(total_degree(20), EVERY_ORDER) == {1: 20, 2: 274, 3: 1515, 4: 3647}


def test_rounded_weights_would_lose_functions():
    exact, rounded = total_degree(12, "4/3"), total_degree(12, Fraction(4, 3) + Fraction(1, 10**9))
    assert sum(count_ace(exact, (1, 2, 3)).values()) > sum(count_ace(rounded, (1, 2, 3)).values())


@pytest.mark.parametrize(("weight", "order", "degree", "count"), [
    (1, 2, 12, 91), (1, 4, 12, 290), (1.5, 2, 12, 67), (1.5, 3, 10, 59), (1.5, 4, 12, 127),
    (2, 3, 10, 44), (2, 4, 12, 86),
])  # fmt: skip
def test_counts_of_one_order(weight, order, degree, count):
    assert count_ace(total_degree(degree, weight), [order]) == {order: count}
    assert sum(1 for _ in candidates(total_degree(degree, weight), [order])) == count


@pytest.mark.parametrize(("l_max", "channels", "order", "proper", "pseudo"), [
    (3, 1, 5, 45, 8), (5, 1, 4, 102, 39), (3, 2, 5, 894, 474), (4, 3, 4, 2454, 1491), (2, 4, 5, 4084, 2100)
])  # fmt: skip
def test_box_counts(l_max, channels, order, proper, pseudo):
    truncation = box(l_max, channels)
    assert count_ace(truncation, [order]) == {order: proper}
    assert count_ace(truncation, [order], "pseudo") == {order: pseudo}
    assert count_ace(truncation, [order], "both") == {order: proper + pseudo}
    assert count_order(truncation.channels, order) == proper
    assert count_order(truncation.channels, order, pseudo=True) == pseudo


@pytest.mark.parametrize("truncation", [total_degree(7, "3/2", species=2), total_degree(9, 2, l_max=1), box(2, 2, 2)])
@pytest.mark.parametrize("parity", ["proper", "pseudo", "both"])
def test_candidates_are_as_many_as_counted(truncation, parity):
    found = list(candidates(truncation, EVERY_ORDER, parity))
    per_order = {order: sum(c.order == order for c in found) for order in EVERY_ORDER}
    assert per_order == count_ace(truncation, EVERY_ORDER, parity)
    assert len({c.label for c in found}) == len(found)
    assert all(c.is_pseudo == (parity == "pseudo") for c in found) or parity == "both"
    if truncation.limit is not None:
        assert all(truncation.degree(c.content) <= truncation.limit * truncation.unit for c in found)


def test_the_stated_order():
    truncation = total_degree(9, "3/2", species=2)
    keys = [
        (c.order, truncation.degree(c.content), [factor_key(f) for f in c.factors], c.intermediates)
        for c in candidates(truncation, (4, 2, 3, 1))
    ]
    assert all(a < b for a, b in pairwise(keys))


def test_candidates_come_lazily():
    endless = candidates(total_degree(200, 1), [5])
    assert [next(endless).label for _ in range(2)] == [
        "ace:1.0,1.0,1.0,1.0,1.0|L=0,0",
        "ace:1.0,1.0,1.0,1.0,2.0|L=0,0",
    ]


def test_order_five_and_rank_six():
    assert sum(1 for _ in candidates(box(3), [5])) == 45
    assert sum(1 for _ in candidates(box(3), [5], "pseudo")) == 8
    assert sum(1 for _ in candidates(box(6), [3])) == 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"degree": 0.1}, "float that is not exactly 0.1"),
        ({"degree": 10, "w_L": 4 / 3}, "round-off would lose functions"),
        ({"degree": "ten"}, "finite number such as"),
        ({"degree": float("nan")}, "finite number such as"),
        ({"degree": "1/0"}, "finite number such as"),
        ({"degree": True}, "got True"),
        ({"degree": "1/2"}, "selects no function"),
        ({"degree": 10, "w_L": 0}, "w_L must be positive"),
        ({"degree": 10, "species": 0}, "species must be a whole number"),
        ({"degree": 10, "l_max": -1}, "l_max must be a whole number"),
    ],
)
def test_bad_truncations(arguments, message):
    with pytest.raises(SpecError, match=message):
        total_degree(**arguments)


def test_bad_requests():
    with pytest.raises(SpecError, match="radial must be"):
        box(3, 0)
    with pytest.raises(SpecError, match="did you mean 'proper'"):
        count_ace(box(1), [2], "propper")
    with pytest.raises(SpecError, match="unknown parity"):
        next(candidates(box(1), [2], "even"))
    with pytest.raises(SpecError, match="order must be"):
        next(candidates(box(1), [0]))
    assert exact_fraction("w_L", 1.5) == exact_fraction("w_L", "1.5") == Fraction(3, 2)


# ---- labels -----------------------------------------------------------------------------------------------------


def test_labels_rebuild_their_candidates():
    for candidate in candidates(box(2, 2, species=2), EVERY_ORDER, "both"):
        assert Coupling.from_label(candidate.label) == candidate


def test_labels_read_as_documented():
    coupling = Coupling.from_label("ace:1.1,1.1.1,1.2,2.2|L=1")
    assert coupling.factors == (Channel(0, 1, 1), Channel(1, 1, 1), Channel(0, 1, 2), Channel(0, 2, 2))
    assert coupling.chain == (1, 1, 2, 0)
    assert (coupling.order, coupling.total_rank, coupling.is_pseudo) == (4, 6, False)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("1.0,1.1", "not of the form"),
        ("ace:1.0,,1.1", "not of the form"),
        ("ace:1.1.1.1", "not of the form"),
        ("ace:1.1,1.1|L=", "not of the form"),
        ("ace:1.1", "do not couple to a scalar"),
        ("ace:1.1,1.2", "do not couple to a scalar"),
        ("ace:1.2,1.1,1.1", "ascend by rank"),
        ("ace:2.1,1.1", "ascend by rank"),
        ("ace:01.1,1.1", "spelled 'ace:1.1,1.1'"),
        ("ace:1.1,1.1,1.1,1.1", "possible intermediates"),
        ("ace:1.1,1.1,1.1,1.1|L=3", "possible intermediates"),
        ("ace:1.1,1.1,1.1,2.1|L=1", "do not couple to a scalar that is not zero"),
        ("ace:1.1,1.1,1.1", "do not couple to a scalar that is not zero"),
        ("ace:1.1,2.2,2.2", "identically zero"),
    ],
)
def test_bad_labels(label, message):
    with pytest.raises(ValueError, match=message):
        Coupling.from_label(label)


def test_a_candidate_shows_itself():
    coupling = Coupling.from_label("ace:1.1,1.1,1.2")
    assert coupling.latex() == (r"\left[\left[A_{1,1} \otimes A_{1,1}\right]^{2} \otimes A_{1,2}\right]^{0}")
    norm = Coupling.from_label("ace:1.1,2.1").sympy()
    a, b = (sympy.symbols([f"A_{n}_1_{m}" for m in ("m1", "0", "1")]) for n in (1, 2))
    assert sympy.expand(norm**2 - sum(x * y for x, y in zip(a, b, strict=True)) ** 2 / 3) == 0
    assert str(Coupling.from_label("ace:1.2.0").sympy()) == "A_1_2_0_0"


# ---- the span is that of the Cartesian family -------------------------------------------------------------------


def scaled_components(tensors: np.ndarray, rank: int) -> np.ndarray:
    """S_lm modulo the prime, up to a factor common to the rank, from reduced Cartesian components."""
    rows = []
    for m, (coefficients, _) in zip(range(-rank, rank + 1), harmonics.spherical_map(rank), strict=True):
        weight = Fraction(1, factorial(rank + abs(m)))
        row = [c * weight for c in coefficients]
        rows.append([int(v.numerator) * pow(v.denominator, -1, PRIME) % PRIME for v in row])
    return modular.matmul(tensors, np.array(rows, dtype=np.int64).T, PRIME)


def span_ranks(content, pseudo: bool) -> tuple[int, int, int]:
    """Ranks of the Cartesian family, of the ACE couplings, and of both together, as functions, on one content."""
    tensors = tuple(sorted(set(content), key=factor_key))
    number = count_invariants(content)
    width = components_of(tensors)
    points = modular.residues(f"span/{content}", (2 * number + 3) * width, PRIME).reshape(-1, width)
    evaluator = Evaluator(tensors, points, Modular(PRIME))
    contracted = [evaluator.values(c) for c in all_contractions(content, pseudo)]
    parts = {t: scaled_components(points[:, s], t.rank) for t, (s, _) in evaluator.layout.items()}
    channels = tuple(sorted(parts))
    spherical = ace.AceEvaluator(channels, np.concatenate([parts[c] for c in channels], axis=1), Modular(PRIME))
    coupled = [spherical.values(c) for c in couplings(content)]
    return tuple(modular.rank(np.array(rows), PRIME) for rows in (contracted, coupled, contracted + coupled))


@pytest.mark.parametrize("content", CONTENTS)
def test_couplings_span_what_contractions_span(content):
    number = count_invariants(content)
    assert number > 0
    assert span_ranks(content, sum(t.rank for t in content) % 2 == 1) == (number,) * 3


def test_a_wrong_sign_leaves_the_span(broken_coupling):
    content = cartesian([(1, 0), (1, 1), (2, 0), (2, 1)])
    number = count_invariants(content)
    broken_coupling((1, 1, 2))
    ranks = span_ranks(content, False)
    assert ranks[0] == number
    assert ranks[2] > number


@pytest.fixture
def broken_coupling(monkeypatch):
    """Turns one sign in the integer table of a coupling; caches are emptied before and after."""
    caches = (ace.independent_chains, ace_chains._polynomial, ace_chains._covariant)
    exact = ace_chains.integer_coupling

    def break_it(triple):
        def broken(l1, l2, rank):
            table, kappa = exact(l1, l2, rank)
            if (l1, l2, rank) == triple:
                table = table.copy()
                table[tuple(np.argwhere(table)[0])] *= -1
            return table, kappa

        monkeypatch.setattr(ace_chains, "integer_coupling", broken)
        for cached in caches:
            cached.cache_clear()

    yield break_it
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def test_unnatural_parity_is_needed_for_four_different_channels():
    found = couplings(Channel(0, n, 2) for n in (1, 2, 3, 4))
    assert [c.intermediates for c in found] == [(rank,) for rank in range(5)]
    channels = found[0].factors
    evaluator = ace.AceEvaluator(channels, residues_for(channels, 8), Modular(PRIME))
    values = np.array([evaluator.values(c) for c in found])
    assert modular.rank(values, PRIME) == 5
    assert modular.rank(values[::2], PRIME) == 3


def test_too_few_chains_are_an_error(monkeypatch):
    chains = ace.partial_ranks((2, 2, 2, 2), (0, 1, 2, 3))
    ace.independent_chains.cache_clear()
    monkeypatch.setattr(ace, "partial_ranks", lambda ranks, classes: chains[::2])
    with pytest.raises(ArithmeticError, match="span 3 dimensions modulo 2147483647, the characters say 5"):
        couplings(Channel(0, n, 2) for n in (1, 2, 3, 4))


# ---- polynomials ------------------------------------------------------------------------------------------------

LABELS = [
    "ace:1.0",
    "ace:3.3,3.3",
    "ace:1.2,1.2,1.2",
    "ace:1.1,1.2,1.2.3",
    "ace:1.1,2.1,1.2,2.2|L=1",
    "ace:1.3,1.3,1.3,1.3|L=2",
    "ace:1.1,1.1,1.2,1.2,2.2|L=2,2",
    "ace:1.1,2.1,3.1,4.1,1.2|L=1,1",
    "ace:1.12,1.12,1.12",
]


@pytest.mark.parametrize("label", LABELS)
def test_polynomials_are_what_chains_evaluate(label):
    coupling = Coupling.from_label(label)
    channels = tuple(sorted(set(coupling.factors)))
    exact = coupling.polynomial()
    assert len(np.unique(exact.orders, axis=0)) == len(exact.integers)
    slices = ace_chains.channel_slices(channels)
    where = exact.orders + [slices[c].start + c.rank for c in coupling.factors]
    points = residues_for(channels, 2, label)
    products = np.ones((2, len(where)), dtype=np.int64)
    for column in where.T:
        products = products * points[:, column] % PRIME
    integers = np.array([i % PRIME for i in exact.integers])
    expected = (products * integers % PRIME).sum(axis=1) % PRIME
    assert (ace.AceEvaluator(channels, points, Modular(PRIME)).values(coupling) == expected).all()
    floats = np.random.default_rng(0).normal(size=(3, points.shape[1]))
    values = ace.AceEvaluator(channels, floats, Floating()).values(coupling)
    direct = np.prod(floats[:, where], axis=-1) @ exact.floats()
    assert np.allclose(values, direct, rtol=FLOAT64, atol=FLOAT64)
    assert np.allclose(exact.floats(), [float(c) for c in exact.coefficients()], rtol=FLOAT64, atol=0)


@pytest.mark.parametrize(
    "label", ["ace:1.1,2.1", "ace:1.1,2.1,1.2", "ace:1.1,2.2,3.3,1.4|L=2", "ace:1.1,2.1,3.1,4.1,1.2|L=1,1"]
)
def test_couplings_of_different_channels_have_length_one(label):
    assert sum(c.square for c in Coupling.from_label(label).polynomial().coefficients()) == 1


def test_long_integers_do_not_overflow():
    left, table = np.full((1, 3), 2**40), np.full((3, 1), 2**30)
    assert (np.tensordot(*ace_chains._wide_enough(left, table, 3), axes=(1, 0)) == 3 * 2**70).all()
    assert ace_chains._wide_enough(left // 2**20, table, 3)[0].dtype == np.int64


# ---- gradients --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", LABELS)
def test_gradients(label):
    coupling = Coupling.from_label(label)
    channels = tuple(sorted({*coupling.factors, Channel(0, 1, 1)}))
    points = residues_for(channels, 3, label)
    values, gradients = ace.AceEvaluator(channels, points, Modular(PRIME)).values_and_gradients(coupling)
    euler = (points * gradients % PRIME).sum(axis=1) % PRIME
    assert (euler == coupling.order * values % PRIME).all()
    x = np.random.default_rng(1).normal(size=(2, points.shape[1]))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    gradient = ace.AceEvaluator(channels, x, Floating()).values_and_gradients(coupling)[1]
    step = 1e-5
    for k in range(x.shape[1]):
        ends = [ace.AceEvaluator(channels, x + s * np.eye(x.shape[1])[k], Floating()) for s in (step, -step)]
        difference = (ends[0].values(coupling) - ends[1].values(coupling)) / (2 * step)
        assert abs(difference - gradient[:, k]).max() < tolerances.CENTRAL_DIFFERENCE["float64"]


@pytest.mark.parametrize("size", [1, 3])
def test_rows_made_together_are_those_made_alone_to_the_last_bit(size):
    """In float64, too: an interrupted selection goes on with other groups of candidates."""
    found = list(candidates(total_degree(8, "3/2", species=2), EVERY_ORDER, "both"))
    found = [found[k] for k in np.random.default_rng(0).permutation(len(found))[:150]]
    assert {c.order for c in found} == set(EVERY_ORDER)
    channels = tuple(sorted({factor for c in found for factor in c.factors}))
    points = residues_for(channels, size)
    for arithmetic, x in ((Modular(PRIME), points), (Floating(), points / PRIME)):
        rows = ace.AceEvaluator(channels, x, arithmetic).gradients(found)
        alone = [ace.AceEvaluator(channels, x, arithmetic).values_and_gradients(c)[1] for c in found]
        assert rows.tobytes() == np.stack(alone, axis=1).tobytes()
        assert rows.any(axis=-1).all()
    with pytest.raises(ValueError, match="not among the 1 channels of this evaluator"):
        ace.AceEvaluator((Channel(0, 1, 0),), np.ones((size, 1)), Floating()).gradients(found)


def test_wrong_points_and_channels():
    channels = (Channel(0, 1, 1),)
    with pytest.raises(ValueError, match=r"points need 3 components on the last axis, got \(2, 4\)"):
        ace.AceEvaluator(channels, np.zeros((2, 4)), Floating())
    with pytest.raises(ValueError, match="not among the 1 channels"):
        ace.AceEvaluator(channels, np.zeros((1, 3)), Floating()).values(Coupling.from_label("ace:1.2,1.2"))


# ---- invariance -------------------------------------------------------------------------------------------------


def generator_defect(candidate) -> bool:
    """Whether any rotation generator changes the candidate, modulo the prime at random points."""
    channels = tuple(sorted(set(candidate.factors)))
    points = residues_for(channels, 2, "generator")
    evaluator = ace.AceEvaluator(channels, points, Modular(PRIME))
    gradients = evaluator.values_and_gradients(candidate)[1]
    for axis in range(3):
        moved = np.zeros_like(points)
        for c, where in evaluator.slices.items():
            exact = generator(c.rank, axis)
            matrix = [[v.numerator * pow(v.denominator, -1, PRIME) % PRIME for v in row] for row in exact]
            moved[:, where] = modular.matmul(points[:, where], np.array(matrix).T, PRIME)
        if ((gradients * moved % PRIME).sum(axis=1) % PRIME).any():
            return True
    return False


@pytest.mark.parametrize("parity", ["proper", "pseudo"])
def test_generators_annihilate_every_candidate(parity):
    for candidate in candidates(box(3), EVERY_ORDER, parity):
        assert not generator_defect(candidate)
    for candidate in candidates(box(2, 2), (2, 3), parity):
        assert not generator_defect(candidate)


@pytest.mark.parametrize(
    ("label", "triple"),
    [("ace:1.1,1.1,1.2", (1, 1, 2)), ("ace:1.1,2.1,1.2,2.2|L=1", (1, 2, 2)), ("ace:1.3,1.3", (3, 3, 0))],
)
def test_generators_notice_a_wrong_sign(label, triple, broken_coupling):
    candidate = Coupling.from_label(label)
    assert not generator_defect(candidate)
    broken_coupling(triple)
    assert generator_defect(candidate)


@dataclass(frozen=True)
class NotAnInvariant:
    """A chain that ends in a vector: its first component turns."""

    factors: tuple[Channel, ...] = (Channel(0, 1, 1), Channel(0, 1, 2))
    chain: tuple[int, ...] = (1, 1)


def rotated(x: np.ndarray, slices, matrix: np.ndarray) -> np.ndarray:
    """Random real A turned by explicit Wigner matrices: to Cartesian tensors, every index rotated, and back."""
    result = x.copy()
    for c, where in slices.items():
        to_spherical = harmonics.spherical_matrix(c.rank)
        full = full_tensor(np.linalg.solve(to_spherical, x[:, where].T).T, c.rank)
        for axis in range(1, c.rank + 1):
            full = np.moveaxis(np.tensordot(full, matrix, axes=(axis, 1)), -1, axis)
        result[:, where] = reduced_components(full, c.rank) @ to_spherical.T
    return result


def rotation_defect(candidate, matrix: np.ndarray, sign: int = 1) -> float:
    channels = tuple(sorted(set(candidate.factors)))
    slices = ace_chains.channel_slices(channels)
    x = np.random.default_rng(5).normal(size=(4, sum(2 * c.rank + 1 for c in channels)))
    here, there = (
        ace.AceEvaluator(channels, points, Floating()).values(candidate) for points in (x, rotated(x, slices, matrix))
    )
    return float(abs(here - sign * there).max() / abs(here).max())


@pytest.mark.parametrize("seed", range(2))
def test_random_a_may_be_rotated_and_inverted(seed):
    for candidate in candidates(box(2, 2), (1, 2, 3, 4), "both"):
        assert rotation_defect(candidate, rotation(seed)) < tolerances.LAW["float64"]
        inversion = -rotation(seed)
        assert rotation_defect(candidate, inversion, -1 if candidate.is_pseudo else 1) < tolerances.LAW["float64"]


def test_rotations_notice_what_is_not_invariant():
    assert rotation_defect(NotAnInvariant(), rotation(0)) > 1e-3
    pseudo = next(iter(candidates(box(1, 3), [3], "pseudo")))
    assert rotation_defect(pseudo, -rotation(0)) > 1e-3


# ---- the Langbein stage over ACE candidates ---------------------------------------------------------------------


def langbein(weight, degree: int, prime: int = PRIME) -> tuple[Selection, int]:
    truncation = total_degree(degree, weight)
    channels = ace.channels_in_use(truncation, (1, 2, 3))
    bound = transcendence_degree(channels)
    witness = modular.residues(f"witness/{prime}", sum(2 * c.rank + 1 for c in channels), prime)
    configurations = np.random.default_rng(0).normal(size=(3, len(witness)))
    selection = Selection(
        ace.AceEvaluator(channels, witness, Modular(prime)),
        ace.AceEvaluator(channels, configurations, Floating()),
        prime,
    )
    selection.run(candidates(truncation, (1, 2, 3)), bound)
    return selection, bound


@pytest.mark.parametrize(("weight", "degree", "full", "bound", "rank"), INDEPENDENT_SIZES)
def test_independent_sizes(weight, degree, full, bound, rank):
    selection, found_bound = langbein(weight, degree)
    assert (sum(selection.offered.values()), found_bound, selection.rank) == (full, bound, rank)
    assert not selection.disagreements


@pytest.mark.parametrize(("weight", "degree"), [("3/2", 10), ("3/2", 12), (2, 10)])
def test_another_prime_and_witness_keep_the_same(weight, degree):
    here, there = langbein(weight, degree)[0], langbein(weight, degree, modular.prime_below(PRIME))[0]
    assert [c.label for c in here.kept] == [c.label for c in there.kept]


@pytest.mark.parametrize(
    ("weight", "low", "high", "slope"), [(1, 10, 16, 0.76), ("3/2", 10, 20, 0.77), (2, 10, 22, 0.79)]
)
def test_independent_size_grows_as_a_power_of_the_full_size(weight, low, high, slope):
    rows = [row for row in INDEPENDENT_SIZES if row[0] == weight and row[1] >= 10]
    assert (rows[0][1], rows[-1][1]) == (low, high)
    full, rank = np.log([row[2] for row in rows]), np.log([row[4] for row in rows])
    assert round(float(np.polyfit(full, rank, 1)[0]), 2) == slope


@pytest.mark.parametrize(("l_max", "rank"), [(1, 2), (2, 6), (3, 13)])
def test_one_channel_has_the_known_functional_ranks(l_max, rank):
    channels = box(l_max).channels
    evaluator = ace.AceEvaluator(channels, residues_for(channels, 1), Modular(PRIME))
    rows = [evaluator.values_and_gradients(c)[1][0] for c in candidates(box(l_max), EVERY_ORDER)]
    assert modular.rank(np.array(rows), PRIME) == rank


def test_a_wrong_coefficient_in_a_polynomial_is_noticed():
    coupling = Coupling.from_label("ace:1.1,2.1,1.2")
    exact = coupling.polynomial()
    broken = replace(exact, integers=(-exact.integers[0], *exact.integers[1:]))
    assert generator_defect_of(exact) == 0
    assert generator_defect_of(broken) != 0


def generator_defect_of(exact) -> int:
    """How many coefficients are left when the rotation about x acts on a polynomial of different channels."""
    left: dict[tuple[int, ...], Fraction] = {}
    for orders, integer in zip(exact.orders, exact.integers, strict=True):
        for k, rank in enumerate(exact.ranks):
            for m, value in enumerate(generator(rank, 0)[int(orders[k]) + rank]):
                key = (*map(int, orders[:k]), m - rank, *map(int, orders[k + 1 :]))
                left[key] = left.get(key, Fraction(0)) + integer * value
    return sum(v != 0 for v in left.values())
