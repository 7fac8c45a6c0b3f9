"""Relations: found by exact linear algebra, proven by expansion, and told from ranks where none is found."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import brute_force
import flint
import numpy as np
import processes
import pytest
import sympy
from tolerances import EQUAL_WEIGHTS

import invgen
from invgen.compiler.algebra import modular, sparse
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.algebra.rational import coefficients, combine, reconstruct, solve
from invgen.compiler.analysis.dependence import RankStatement
from invgen.compiler.analysis.relation_search import Search
from invgen.compiler.analysis.relations import Relation, Term
from invgen.compiler.candidates.family import family_of
from invgen.spec import BasisSpec

QUADRUPOLE = BasisSpec(l_max=2, n_max=4)
OCTUPOLE = BasisSpec(ranks=(3,), n_max=6)
VECTORS = BasisSpec(ranks=(1,), channels=3, n_max=3, parity="both")
TWO_QUADRUPOLES = BasisSpec(ranks=(2,), channels=2, n_max=3)
TRIPLE = "eabc.1a.1:1b.1:2c"
CAYLEY = "2ab.2bc.2cd.2da"


@cache
def basis_of(spec: BasisSpec) -> invgen.Basis:
    return brute_force.build(spec)


@cache
def found(spec: BasisSpec, label: str, max_order: int | None = None) -> Relation:
    relation = basis_of(spec).relation(label, max_order)
    assert isinstance(relation, Relation), str(relation)
    assert relation.holds
    return relation


def symbolic(relation: Relation) -> sympy.Expr:
    """The relation with every invariant written out by the independent evaluator of the tests."""
    spec = relation.spec
    x = sympy.symbols(f"x:{spec.components}")
    values = {"c": brute_force.value(relation.label, spec.tensors, x)}
    values |= {f"f{i}": brute_force.value(relation.invariants[i].label, spec.tensors, x) for i in relation.used}
    return sympy.expand(relation.sympy().subs({sympy.Symbol(name): value for name, value in values.items()}))


# ---- examples with known answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "label", "text"),
    [
        (QUADRUPOLE, CAYLEY, "c = 1/2 f2^2"),
        (QUADRUPOLE, "1a.2ab.2bc.2cd.1d", "c = 1/3 f1 f4 + 1/2 f2 f3"),
        (QUADRUPOLE, "1a.1a.1b.2bc.1c", "c = f1 f3"),
        (QUADRUPOLE, "0.0", "c = f0^2"),
        (OCTUPOLE, "3abc.3ade.3bdf.3cef", "c = 1/2 f0^2 - f1"),
        (BasisSpec(l_max=3, n_max=4, objective="flexible"), "3abc.3ade.3bdf.3cef", "c = 1/2 f3^2 - f12"),
        (BasisSpec(ranks=(4,), n_max=4), "4abcd.4aefg.4befh.4cdgh", "c = 1/8 f0^2 - 1/4 f2"),
        (VECTORS, TRIPLE, "c^2 = f0 f3 f5 - f0 f4^2 + 2 f1 f2 f4 - f1^2 f5 - f2^2 f3"),
    ],
)
def test_known_relations(spec: BasisSpec, label: str, text: str) -> None:
    assert found(spec, label).text() == text


@pytest.mark.parametrize(
    ("spec", "label"),
    [(QUADRUPOLE, CAYLEY), (QUADRUPOLE, "1a.2ab.2bc.2cd.1d"), (OCTUPOLE, "3abc.3ade.3bdf.3cef"), (VECTORS, TRIPLE)],
)
def test_relations_hold_for_polynomials_written_out_by_other_means(spec: BasisSpec, label: str) -> None:
    assert symbolic(found(spec, label)) == 0


def test_a_rank_three_relation_of_order_six_with_three_terms() -> None:
    relation = found(OCTUPOLE, "3abc.3abd.3cef.3dgh.3egi.3fhi")
    assert relation.degree == 1
    assert len(relation.terms) >= 3
    x = brute_force.fractions(7, seed=5)
    values = {"c": brute_force.value(relation.label, ((3, 0),), x)}
    values |= {f"f{i}": brute_force.value(relation.invariants[i].label, ((3, 0),), x) for i in relation.used}
    exact = {sympy.Symbol(n): sympy.Rational(v.numerator, v.denominator) for n, v in values.items()}
    assert relation.sympy().subs(exact) == 0


def test_the_triple_product_has_no_linear_relation_and_a_quadratic_one() -> None:
    """Linear would make it a rational function of dot products, which the inversion of all vectors leaves unchanged."""
    relation = found(VECTORS, TRIPLE)
    assert relation.degree == 2
    assert all(term.power != 1 for term in relation.terms)
    lower = basis_of(VECTORS).relation(TRIPLE, max_order=5)
    assert isinstance(lower, RankStatement)
    assert (lower.dependent, lower.proven, lower.searched) == (True, True, 5)


def test_the_gram_determinant_of_four_vectors_vanishes() -> None:
    spec = BasisSpec(ranks=(1,), channels=4, n_max=2)
    relation = found(spec, "1:3a.1:3a")
    names = {c.content: f"f{i}" for i, c in enumerate(basis_of(spec))} | {cartesian([(1, 3), (1, 3)]): "c"}
    gram = sympy.Matrix(4, 4, lambda i, j: sympy.Symbol(names[cartesian([(1, min(i, j)), (1, max(i, j))])]))
    ratio = sympy.cancel(gram.det() / relation.sympy())
    assert ratio.is_Rational
    assert ratio != 0


def test_a_proper_scalar_of_two_quadrupoles_is_the_root_of_an_irreducible_cubic() -> None:
    relation = found(TWO_QUADRUPOLES, "2ab.2bc.2:1cd.2:1da", 12)
    assert relation.degree == 3
    polynomial = sympy.Poly(relation.sympy(), sympy.Symbol("c"))
    values = dict(zip(sorted(polynomial.free_symbols_in_domain, key=str), (1, 2, 5, 1, 3, 2, 7), strict=True))
    assert sympy.Poly(polynomial.as_expr().subs(values), sympy.Symbol("c")).is_irreducible
    tensors = relation.spec.tensors
    x = brute_force.integers(10, seed=8)
    exact = {sympy.Symbol("c"): brute_force.value(relation.label, tensors, x)}
    exact |= {sympy.Symbol(f"f{i}"): brute_force.value(relation.invariants[i].label, tensors, x) for i in relation.used}
    assert relation.sympy().subs(exact) == 0


def test_a_member_that_depends_on_the_others_is_compared_with_them() -> None:
    doubled = replace(
        basis_of(QUADRUPOLE), invariants=(*basis_of(QUADRUPOLE).invariants, family_of(QUADRUPOLE).from_label(CAYLEY))
    )
    assert doubled.relation(CAYLEY).text() == "c = 1/2 f2^2"
    assert not doubled.relation("2ab.2ac.2bc").dependent


def test_a_candidate_that_vanishes_is_told() -> None:
    spec = BasisSpec(ranks=(1, 2), n_max=4, parity="both")
    assert found(spec, "eabc.1a.1b.2cd.1d").text() == "c = 0"


# ---- the family of couplings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("ace:1.1,1.1,1.2,1.2,1.2|L=2,2", "c = 2/7 sqrt(5) f2 f3"),
        ("ace:1.2,1.2,1.2,1.2|L=2", "c = 2/7 sqrt(5) f2^2"),
        ("ace:1.2,1.2,1.2,1.2|L=4", "c = 6/7 f2^2"),
        ("ace:1.0,1.0,1.1,1.1|L=0", "c = f0^2 f1"),
    ],
)
def test_couplings_may_have_square_roots_in_their_relations(label: str, text: str) -> None:
    relation = found(BasisSpec(family="ace", l_max=2, n_max=4), label)
    assert relation.text() == text
    basis = basis_of(relation.spec)
    points = np.random.default_rng(0).normal(size=(5, basis.components))
    c = basis.family.evaluator(basis.spec, points, Floating()).values(relation.candidate)
    f = basis.evaluate(points)
    total = np.zeros(5)
    for term, value in zip(relation.terms, relation.coefficients(), strict=True):
        powers = np.prod([f[:, i] ** exponent for i, exponent in term.powers], axis=0)
        total += float(value) * c**term.power * powers
    np.testing.assert_allclose(total, 0, atol=EQUAL_WEIGHTS["float64"])


def test_roots_in_latex() -> None:
    relation = found(BasisSpec(family="ace", l_max=2, n_max=4), "ace:1.2,1.2,1.2,1.2|L=2")
    assert r"\frac{2}{7} \, \sqrt{5} \, \left(" in relation.latex()


# ---- what is wrong is noticed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "terms",
    [
        (Term(3, 1, ()), Term(-1, 0, ((2, 2),))),
        (Term(2, 1, ()), Term(1, 0, ((2, 2),))),
        (Term(2, 1, ()),),
        (Term(2, 1, ()), Term(-1, 0, ((1, 2),))),
        (Term(2, 2, ()), Term(-1, 0, ((2, 2),))),
    ],
)
def test_a_wrong_relation_does_not_hold(terms: tuple[Term, ...]) -> None:
    wrong = replace(found(QUADRUPOLE, CAYLEY), terms=terms)
    assert wrong.expand()
    assert not wrong.holds
    assert "WRONG: terms are left" in str(wrong)


def test_no_relation_of_more_than_the_exponents_that_fit_is_looked_for() -> None:
    """Beyond 255 the expansion that proves a relation would carry from one variable into the next."""
    basis = replace(basis_of(BasisSpec(ranks=(0,), channels=2, n_max=1)), invariants=())
    search = Search(basis.spec, basis.invariants, family_of(basis.spec).from_label("0"))
    assert search.run(1000) is None
    assert search.searched == sparse.HIGHEST_ORDER
    assert sparse.multiply({sparse.monomial([(0, 255)]): 1}, {sparse.monomial([(0, 1)]): 1}) == {1 << sparse.BITS: 1}


def test_independent_candidates_are_told_from_ranks_without_a_search() -> None:
    statement = basis_of(BasisSpec(l_max=3, n_max=3, objective="flexible")).relation("1a.2bc.3abc")
    assert isinstance(statement, RankStatement)
    assert (statement.dependent, statement.proven, statement.searched) == (False, True, 0)
    assert "is independent of the other invariants" in str(statement)
    assert "from 7 to 8 (proven modulo" in str(statement)


def test_dependence_that_only_trials_show_is_told_with_its_probability() -> None:
    """Two octupole invariants of the same order: their rank is short of the bound, so no theorem helps."""
    basis = replace(basis_of(OCTUPOLE), invariants=basis_of(OCTUPOLE).invariants[:2])
    statement = basis.relation("3abc.3ade.3bdf.3cef", max_order=3)
    assert isinstance(statement, RankStatement)
    assert (statement.dependent, statement.proven) == (True, False)
    assert "leaves the rank of the Jacobian at 2 in 4 independent trials" in str(statement)
    assert "below 1e-3" in str(statement)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("4abcd.4abcd", "not among the tensors of cartesian-l2-n4-independent"),
        ("2ab.2a", "has 1 indices, rank 2 needs"),
    ],
)
def test_foreign_candidates_are_refused(label: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        basis_of(QUADRUPOLE).relation(label)


# ---- how it is shown --------------------------------------------------------------------------------------------


def test_text_and_latex() -> None:
    relation = found(QUADRUPOLE, CAYLEY)
    assert relation.latex() == (
        r"\left(Q_{ij} Q_{ik} Q_{jl} Q_{kl}\right) = \frac{1}{2} \, \left(Q_{ij} Q_{ij}\right)^{2}"
    )
    assert str(relation).splitlines() == [
        "c = 1/2 f2^2",
        "  c = 2ab.2ac.2bd.2cd    Q_ij Q_ik Q_jl Q_kl",
        "  f2 = 2ab.2ab    Q_ij Q_ij",
        "  proven: expanded in the components, all terms cancel",
    ]
    implicit = replace(relation, terms=(Term(-4, 1, ((0, 1),)), Term(2, 0, ((0, 1), (2, 2)))))
    assert implicit.holds
    assert implicit.text() == "2 c f0 - f0 f2^2 = 0"


# ---- exact arithmetic -------------------------------------------------------------------------------------------


def test_sparse_polynomials_multiply_as_in_sympy() -> None:
    x = sympy.symbols("x:4")
    first = {sparse.monomial([(0, 2), (3, 1)]): 3, sparse.monomial([(1, 1)]): -2, 0: 5}
    second = {sparse.monomial([(1, 1)]): 2, sparse.monomial([(2, 7)]): 1}
    a, b = 3 * x[0] ** 2 * x[3] - 2 * x[1] + 5, 2 * x[1] + x[2] ** 7
    product = sympy.Poly(sympy.expand(a * b), *x)
    expected = {sparse.monomial(enumerate(powers)): int(value) for powers, value in product.terms()}
    assert sparse.multiply(first, second) == expected


@pytest.mark.parametrize("spec", [QUADRUPOLE, BasisSpec(family="ace", l_max=2, n_max=3, channels=2)])
def test_expansions_are_what_evaluators_evaluate(spec: BasisSpec) -> None:
    basis, prime = basis_of(spec), modular.DEFAULT_PRIME
    x = modular.residues("expansion", basis.components, prime)
    evaluator = basis.family.evaluator(spec, x[None], Modular(prime))
    for c in basis:
        total = 0
        for key, value in family_of(spec).expanded(spec, c).items():
            for i in range(basis.components):
                value *= pow(int(x[i]), key >> sparse.BITS * i & 255, prime)
            total += value
        assert total % prime == evaluator.values(c)[0]


def test_rationals_come_back_from_residues_of_several_primes() -> None:
    first, second = modular.DEFAULT_PRIME, modular.prime_below(modular.DEFAULT_PRIME)
    for value in (Fraction(-7, 3), Fraction(123456789, 987654), Fraction(0), Fraction(1)):
        residues = [value.numerator * pow(value.denominator, -1, p) % p for p in (first, second)]
        assert reconstruct(combine(residues[0], first, residues[1], second), first * second) == value
    assert reconstruct(12345678 * pow(87654321, -1, first) % first, first) != Fraction(12345678, 87654321)


def test_solutions_modulo_a_prime_are_those_of_flint() -> None:
    prime = modular.DEFAULT_PRIME
    matrix = modular.residues("matrix", 36, prime).reshape(6, 6)
    right = modular.residues("right", 6, prime)
    solution = solve(matrix, right, prime)
    known = flint.nmod_mat(6, 6, [int(v) for v in matrix.reshape(-1)], prime).solve(
        flint.nmod_mat(6, 1, [int(v) for v in right], prime)
    )
    assert solution.tolist() == [int(v) for v in known.entries()]
    matrix[5] = 2 * matrix[0] % prime
    assert solve(matrix, right, prime) is None


@pytest.mark.parametrize("width", [4, 6])
def test_coefficients_in_fractions_are_those_of_flint(width: int) -> None:
    rng = np.random.default_rng(width)
    vectors = [[Fraction(int(a), int(b)) for a, b in row] for row in rng.integers(1, 9, (4, width, 2))]
    vectors[0][0] = Fraction(0)
    mixed = [[Fraction(int(a), 7) for a in row] for row in rng.integers(-9, 9, (3, 4))]
    wanted = [[sum(x * v[k] for x, v in zip(row, vectors, strict=True)) for k in range(width)] for row in mixed]
    assert coefficients(vectors, wanted) == mixed
    if width == 4:
        entries = [flint.fmpq(v.numerator, v.denominator) for column in zip(*vectors, strict=True) for v in column]
        right = [flint.fmpq(v.numerator, v.denominator) for v in wanted[0]]
        known = flint.fmpq_mat(4, 4, entries).solve(flint.fmpq_mat(4, 1, right)).entries()
        assert coefficients(vectors, wanted[:1]) == [[Fraction(int(v.p), int(v.q)) for v in known]]
    assert coefficients([], [[Fraction(0)] * width] * 2) == [[], []]
    with pytest.raises(ArithmeticError, match="not independent"):
        coefficients([*vectors, vectors[1]], wanted)
    with pytest.raises(ArithmeticError, match="do not span"):
        coefficients(vectors[:2], wanted)


# ---- the command line -------------------------------------------------------------------------------------------


def test_relations_are_printed(tmp_path: Path) -> None:
    result = processes.invgen("relations", "cartesian-l2-n4-independent", CAYLEY, "2ab.2ac.2bc", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "c = 1/2 f2^2" in result.stdout
    assert "2ab.2ac.2bc is independent of the other invariants" in result.stdout
    latex = processes.invgen("relations", "cartesian-l2-n4-independent", CAYLEY, "--latex", cwd=tmp_path).stdout
    assert r"\frac{1}{2} \, \left(Q_{ij} Q_{ij}\right)^{2}" in latex
    every = processes.invgen("relations", "cartesian-l3-n4-flexible", "--max-order", 4, cwd=tmp_path).stdout
    assert "c = 1/2 f3^2 - f12" in every
    assert "c = 3abc.3ade.3bdf.3cef" in every
    assert "rejects no candidate" in processes.invgen("relations", "cartesian-l2-n4-independent", cwd=tmp_path).stdout
    wrong = processes.invgen("relations", "cartesian-l2-n4-independent", "4abcd.4abcd", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "not among the tensors" in wrong.stderr
    assert "Traceback" not in wrong.stderr
