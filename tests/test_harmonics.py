"""The harmonics kernel: T^l(r) for l = 0..l_max against brute force, and its derivatives exactly."""

from __future__ import annotations

import brute_force
import numpy as np
import pytest
import sphericart
import sympy
import tolerances
from brute_force import value_at

from invgen.compiler.algebra import harmonics as algebra
from invgen.compiler.algebra.components import reduced_powers
from invgen.compiler.kernels.derivatives import second_order, vjp
from invgen.compiler.kernels.harmonics import harmonics
from invgen.errors import SpecError
from invgen.spec import MAX_RANK

CLOSE = {"rtol": tolerances.DIRECT_SUM["float64"], "atol": tolerances.DIRECT_SUM["float64"]}
SYMBOLS = sympy.symbols("x y z")


def polynomials(l_max: int) -> list[sympy.Poly]:
    """Traceless parts of r ... r from a definition of their own: harmonic polynomials by repeated Laplacians.

    The harmonic part of a homogeneous p of degree l is sum_k (-1)^k (2l-2k-1)!! / ((2k)!! (2l-1)!!) r^2k Lap^k p.
    """
    square = sympy.Poly(sum(s**2 for s in SYMBOLS), *SYMBOLS, domain="QQ")
    result = []
    for rank in range(l_max + 1):
        for powers in reduced_powers(rank):
            term = sympy.Poly({powers: 1}, *SYMBOLS, domain="QQ")
            total, factor, radial = (
                sympy.Poly(0, *SYMBOLS, domain="QQ"),
                sympy.Rational(1),
                sympy.Poly(1, *SYMBOLS, domain="QQ"),
            )
            for k in range(rank // 2 + 1):
                total += term * radial * factor
                term = sum((term.diff((s, 2)) for s in SYMBOLS), sympy.Poly(0, *SYMBOLS, domain="QQ"))
                radial *= square
                factor *= -sympy.Rational(1, (2 * k + 2) * (2 * rank - 2 * k - 1))
            result.append(total)
    return result


@pytest.mark.parametrize("l_max", [0, 1, 4, 8])
def test_the_kernel_is_exactly_the_traceless_outer_power(l_max):
    kernel = harmonics(l_max)
    assert kernel.inputs == (("r", 3),)
    assert [(name, len(ids)) for name, ids in kernel.outputs] == [("t", (l_max + 1) ** 2)]
    for seed in range(2):
        r = brute_force.fractions(3, seed)
        assert list(kernel.evaluate(r)) == [value_at(p, r) for p in polynomials(l_max)]


@pytest.mark.parametrize("l_max", [1, 3, 5])
def test_its_derivatives_are_exact(l_max):
    kernel = harmonics(l_max)
    size = (l_max + 1) ** 2
    r, g, u = (brute_force.fractions(n, seed) for n, seed in ((3, 1), (size, 2), (3, 3)))
    p = polynomials(l_max)
    gx = [sum(g[k] * value_at(p[k].diff(s), r) for k in range(size)) for s in SYMBOLS]
    assert list(vjp(kernel).evaluate(r, g)) == gx
    hu, ju = second_order(kernel).evaluate(r, g, u)
    assert list(ju) == [sum(value_at(q.diff(s), r) * u[c] for c, s in enumerate(SYMBOLS)) for q in p]
    weighted = sum((q * sympy.Rational(*w.as_integer_ratio()) for q, w in zip(p, g, strict=True)), 0)
    assert list(hu) == [
        sum(value_at(weighted.diff(s).diff(t), r) * u[d] for d, t in enumerate(SYMBOLS)) for s in SYMBOLS
    ]


@pytest.mark.parametrize("l_max", [2, 8, MAX_RANK])
def test_the_kernel_agrees_with_the_algebra_in_floats(l_max):
    r = np.random.default_rng(0).normal(size=(10, 3))
    r /= np.linalg.norm(r, axis=1, keepdims=True)
    expected = np.concatenate([algebra.harmonics(r, rank) for rank in range(l_max + 1)], axis=1)
    np.testing.assert_allclose(harmonics(l_max).evaluate(r), expected, **CLOSE)


def test_the_kernel_agrees_with_brute_force_projection():
    r = np.random.default_rng(1).normal(size=3)
    values = harmonics(5).evaluate(r)
    for rank in range(6):
        outer = np.ones(())
        for _ in range(rank):
            outer = np.multiply.outer(outer, r)
        full = (brute_force.traceless_projector(rank) @ outer.reshape(-1)).reshape(outer.shape)
        expected = [full[index] for index in brute_force.independent_indices(rank)]
        np.testing.assert_allclose(values[rank**2 : (rank + 1) ** 2], expected, **CLOSE)


def test_the_kernel_agrees_with_sphericart():
    r = np.random.default_rng(2).normal(size=(10, 3))
    r /= np.linalg.norm(r, axis=1, keepdims=True)
    values = harmonics(8).evaluate(r)
    expected = sphericart.SolidHarmonics(8).compute(r)
    for rank in range(9):
        block = slice(rank**2, (rank + 1) ** 2)
        got = values[:, block] @ algebra.spherical_matrix(rank).T
        np.testing.assert_allclose(got, expected[:, block], **CLOSE)


def test_the_gradient_agrees_with_differences():
    kernel = harmonics(6)
    r = np.array([0.3, -0.5, 0.7])
    step = 1e-5
    for k in range(kernel.output_size):
        g = np.eye(kernel.output_size)[k]
        differences = [
            (kernel.evaluate(r + step * e)[k] - kernel.evaluate(r - step * e)[k]) / (2 * step) for e in np.eye(3)
        ]
        got = vjp(kernel).evaluate(r, g)
        np.testing.assert_allclose(got, differences, atol=tolerances.CENTRAL_DIFFERENCE["float64"])


@pytest.mark.parametrize("bad", [-1, MAX_RANK + 1, 100])
def test_ranks_out_of_range_are_refused(bad):
    with pytest.raises(SpecError, match=f"l_max between 0 and {MAX_RANK}, got {bad}"):
        harmonics(bad)


def test_cost_grows_with_the_number_of_components():
    """A few operations for each component, not one expansion for each."""
    assert harmonics(0).operations["total"] == 0
    assert harmonics(1).operations["total"] == 0
    for l_max in (3, 6, 8):
        assert harmonics(l_max).operations["total"] <= 8 * (l_max + 1) ** 2
