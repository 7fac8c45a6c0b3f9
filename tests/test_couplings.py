"""Exact Clebsch-Gordan coefficients against SymPy and e3nn, by orthonormality, by generators, and broken twins."""

from __future__ import annotations

import warnings
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
import sympy
import tolerances
import torch
from rotation_fixtures import generator
from sympy.physics.quantum.cg import CG
from sympy.physics.wigner import clebsch_gordan as sympy_clebsch_gordan

from invgen.compiler.algebra import couplings, harmonics, modular

FLOAT64 = tolerances.DIRECT_SUM["float64"]
TRIPLES = [(a, b, c) for a, b in product(range(4), repeat=2) for c in range(abs(a - b), a + b + 1)]
SOME = [(2, 2, 2), (1, 2, 2), (3, 2, 4), (4, 4, 4), (2, 5, 6), (6, 3, 5)]


# ---- exact numbers ----------------------------------------------------------------------------------------------


def test_signed_roots_are_exact():
    a, b = couplings.SignedRoot(Fraction(-3, 5)), couplings.SignedRoot(Fraction(5, 12))
    assert (a * b).signed_square == Fraction(-1, 4)
    assert float(a * b) == -0.5
    assert (-a).sympy() == sympy.sqrt(sympy.Rational(3, 5))
    assert (a.sign, a.square) == (-1, Fraction(3, 5))
    assert not couplings.ZERO


@pytest.mark.parametrize(("l1", "l2", "rank"), TRIPLES)
def test_complex_coefficients_are_those_of_sympy(l1, l2, rank):
    for m1, m2 in product(range(-l1, l1 + 1), range(-l2, l2 + 1)):
        if abs(m1 + m2) <= rank:
            ours = couplings.clebsch_gordan(l1, m1, l2, m2, rank, m1 + m2)
            assert ours.sympy() == sympy_clebsch_gordan(l1, l2, rank, m1, m2, m1 + m2)


@pytest.mark.parametrize(
    "numbers", [(5, 3, 4, -2, 6, 1), (7, -3, 6, 3, 9, 0), (12, 5, 11, -7, 20, -2), (2, 0, 2, 0, 3, 0)]
)
def test_large_complex_coefficients_are_those_of_sympy(numbers):
    assert couplings.clebsch_gordan(*numbers).sympy() == CG(*numbers).doit()


def test_selection_rules():
    assert not couplings.clebsch_gordan(1, 1, 1, 0, 2, 0)
    assert not couplings.clebsch_gordan(1, 0, 1, 0, 3, 0)
    with pytest.raises(ValueError, match=r"\|m\| <= l, got l=1, m=2"):
        couplings.clebsch_gordan(1, 2, 1, 0, 2, 2)
    with pytest.raises(ValueError, match=r"do not couple to 4; it must lie in 1\.\.3"):
        couplings.integer_coupling(1, 2, 4)
    assert couplings.real_coupling(1, 2, 4) == ()


# ---- real harmonics ---------------------------------------------------------------------------------------------


def orthonormality_defect(entries: tuple[tuple[int, int, int, couplings.SignedRoot], ...], rank: int) -> bool:
    """Whether sum_{m1 m2} G(m) G(m') differs from the unit matrix, in exact arithmetic."""
    rows: dict[int, dict[tuple[int, int], couplings.SignedRoot]] = {m: {} for m in range(-rank, rank + 1)}
    for m1, m2, m, value in entries:
        rows[m][m1, m2] = value
    for m, other in product(rows, repeat=2):
        terms = [rows[m][key] * rows[other][key] for key in rows[m] if key in rows[other]]
        if sum((term.sympy() for term in terms), sympy.Integer(0)) != (m == other):
            return True
    return False


@pytest.mark.parametrize(("l1", "l2", "rank"), [(1, 1, 2), (1, 2, 2), (2, 2, 2), (3, 2, 4), (3, 3, 3)])
def test_real_couplings_are_orthonormal(l1, l2, rank):
    assert not orthonormality_defect(couplings.real_coupling(l1, l2, rank), rank)


def test_a_wrong_sign_breaks_orthonormality():
    entries = couplings.real_coupling(2, 3, 4)
    pairs = [entry[:2] for entry in entries]
    k = next(k for k, pair in enumerate(pairs) if pairs.count(pair) == 2)
    broken = (*entries[:k], (*entries[k][:3], -entries[k][3]), *entries[k + 1 :])
    assert orthonormality_defect(broken, 4)


def test_vectors_couple_to_their_products():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=3), rng.normal(size=3)
    spherical = [1, 2, 0]  # l = 1 is y, z, x
    vector = np.einsum("i,j,ijk->k", a[spherical], b[spherical], couplings.float_coupling(1, 1, 1))
    assert np.allclose(vector, np.cross(a, b)[spherical] / np.sqrt(2), rtol=0, atol=FLOAT64)
    scalar = np.einsum("i,j,ijk->k", a[spherical], b[spherical], couplings.float_coupling(1, 1, 0))
    assert np.allclose(abs(scalar), abs(a @ b) / np.sqrt(3), rtol=0, atol=FLOAT64)


@pytest.mark.parametrize(("l1", "l2", "rank"), TRIPLES + SOME)
def test_real_couplings_are_those_of_e3nn_up_to_sign_and_norm(l1, l2, rank):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from e3nn import o3
    theirs = o3.wigner_3j(l1, l2, rank, dtype=torch.float64).numpy()
    to_e3nn = [
        harmonics.spherical_matrix(k, "e3nn") @ np.linalg.inv(harmonics.spherical_matrix(k)) for k in (l1, l2, rank)
    ]
    theirs = np.einsum("abc,ai,bj,ck->ijk", theirs, *to_e3nn) * np.sqrt(2 * rank + 1)
    ours = couplings.float_coupling(l1, l2, rank)
    sign = np.sign((ours * theirs).sum())
    assert abs(ours - sign * theirs).max() < FLOAT64


# ---- scaled components and generators ---------------------------------------------------------------------------


def invariance_defect(table: np.ndarray, l1: int, l2: int, rank: int) -> bool:
    """Whether J(A x B) differs from JA x B + A x JB for any axis, with integers only."""
    for axis in range(3):
        first, second, third = (np.array(generator(k, axis), dtype=object) for k in (l1, l2, rank))
        exact = table.astype(object)
        inner = np.einsum("abc,ai->ibc", exact, first) + np.einsum("abc,bi->aic", exact, second)
        outer = np.einsum("abc,kc->abk", exact, third)
        if (inner != outer).any():
            return True
    return False


@pytest.mark.parametrize(
    ("l1", "l2", "rank"), [(1, 1, 1), (1, 1, 2), (1, 2, 2), (2, 2, 2), (3, 2, 4), (2, 3, 2), (3, 3, 3)]
)
def test_integer_couplings_commute_with_rotations(l1, l2, rank):
    assert not invariance_defect(couplings.integer_coupling(l1, l2, rank)[0], l1, l2, rank)


def test_a_wrong_sign_breaks_the_commutation():
    exact = couplings.integer_coupling(2, 2, 2)[0]
    for where in np.argwhere(exact):
        table = exact.copy()
        table[tuple(where)] *= -1
        assert invariance_defect(table, 2, 2, 2)


@pytest.mark.parametrize(("l1", "l2", "rank"), TRIPLES + SOME)
def test_integers_scale_back_to_the_coefficients(l1, l2, rank):
    table, kappa = couplings.integer_coupling(l1, l2, rank)
    assert np.gcd.reduce(table, axis=None) == 1
    assert kappa > 0
    first, second, third = map(couplings.scalings, (l1, l2, rank))
    entries = couplings.real_coupling(l1, l2, rank)
    assert np.count_nonzero(table) == len(entries)
    for m1, m2, m, value in entries:
        integer = int(table[m1 + l1, m2 + l2, m + rank])
        square = kappa * integer**2 * first[m1 + l1] * second[m2 + l2] / third[m + rank]
        assert value.signed_square == (square if integer > 0 else -square)


def test_scalings_are_halved_binomials():
    assert couplings.scalings(2) == (Fraction(1, 2), Fraction(2), Fraction(6), Fraction(2), Fraction(1, 2))
    assert couplings.scalings(5)[5] == comb(10, 5)


def test_an_irrational_ratio_is_an_error():
    with pytest.raises(ArithmeticError, match="square root of 2 is not rational"):
        couplings._rational_root(Fraction(2))


# ---- the same couplings modulo a prime in which the square roots exist ------------------------------------------


def prime_with_roots(largest: int) -> int:
    """A prime in which every integer with prime factors up to ``largest`` is a square."""
    needed = [q for q in range(2, largest + 1) if modular.is_prime(q)]
    prime = 2**31
    while True:
        prime = modular.prime_below(prime)
        if prime % 4 == 3 and all(pow(q, (prime - 1) // 2, prime) == 1 for q in needed):
            return prime


def residue(root: couplings.SignedRoot, prime: int) -> int:
    """A ring homomorphism: the product of one chosen root for each prime factor."""
    square = root.square.numerator * root.square.denominator
    result = pow(root.square.denominator, -1, prime) * root.sign
    for q, power in sympy.factorint(square).items():
        result = result * pow(pow(q, (prime + 1) // 4, prime), power, prime) % prime
    return result % prime


def test_couplings_are_orthonormal_modulo_a_prime_with_roots():
    prime = prime_with_roots(13)
    table = np.zeros((5, 7, 9), dtype=np.int64)
    for m1, m2, m, value in couplings.real_coupling(2, 3, 4):
        table[m1 + 2, m2 + 3, m + 4] = residue(value, prime)
    matrix = table.reshape(-1, 9)
    assert (modular.matmul(matrix.T, matrix, prime) == np.eye(9, dtype=np.int64)).all()
