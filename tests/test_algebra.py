"""Components, characters, tensor harmonics and modular arithmetic against brute force and other libraries."""

from __future__ import annotations

import hashlib
import itertools
import warnings
from collections import Counter
from fractions import Fraction

import brute_force
import flint
import numpy as np
import pytest
import sphericart
import sympy
import tolerances
from rotation_fixtures import directions

from invgen.compiler.algebra import characters, components, harmonics, modular
from invgen.compiler.algebra.channels import Multiset, cartesian, channel_slices

RANKS = range(7)
L123 = cartesian([(1, 0), (2, 0), (3, 0)])
FLOAT64 = tolerances.DIRECT_SUM["float64"]


# ---- components -------------------------------------------------------------------------------------------------


def test_reduced_order_is_the_documented_one():
    names = {rank: [components.component_name(p) for p in components.reduced_powers(rank)] for rank in range(4)}
    assert names[0] == [""]
    assert names[1] == ["x", "y", "z"]
    assert names[2] == ["xx", "xy", "xz", "yy", "yz"]
    assert names[3] == ["xxx", "xxy", "xxz", "xyy", "xyz", "yyy", "yyz"]


@pytest.mark.parametrize("rank", range(13))
def test_component_counts_and_multiplicities(rank):
    assert len(components.reduced_powers(rank)) == 2 * rank + 1
    assert len(components.symmetric_powers(rank)) == (rank + 1) * (rank + 2) // 2
    assert sum(components.multiplicity(p) for p in components.symmetric_powers(rank)) == 3**rank


@pytest.mark.parametrize("rank", RANKS)
def test_full_tensor_is_symmetric_traceless_and_restricts_to_the_components(rank):
    reduced = np.array(brute_force.integers(2 * rank + 1, seed=rank))
    full = components.full_tensor(reduced, rank)
    for axes in itertools.permutations(range(rank)):
        assert (full.transpose(axes) == full).all()
    if rank >= 2:
        assert not np.trace(full).any()
    for position, index in enumerate(brute_force.independent_indices(rank)):
        assert full[index] == reduced[position]
    assert (full == brute_force.full_from_reduced(list(reduced), rank)).all()


@pytest.mark.parametrize("rank", RANKS)
def test_full_and_reduced_are_inverse_on_batches(rank):
    reduced = np.random.default_rng(rank).integers(-9, 10, size=(2, 3, 2 * rank + 1))
    full = components.full_tensor(reduced, rank)
    assert full.shape == (2, 3, *(3,) * rank)
    assert (components.reduced_components(full, rank) == reduced).all()


def test_multiplicity_counts_index_tuples():
    counted = Counter(tuple(t.count(a) for a in range(3)) for t in itertools.product(range(3), repeat=5))
    assert {p: components.multiplicity(p) for p in components.symmetric_powers(5)} == counted


def test_channel_slices_follow_the_tensors():
    slices = channel_slices(cartesian([(0, 0), (1, 0), (1, 1), (3, 0)]))
    assert [(s.start, s.stop) for s in slices.values()] == [(0, 1), (1, 4), (4, 7), (7, 14)]


# ---- characters -------------------------------------------------------------------------------------------------


def molien_weyl(content: Multiset, rank: int = 0) -> int:
    """Multiplicity of rank ``rank`` by integrating characters over the group.

    Characters of symmetric powers come from power sums (Newton's identity), the class measure is (1 - cos t) / pi;
    the rectangle rule is exact for trigonometric polynomials of lower degree than the number of nodes.
    """
    nodes = 2 * (sum(t.rank for t in content) + rank + 2)
    angle = 2 * np.pi * np.arange(nodes) / nodes
    integrand = character(rank, angle)
    for tensor, power in Counter(content).items():
        symmetric = [np.ones(nodes)]
        for k in range(1, power + 1):
            terms = [character(tensor.rank, i * angle) * symmetric[k - i] for i in range(1, k + 1)]
            symmetric.append(sum(terms) / k)
        integrand = integrand * symmetric[power]
    result = float(np.mean(integrand * (1 - np.cos(angle))))
    assert abs(result - round(result)) < 1e-8
    return round(result)


def character(rank: int, angle: np.ndarray) -> np.ndarray:
    return sum(np.cos(m * angle) for m in range(-rank, rank + 1)) + np.zeros_like(angle)


@pytest.mark.parametrize(
    ("tensors", "orders"), [(L123, range(1, 7)), (cartesian([(0, 0), (1, 0), (1, 1), (4, 0), (5, 0)]), range(1, 5))]
)
def test_counts_are_those_of_the_molien_weyl_integral(tensors, orders):
    for order in orders:
        for content in characters.contents(tensors, order):
            assert characters.count_invariants(content) == molien_weyl(content), content


@pytest.mark.parametrize("rank", range(1, 6))
def test_covariant_counts_are_those_of_the_integral(rank):
    for content in characters.contents(L123, 3):
        assert characters.count_covariants(content, rank) == molien_weyl(content, rank)


def test_even_invariants_of_one_two_three_by_degree():
    per_degree = []
    for degree in range(7):
        contents = characters.contents(L123, degree)
        per_degree.append(sum(characters.count_invariants(c) for c in contents if sum(t.rank for t in c) % 2 == 0))
    assert per_degree == [1, 0, 3, 4, 15, 22, 65]


@pytest.mark.parametrize(("l_max", "size"), [(2, 18), (3, 36), (4, 71)])
def test_linear_sizes_up_to_order_four_with_the_scalar(l_max, size):
    tensors = cartesian((rank, 0) for rank in range(l_max + 1))
    contents = [c for order in range(1, 5) for c in characters.contents(tensors, order)]
    assert sum(characters.count_invariants(c) for c in contents if sum(t.rank for t in c) % 2 == 0) == size


@pytest.mark.parametrize(
    ("rank", "numerator", "denominator", "degrees"),
    [
        (1, {0: 1}, (2,), 20),
        (2, {0: 1}, (2, 3), 20),
        (3, {0: 1, 15: 1}, (2, 4, 6, 10), 20),
        (4, {0: 1, 8: 1, 9: 1, 10: 1, 18: 1}, (2, 3, 4, 5, 6, 7), 16),
    ],
)
def test_hilbert_series_of_one_tensor(rank, numerator, denominator, degrees):
    t = sympy.symbols("t")
    series = sum(c * t**k for k, c in numerator.items())
    for d in denominator:
        series *= sum(t ** (d * k) for k in range(degrees // d + 1))
    expected = sympy.Poly(sympy.expand(series), t)
    for degree in range(degrees + 1):
        assert characters.count_invariants(cartesian([(rank, 0)] * degree)) == expected.coeff_monomial(t**degree), (
            degree
        )


def test_symmetric_power_weights_are_multisets_of_weights():
    counted = Counter(sum(w) for w in itertools.combinations_with_replacement(range(-3, 4), 4))
    assert list(characters.symmetric_power_weights(3, 4)) == [counted[w] for w in range(-12, 13)]


@pytest.mark.parametrize(
    ("l_max", "bound"), [(0, 1), (1, 2), (2, 6), (3, 13), (4, 22), (5, 33), (6, 46), (7, 61), (8, 78)]
)
def test_transcendence_degrees(l_max, bound):
    assert characters.transcendence_degree(cartesian((rank, 0) for rank in range(l_max + 1))) == bound


def test_two_vectors_have_three_invariants():
    assert characters.transcendence_degree(cartesian([(1, 0), (1, 1)])) == 3


# ---- modular arithmetic -----------------------------------------------------------------------------------------


def test_primes_agree_with_flint():
    assert [n for n in range(2000) if modular.is_prime(n)] == [n for n in range(2000) if flint.fmpz(n).is_prime()]
    for n in (2**31 - 1, 2**31 - 3, 2**61 - 1, 3215031751, 3825123056546413051, 341550071728321):
        assert modular.is_prime(n) == bool(flint.fmpz(n).is_prime())
    assert modular.prime_below(2**31) == 2**31 - 1
    assert modular.prime_below(2**31 - 1) == 2147483629


@pytest.mark.parametrize("bad", [0, 7, 2**20, 2**31 - 3, 2**31 + 11, 2**61 - 1])
def test_unusable_moduli_are_refused(bad):
    with pytest.raises(ValueError, match=rf"prime between 2\^20 and 2\^31, got {bad}; the default is"):
        modular.check_prime(bad)
    with pytest.raises(ValueError, match="modulus"):
        modular.Echelon(3, bad)


@pytest.mark.parametrize("prime", [modular.DEFAULT_PRIME, 2147483629, 1048583])
def test_matmul_is_exact_for_the_largest_residues(prime):
    rng = np.random.default_rng(0)
    a = rng.integers(prime - 5, prime, size=(4, 3000))
    b = rng.integers(prime - 5, prime, size=(3000, 3))
    expected = (a.astype(object) @ b.astype(object)) % prime
    assert (modular.matmul(a, b, prime) == expected.astype(np.int64)).all()


@pytest.mark.parametrize("seed", range(8))
def test_rank_agrees_with_flint(seed):
    prime = modular.DEFAULT_PRIME
    rng = np.random.default_rng(seed)
    rank = int(rng.integers(0, 9))
    matrix = (
        rng.integers(0, prime, (14, rank)).astype(object) @ rng.integers(0, prime, (rank, 9)).astype(object)
    ) % prime
    reference = flint.nmod_mat(14, 9, [int(v) for v in matrix.reshape(-1)], prime)
    assert modular.rank(matrix.astype(np.int64), prime) == reference.rank() == rank


def test_echelon_keeps_the_greedy_rows_and_their_pivots():
    """Kept rows are the pivot columns of the transpose's echelon form."""
    prime = modular.DEFAULT_PRIME
    matrix = np.array(
        [[0, 0, 0, 0], [0, 2, 4, 1], [0, -4, -8, -2], [3, 1, 0, 0], [3, 3, 4, 1], [0, 0, 0, 5], [1, 1, 1, 1]]
    )
    echelon = modular.Echelon(4, prime)
    outcome = [echelon.add(row) for row in matrix]
    reference, rank = flint.fmpq_mat(7, 4, [int(v) for v in matrix.reshape(-1)]).transpose().rref()
    leading = [next(j for j in range(7) if reference[i, j] != 0) for i in range(rank)]
    assert [k for k, pivot in enumerate(outcome) if pivot is not None] == leading == [1, 3, 5, 6]
    assert echelon.pivots == [pivot for pivot in outcome if pivot is not None]
    assert sorted(echelon.pivots) == [0, 1, 2, 3]
    assert not echelon.reduce(np.array([17, -3, 5, 99])).any()


def test_rank_modulo_a_prime_is_only_a_lower_bound():
    matrix = np.array([[modular.DEFAULT_PRIME, 0], [0, 1]])
    assert modular.rank(matrix, modular.DEFAULT_PRIME) == 1
    assert modular.rank(matrix, 2147483629) == 2


def test_residues_are_deterministic_and_in_range():
    first = modular.residues("seed", 50, modular.DEFAULT_PRIME)
    assert (first == modular.residues("seed", 50, modular.DEFAULT_PRIME)).all()
    assert (first[:7] == modular.residues("seed", 7, modular.DEFAULT_PRIME)).all()
    assert (first != modular.residues("other", 50, modular.DEFAULT_PRIME)).all()
    assert ((first >= 0) & (first < modular.DEFAULT_PRIME)).all()
    word = int.from_bytes(hashlib.sha256(b"seed/1").digest()[8:16], "big")
    assert first[5] == word % modular.DEFAULT_PRIME


# ---- tensor harmonics -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rank", range(7))
def test_harmonics_are_the_traceless_part_of_the_outer_power(rank):
    projector = brute_force.traceless_projector(rank)
    for vector in np.random.default_rng(rank).normal(size=(3, 3)):
        outer = np.ones(())
        for _ in range(rank):
            outer = np.multiply.outer(outer, vector)
        expected = (projector @ outer.reshape(-1)).reshape(outer.shape)
        full = components.full_tensor(harmonics.harmonics(vector, rank), rank)
        np.testing.assert_allclose(full, expected, atol=FLOAT64 * np.linalg.norm(vector) ** rank)


@pytest.mark.parametrize("rank", range(9))
def test_polynomials_are_homogeneous_harmonic_and_traceless(rank):
    symbols = sympy.symbols("x y z")
    polynomials = {}
    for powers in components.symmetric_powers(rank):
        terms = {key: sympy.Rational(v.numerator, v.denominator) for key, v in harmonics.harmonic_polynomial(powers)}
        polynomials[powers] = sympy.Poly.from_dict(terms, *symbols) if terms else sympy.Poly(0, *symbols)
        assert all(sum(key) == rank for key in terms)
        laplacian = sum((polynomials[powers].diff((s, 2)) for s in symbols), sympy.Poly(0, *symbols))
        assert laplacian.is_zero
    for a, b, c in components.symmetric_powers(rank - 2) if rank > 1 else ():
        assert (polynomials[a + 2, b, c] + polynomials[a, b + 2, c] + polynomials[a, b, c + 2]).is_zero


@pytest.mark.parametrize("rank", range(9))
def test_spherical_map_gives_sphericart(rank):
    vectors = directions(20, rank)
    expected = sphericart.SphericalHarmonics(rank).compute(vectors)[:, rank**2 :]
    got = harmonics.harmonics(vectors, rank) @ harmonics.spherical_matrix(rank).T
    np.testing.assert_allclose(got, expected, atol=FLOAT64)


@pytest.mark.parametrize("rank", range(9))
def test_spherical_map_gives_e3nn(rank):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from e3nn import o3

        vectors = directions(20, rank)
        expected = o3.spherical_harmonics(
            rank, torch.tensor(vectors), normalize=False, normalization="integral"
        ).numpy()
    got = harmonics.harmonics(vectors, rank) @ harmonics.spherical_matrix(rank, "e3nn").T
    np.testing.assert_allclose(got, expected, atol=FLOAT64)


@pytest.mark.parametrize("rank", range(1, 6))
def test_spherical_rows_are_orthonormal_exactly(rank):
    """Sum over the sphere in rationals: <x^a y^b z^c> = (a-1)!! (b-1)!! (c-1)!! / (a+b+c+1)!! for even powers."""
    rows = []
    for coefficients, radicand in harmonics.spherical_map(rank):
        polynomial: Counter[tuple[int, int, int]] = Counter()
        for coefficient, powers in zip(coefficients, components.reduced_powers(rank), strict=True):
            for key, v in harmonics.harmonic_polynomial(powers):
                polynomial[key] += coefficient * v
        rows.append((polynomial, radicand))
    for (p, radicand), (q, _) in itertools.combinations_with_replacement(rows, 2):
        overlap = sum(
            u * v * sphere_mean(tuple(map(sum, zip(i, j, strict=True)))) for i, u in p.items() for j, v in q.items()
        )
        assert overlap * radicand == (1 if p is q else 0)


def sphere_mean(powers: tuple[int, ...]) -> Fraction:
    if any(p % 2 for p in powers):
        return Fraction(0)
    top = 1
    for p in powers:
        top *= int(sympy.factorial2(p - 1))
    return Fraction(top, int(sympy.factorial2(sum(powers) + 1)))


def test_unknown_convention_is_an_error():
    with pytest.raises(ValueError, match="unknown convention 'mace' \\(known: sphericart, e3nn\\)"):
        harmonics.spherical_matrix(2, "mace")
