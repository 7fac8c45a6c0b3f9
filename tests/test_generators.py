"""Generating sets of the ring of invariants: counts, spans by a second method, files, kernels; and pseudo-scalars."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations_with_replacement
from pathlib import Path

import flint
import numpy as np
import pytest
from brute_force import build, molien
from processes import invgen as command
from rich.console import Console
from rotation_fixtures import rotation, turned
from tolerances import KERNEL, LAW

import invgen
from invgen.cli.checking import checks
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import Channel, cartesian
from invgen.compiler.algebra.characters import contents, count_invariants
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.candidates.cartesian.counting import EPSILON_AS_TENSOR, count_contractions, refuse_explosion
from invgen.compiler.candidates.cartesian.enumeration import all_contractions, connected_contractions
from invgen.compiler.candidates.cartesian.evaluate import Evaluator
from invgen.compiler.candidates.cartesian.family import multidegrees
from invgen.compiler.inspect.report import describe, ring_table, summary
from invgen.compiler.kernels.lower import lower
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.generators import SPARE, Ring
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import Setting
from invgen.errors import SpecError, TooManyCandidates
from invgen.spec import BasisSpec

PRIME = modular.prime_below(2**30)
"""Another prime than the selection uses."""

RINGS: dict[tuple[int, ...], tuple[int, dict[int, int]]] = {
    (2,): (10, {2: 1, 3: 1}),
    (3,): (10, {2: 1, 4: 1, 6: 1, 10: 1}),
    (4,): (7, {2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1}),
    (1, 2): (6, {2: 2, 3: 2, 4: 1}),
    (1, 3): (6, {2: 2, 4: 4, 6: 5}),
    (2, 3): (6, {2: 2, 3: 2, 4: 3, 5: 3, 6: 5}),
    (1, 2, 3): (6, {2: 3, 3: 4, 4: 9, 5: 10, 6: 18}),
}
"""Ranks: highest degree, and the number of proper generators of each degree."""


@cache
def ring(ranks: tuple[int, ...], n_max: int, parity: str = "proper", channels: int = 1) -> invgen.Basis:
    return build(BasisSpec(ranks=ranks, n_max=n_max, objective="generators", parity=parity, channels=channels))


# ---- numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ranks", RINGS)
def test_numbers_of_generators(ranks):
    n_max, expected = RINGS[ranks]
    basis = ring(ranks, n_max)
    assert dict(basis.evidence.kept_per_order) == expected
    assert {n: total - lower for n, total, lower in basis.evidence.ring_per_degree if total > lower} == expected
    assert sum(p.new for p in basis.evidence.ring) == len(basis)


def test_the_scalar_is_a_generator_of_degree_one():
    basis = build(BasisSpec(l_max=3, n_max=4, objective="generators"))
    assert dict(basis.evidence.kept_per_order) == {1: 1, 2: 3, 3: 4, 4: 9}


def test_rank_three_has_one_odd_invariant_of_degree_fifteen():
    """Hilbert series (1 + t^15) / (1-t^2)(1-t^4)(1-t^6)(1-t^10): below 15 the even generators make everything."""
    series = [count_invariants(cartesian([(3, 0)]) * n) for n in range(16)]
    assert series[1:15:2] == [0] * 7
    assert series[15] == 1
    assert series[12:15:2] == [8, 10]
    products = Counter(
        sum(word) for size in range(8) for word in combinations_with_replacement((2, 4, 6, 10), size) if sum(word) <= 14
    )
    assert [products[n] for n in range(0, 15, 2)] == series[0:15:2]


@pytest.mark.parametrize(("parity", "expected"), [("both", {6: 1}), ("pseudo", {6: 1})])
def test_vector_and_quadrupole_have_one_pseudo_scalar(parity, expected):
    """v, Qv and QQv span a box: the ring of the rotation group has this one generator more."""
    found = Counter(c.order for c in ring((1, 2), 6, parity) if c.is_pseudo)
    assert found == expected
    assert len(ring((1, 2), 6, "both")) == len(ring((1, 2), 6)) + 1


def test_three_vectors_have_six_products_and_a_determinant():
    assert Counter(c.order for c in ring((1,), 6, "both", 3)) == {2: 6, 3: 1}
    module = ring((1,), 5, "pseudo", 3)
    assert module.labels == ("eabc.1a.1:1b.1:2c",)
    assert [(p.degree, p.invariants, p.decomposable) for p in module.evidence.ring if p.degree == 3] == [(3, 1, 0)]
    assert sum(p.decomposable for p in module.evidence.ring) == dict(module.evidence.counts)[5] == 6
    assert module.evidence.rank == 1
    assert module.evidence.attainable == 6


def test_both_families_have_equally_many_generators_of_every_multidegree():
    """Coupling trees and contraction graphs are different candidates for the same ring."""
    for parity in ("proper", "both", "pseudo"):
        cartesian = build(BasisSpec(l_max=3, n_max=4, objective="generators", parity=parity))
        ace = build(BasisSpec(family="ace", l_max=3, n_max=4, objective="generators", parity=parity))
        found = [
            Counter({p.multiset.replace("1.", ""): (p.invariants, p.decomposable) for p in b.evidence.ring})
            for b in (cartesian, ace)
        ]
        assert found[0] == found[1]
        assert len(cartesian) == len(ace)
        assert bool(ace.verify())


def test_couplings_of_several_channels_generate_too():
    """In floating point: all linear functions are combinations of products of at most three generators."""
    basis = build(BasisSpec(family="ace", total_degree=7, n_max=3, objective="generators"))
    linear = build(BasisSpec(family="ace", total_degree=7, n_max=3, objective="linear"))
    points = np.random.default_rng(0).normal(size=(400, basis.components))
    values = basis.evaluate(points)
    words = [w for size in (1, 2, 3) for w in combinations_with_replacement(range(len(basis)), size)]
    made = np.array([np.prod(values[:, word], axis=1) for word in words]).T
    wanted = linear.evaluate(points)
    assert len(basis) < wanted.shape[1] < made.shape[1] < len(points)
    left = wanted - made @ np.linalg.lstsq(made, wanted, rcond=None)[0]
    assert np.abs(left).max() < LAW["float64"] * np.abs(wanted).max()


# ---- the claim, by a second method ------------------------------------------------------------------------------


def monomials(generators: list[Contraction], content: Counter[Channel]) -> Iterator[tuple[int, ...]]:
    """All products of generators, as positions, whose factors are exactly this multiset of tensors."""
    parts = [Counter(c.content) for c in generators]

    def grow(first: int, left: Counter[Channel]) -> Iterator[tuple[int, ...]]:
        if not left:
            yield ()
        for k in range(first, len(parts)):
            if parts[k] <= left:
                for rest in grow(k, left - parts[k]):
                    yield k, *rest

    return grow(0, content)


def check_generates(ranks: tuple[int, ...], n_max: int, generators: list[Contraction], pseudo: bool = False) -> None:
    """Products of generators have, in every multidegree, the rank that the characters give."""
    tensors = cartesian((rank, 0) for rank in ranks)
    width = sum(2 * rank + 1 for rank in ranks)
    points = modular.residues(f"generate/{ranks}", 20 * width, PRIME).reshape(20, width)
    evaluator = Evaluator(tensors, points, Modular(PRIME))
    values = [evaluator.values(c) for c in generators]
    for degree in range(1, n_max + 1):
        for content in contents(tensors, degree):
            if sum(t.rank for t in content) % 2 and not pseudo:
                continue
            rows = []
            for word in monomials(generators, Counter(content)):
                row = np.ones(20, dtype=np.int64)
                for k in word:
                    row = row * values[k] % PRIME
                rows += row.tolist()
            rank = flint.nmod_mat(len(rows) // 20, 20, rows, PRIME).rank() if rows else 0
            if rank != count_invariants(content):
                raise AssertionError(f"{content}: products span {rank} of {count_invariants(content)} dimensions")


@pytest.mark.parametrize("ranks", [r for r in RINGS if r != (4,)])
def test_products_of_generators_span_every_piece(ranks):
    n_max = RINGS[ranks][0]
    check_generates(ranks, n_max, list(ring(ranks, n_max)))


@pytest.mark.parametrize("ranks", [(1, 2), (2, 3)])
def test_proper_and_pseudo_scalars_together_span_every_piece(ranks):
    check_generates(ranks, 6, list(ring(ranks, 6, "both")), pseudo=True)


@pytest.mark.parametrize("ranks", [(3,), (1, 2), (2, 3)])
def test_no_generator_can_be_left_out(ranks):
    n_max = RINGS[ranks][0]
    every = list(ring(ranks, n_max))
    for k, left_out in enumerate(every):
        with pytest.raises(AssertionError) as failure:
            check_generates(ranks, n_max, every[:k] + every[k + 1 :])
        assert str(left_out.content) in str(failure.value)


def test_functional_independence_is_less_than_generating():
    """The 13 independent ones of (3,4) determine everything nearby, but polynomials in them are not all invariants."""
    independent = build(BasisSpec(ranks=(1, 2, 3), n_max=4))
    with pytest.raises(AssertionError):
        check_generates((1, 2, 3), 4, list(independent))
    check_generates((1, 2, 3), 4, [c for c in ring((1, 2, 3), 6) if c.order <= 4])


def grown(number: int) -> None:
    """The ring of one quadrupole to degree six, whose last piece is claimed to hold ``number`` invariants."""
    points = modular.residues("grown", 5 * (2 + SPARE), PRIME).reshape(-1, 5)
    found = Ring(Evaluator(cartesian([(2, 0)]), points, Modular(PRIME)).values, 2 + SPARE, PRIME)
    for order in range(2, 7):
        for piece in multidegrees(cartesian([(2, 0)]), order):
            claimed = replace(piece, invariants=number) if order == 6 else piece
            found.extend(claimed, lambda piece=piece: connected_contractions(piece.factors))


@pytest.mark.parametrize("number", [1, 3])
def test_a_wrong_count_is_noticed(number):
    grown(2)
    with pytest.raises(ArithmeticError, match=rf"span 2 dimensions modulo .*, the characters say {number};"):
        grown(number)


# ---- evidence and files -----------------------------------------------------------------------------------------


def test_the_evidence_prints_itself_and_is_verified():
    basis = ring((1, 2), 6)
    assert "n=4: 4 = 3 + 1, n=5: 4 = 4 + 0, n=6: 9 = 9 + 0" in str(basis)
    assert bool(basis.verify())
    first = basis.evidence.ring[0]
    wrong = replace(basis.evidence, ring=(replace(first, decomposable=1), *basis.evidence.ring[1:]))
    assert "ring is" in str(replace(basis, evidence=wrong).verify())
    assert "other invariants" in str(replace(basis, invariants=basis.invariants[:-1]).verify())


def test_the_numbers_are_those_of_three_primes_and_three_sets_of_points():
    spec = BasisSpec(ranks=(1, 2, 3), n_max=5, objective="generators")
    primes = (PRIME, modular.DEFAULT_PRIME, modular.prime_below(2**29))
    found = {
        (tuple(c.label for c in chosen), evidence.ring)
        for prime in primes
        for chosen, evidence in (select(spec, Setting(prime, seed)) for seed in "abc")
    }
    assert len(found) == 1


def test_the_table_has_a_row_for_each_multidegree():
    text = io.StringIO()
    Console(file=text, width=100).print(ring_table(ring((2, 3), 6, "both").evidence))
    rows = [[cell.strip() for cell in line.split("│")] for line in text.getvalue().splitlines()[2:]]
    assert len(rows) == len(ring((2, 3), 6, "both").evidence.ring)
    assert ["4", "2 2 3 3", "proper", "3", "1", "2"] in rows
    assert ["4", "2 2 2 3", "pseudo", "1", "", "1"] in rows


def test_files_keep_the_ring_and_older_files_have_none(tmp_path: Path):
    basis = ring((1, 2), 6)
    basis.save(tmp_path)
    assert invgen.Basis.load(tmp_path) == basis
    older = invgen.find_basis("cartesian-l3-n4-flexible")
    assert older.evidence.ring == ()
    assert "ring" not in older.evidence.to_json()
    assert Evidence.from_json(older.evidence.to_json()) == older.evidence
    assert json.loads((tmp_path / "basis.json").read_text())["evidence"]["ring"][0]["multiset"] == "1 1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"l_max": 2, "orders": (2, 4)}, r"generators need all orders up to n_max.* got orders=\(2, 4\); leave orders"),
        ({"l_max": 2, "ordering": "cost"}, r"chosen degree by degree, got ordering='cost'; leave it out"),
        ({"l_max": 2, "objective": "generator"}, r"did you mean 'generators'\?"),
    ],
)
def test_requests_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(SpecError, match=message):
        BasisSpec(**{"objective": "generators", **arguments})


def test_an_explosion_is_refused():
    with pytest.raises(TooManyCandidates, match="max_candidates"):
        invgen.generate(BasisSpec(l_max=4, n_max=8, channels=3, objective="generators"))
    with pytest.raises(TooManyCandidates, match=r"up to order 7 with total rank 28 number about 66.* \(now 50;"):
        invgen.generate(BasisSpec(ranks=(4,), n_max=8, objective="generators"), max_candidates=50)


def test_the_levi_civita_symbol_is_not_forgotten_when_candidates_are_counted():
    """A content of odd total rank has no proper contraction at all, but pseudo-scalars that might explode."""
    for content in map(cartesian, ([(1, 0)] * 3 + [(2, 0)] * 3, [(2, 0)] * 3 + [(3, 0)] * 3)):
        number = len(all_contractions(content, True))
        assert number <= count_contractions((*content, EPSILON_AS_TENSOR)) <= 2 * number
        refuse_explosion([content], 0, 2 * number, pseudo=True)
        with pytest.raises(TooManyCandidates, match="up to order 6"):
            refuse_explosion([content], 0, number - 1, pseudo=True)
        assert count_contractions(content) == 0


# ---- kernels ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("parity", "backends"), [("both", ("torch",)), ("pseudo", ("numba", "torch", "cuda"))])
def test_kernels_of_generators_agree_with_direct_evaluation(parity, backends, tmp_path: Path):
    basis = ring((1,), 3, parity, 3)
    x = np.random.default_rng(0).normal(size=(9, basis.components))
    expected = basis.evaluate(x)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(lower(basis).evaluate(x), expected, rtol=0, atol=LAW["float64"] * scale)
    folder = invgen.emit(basis, backends, tmp_path / "ring")
    for backend in backends[:2]:
        found = invgen.load(folder, backend=backend)(x)
        np.testing.assert_allclose(found, lower(basis).evaluate(x), rtol=0, atol=KERNEL["float64"] * scale)


def test_the_command_line_writes_a_ring_that_passes_every_check(tmp_path: Path):
    options = ("--ranks", "1,2", "--n-max", "3", "--objective", "generators", "--backends", "torch")
    made = command("generate", *options, "-o", tmp_path)
    assert made.returncode == 0, made.stderr
    basis = invgen.Basis.load(tmp_path)
    for text in (made.stdout, summary(basis)):
        assert "n=2: 2 = 0 + 2, n=3: 2 = 0 + 2" in text
    assert [p["multiset"] for p in describe(basis)["evidence"]["ring"]][:2] == ["1 1", "2 2"]
    assert {outcome for outcome, _, _ in checks(basis, tmp_path)} == {"ok"}


# ---- pseudo-scalars ---------------------------------------------------------------------------------------------


def check_parity(basis: invgen.Basis) -> None:
    """No function changes under a rotation; pseudo-scalars, and they alone, change sign under inversion."""
    x = np.random.default_rng(1).normal(size=(20, basis.components))
    value = basis.evaluate(x)
    tolerance = LAW["float64"] * np.abs(value).max(axis=0)
    assert (tolerance > 0).all()
    rotated = basis.evaluate(turned(x, basis.spec.tensors, rotation(2)))
    inverted = basis.evaluate(turned(x, basis.spec.tensors, -rotation(3)))
    sign = np.array([-1 if c.is_pseudo else 1 for c in basis])
    assert (np.abs(rotated - value) < tolerance).all()
    assert (np.abs(inverted - sign * value) < tolerance).all()


@pytest.mark.parametrize("parity", ["proper", "pseudo", "both"])
@pytest.mark.parametrize("objective", ["independent", "linear", "generators"])
def test_pseudo_scalars_change_sign_under_inversion_and_under_nothing_else(objective, parity):
    basis = build(BasisSpec(ranks=(1, 2), channels=2, n_max=3, objective=objective, parity=parity))
    assert {c.is_pseudo for c in basis} == {"proper": {False}, "pseudo": {True}, "both": {False, True}}[parity]
    check_parity(basis)


def test_a_function_of_mixed_parity_fails_the_check():
    both = build(BasisSpec(ranks=(1, 2), channels=2, n_max=3, objective="linear", parity="both"))

    class Mixed(invgen.Basis):
        def evaluate(self, x: np.ndarray) -> np.ndarray:
            value = super().evaluate(x)
            return value + value[:, ::-1]

    with pytest.raises(AssertionError):
        check_parity(Mixed(both.spec, both.invariants, both.evidence))


@pytest.mark.parametrize(("ranks", "channels"), [((1, 2, 3), 1), ((1, 2), 2), ((2, 4), 1)])
def test_numbers_of_pseudo_scalars_are_those_of_the_full_rotation_group(ranks, channels):
    spec = BasisSpec(ranks=ranks, channels=channels, n_max=4, objective="linear", parity="pseudo")
    basis = build(spec)
    for order in range(1, 5):
        assert dict(basis.evidence.counts)[order] == molien(spec.tensors, order, 0, "pseudo")
        assert sum(c.order == order for c in basis) == molien(spec.tensors, order, 0, "pseudo")
        assert invgen.count(replace_parity(spec, "proper"))[order] == molien(spec.tensors, order, 0, "proper")
    points = modular.residues("pseudo", 3 * len(basis) * basis.components, PRIME).reshape(-1, basis.components)
    evaluator = Evaluator(basis.channels, points[: len(basis) + 3], Modular(PRIME))
    rows = np.array([evaluator.values(c) for c in basis])
    assert (modular.rank(rows, PRIME) if len(basis) else 0) == len(basis)


def replace_parity(spec: BasisSpec, parity: str) -> BasisSpec:
    return BasisSpec.from_json({**spec.to_json(), "parity": parity})


def test_pseudo_scalars_alone_may_be_products_with_proper_scalars():
    """v.v times a determinant is no function of determinants: six of them are independent."""
    basis = build(BasisSpec(ranks=(1,), channels=3, n_max=5, parity="pseudo"))
    assert [c.order for c in basis] == [3, 5, 5, 5, 5, 5]
    assert basis.evidence.rank == basis.evidence.bound == 6
    check_parity(basis)


@pytest.mark.parametrize("parity", ["pseudo", "both"])
@pytest.mark.parametrize("objective", ["independent", "linear", "generators"])
def test_pseudo_scalars_are_lowered_and_differentiated(objective, parity):
    basis = build(BasisSpec(ranks=(1, 2), channels=2, n_max=3, objective=objective, parity=parity))
    kernels = invgen.kernels_of(basis)
    generator = np.random.default_rng(4)
    x, g = generator.normal(size=(5, basis.components)), generator.normal(size=(5, len(basis)))
    value, gradient = basis.evaluate(x), np.einsum("nk,nkc->nc", g, basis.jacobian(x))
    np.testing.assert_allclose(kernels["value"].evaluate(x), value, rtol=0, atol=LAW["float64"] * np.abs(value).max())
    found = kernels["vjp"].evaluate(x, g)
    np.testing.assert_allclose(found, gradient, rtol=0, atol=LAW["float64"] * np.abs(gradient).max())
