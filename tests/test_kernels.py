"""Kernels against the direct evaluation, exactly against SymPy's derivatives, and their operation counts."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from functools import cache

import brute_force
import numpy as np
import pytest
import sympy
import tolerances

from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.candidates.cartesian.enumeration import candidates
from invgen.compiler.candidates.cartesian.symbolic import component_symbols
from invgen.compiler.kernels.cartesian.lower import lower_contractions
from invgen.compiler.kernels.derivatives import second_order, value_and_vjp, vjp
from invgen.compiler.kernels.lower import lower
from invgen.compiler.kernels.program import Kernel
from invgen.spec import BasisSpec

CLOSE = {"rtol": tolerances.DIRECT_SUM["float64"], "atol": tolerances.DIRECT_SUM["float64"]}
KEYS = [
    (3, 4, "flexible"),
    (3, 4, "independent"),
    (4, 4, "independent"),
    (2, 4, "linear"),
    (1, 2, "flexible"),
    (4, 5, "flexible"),
]


def points(width: int, count: int = 3) -> np.ndarray:
    return np.random.default_rng(width).normal(size=(count, width)) / np.sqrt(width)


# ---- against the basis ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_values_agree_with_direct_evaluation(key):
    basis = brute_force.built(*key)
    kernel = lower(basis)
    x = points(basis.components)
    assert kernel.inputs == (("x", basis.components),)
    assert [(name, len(ids)) for name, ids in kernel.outputs] == [("y", len(basis))]
    np.testing.assert_allclose(kernel.evaluate(x), basis.evaluate(x), **CLOSE)


@pytest.mark.parametrize("key", KEYS)
def test_vjp_is_the_transposed_jacobian(key):
    basis = brute_force.built(*key)
    kernel = lower(basis)
    x, g = points(basis.components), np.random.default_rng(1).normal(size=(3, len(basis)))
    expected = np.einsum("nk,nkc->nc", g, basis.jacobian(x))
    np.testing.assert_allclose(vjp(kernel).evaluate(x, g), expected, **CLOSE)
    y, gx = value_and_vjp(kernel).evaluate(x, g)
    np.testing.assert_allclose(y, basis.evaluate(x), **CLOSE)
    np.testing.assert_allclose(gx, expected, **CLOSE)


@pytest.mark.parametrize("key", KEYS)
def test_second_order_is_the_derivative_of_the_vjp(key):
    basis = brute_force.built(*key)
    rng = np.random.default_rng(2)
    x, g, u = points(basis.components), rng.normal(size=(3, len(basis))), rng.normal(size=(3, basis.components))
    hu, ju = second_order(lower(basis)).evaluate(x, g, u)
    np.testing.assert_allclose(ju, np.einsum("nkc,nc->nk", basis.jacobian(x), u), **CLOSE)
    step = 1e-5
    ahead, behind = (np.einsum("nk,nkc->nc", g, basis.jacobian(x + s * u)) for s in (step, -step))
    bound = tolerances.CENTRAL_DIFFERENCE["float64"] * max(1.0, np.abs(hu).max())
    np.testing.assert_allclose(hu, (ahead - behind) / (2 * step), atol=bound, rtol=0)


def test_channels_and_pseudo_scalars_and_products_lower_too():
    spec = BasisSpec(l_max=2, channels=2, n_max=3, parity="both")
    proper = list(candidates(cartesian(spec.tensors), range(1, 4)))[:60]
    pseudo = list(candidates(cartesian(spec.tensors), range(1, 5), pseudo=True))[:40]
    products = [Contraction.from_label("1a.1a.2bc.2bc"), Contraction.from_label("0.0.1:1a.1:1a")]
    contractions = (*proper, *pseudo, *products)
    kernel = lower_contractions(contractions, cartesian(spec.tensors))
    x = brute_force.integers(spec.components, seed=4)
    exact = kernel.evaluate(np.array([Fraction(v) for v in x], dtype=object))
    assert list(exact) == [brute_force.value(c.label, spec.tensors, x) for c in contractions]
    assert any(exact[len(proper) : -2])


# ---- exactly ----------------------------------------------------------------------------------------------------


@cache
def polynomials(key: tuple[int, int, str]) -> tuple[sympy.Poly, ...]:
    basis = brute_force.built(*key)
    symbols = sympy.symbols([name for tensor in basis.channels for name in component_symbols(tensor)])
    return tuple(sympy.Poly(basis.sympy(i), *symbols, domain="QQ") for i in range(len(basis)))


EXACT = [(3, 4, "flexible"), (2, 4, "linear")]


@pytest.mark.parametrize("key", EXACT)
def test_values_are_exactly_the_polynomials(key):
    kernel = lower(brute_force.built(*key))
    for seed in range(3):
        x = brute_force.fractions(kernel.input_size, seed)
        assert list(kernel.evaluate(x)) == [brute_force.value_at(p, x) for p in polynomials(key)]


@pytest.mark.parametrize("key", EXACT)
def test_derivatives_are_exactly_those_of_sympy(key):
    kernel = lower(brute_force.built(*key))
    width, size = kernel.input_size, kernel.output_size
    x, g, u = (brute_force.fractions(n, seed) for n, seed in ((width, 5), (size, 6), (width, 7)))
    jacobian = [[p.diff(s) for s in p.gens] for p in polynomials(key)]
    rows = [[brute_force.value_at(d, x) for d in row] for row in jacobian]
    gx = [sum(g[k] * rows[k][c] for k in range(size)) for c in range(width)]
    assert list(vjp(kernel).evaluate(x, g)) == gx
    weighted = [
        sum((jacobian[k][c] * sympy.Rational(*g[k].as_integer_ratio()) for k in range(size)), 0) for c in range(width)
    ]
    hu, ju = second_order(kernel).evaluate(x, g, u)
    assert list(ju) == [sum(row[c] * u[c] for c in range(width)) for row in rows]
    assert list(hu) == [sum(brute_force.value_at(w.diff(s), x) * u[d] for d, s in enumerate(w.gens)) for w in weighted]


# ---- cost -------------------------------------------------------------------------------------------------------


def test_operation_counts_of_the_thirteen():
    kernel = lower(brute_force.built(3, 4, "flexible"))
    value = kernel.operations["total"]
    assert value <= 317
    assert value == len(kernel.statements) == kernel.operations["additions"] + kernel.operations["multiplications"]
    assert value_and_vjp(kernel).operations["total"] <= 3.2 * value
    assert vjp(kernel).operations["total"] <= value_and_vjp(kernel).operations["total"]
    assert second_order(kernel).operations["total"] <= 8 * value


@pytest.mark.parametrize("key", KEYS)
def test_programs_hold_nothing_dead_or_repeated(key):
    kernel = lower(brute_force.built(*key))
    for program in (kernel, vjp(kernel), second_order(kernel)):
        seen = {(op, *sorted((a, b))) if op != "sub" else (op, a, b) for op, a, b in program.statements}
        assert len(seen) == len(program.statements)
        first = program.input_size + len(program.constants)
        used = {i for _, ids in program.outputs for i in ids}
        for position in reversed(range(len(program.statements))):
            assert first + position in used
            used |= set(program.statements[position][1:])
        constants = range(program.input_size, first)
        assert used >= set(constants)


def test_lowering_is_deterministic():
    basis = brute_force.built(4, 4, "independent")
    again = brute_force.build(basis.spec)
    assert lower_contractions(again.invariants, again.channels).digest == lower(basis).digest


def test_shared_intermediates_pay():
    """Together the invariants cost less than one by one."""
    basis = brute_force.built(3, 4, "flexible")
    alone = sum(lower_contractions((c,), basis.channels).operations["total"] for c in basis)
    assert lower(basis).operations["total"] < 0.75 * alone


# ---- the program itself -----------------------------------------------------------------------------------------


def small() -> Kernel:
    """y = (3/7 a b, a - b, 5, a)"""
    statements = (("mul", 0, 1), ("mul", 4, 2), ("sub", 0, 1))
    return Kernel("value", (("x", 2),), (Fraction(3, 7), Fraction(5)), statements, (("y", (5, 6, 3, 0)),))


def test_a_hand_made_program_is_evaluated_by_its_definition():
    kernel = small()
    exact = kernel.evaluate(np.array([Fraction(7), Fraction(2)], dtype=object))
    assert list(exact) == [6, 5, 5, 7]
    np.testing.assert_allclose(kernel.evaluate(np.array([[7.0, 2.0], [0.0, 1.0]])), [[6, 5, 5, 7], [0, -1, 5, 0]])
    assert kernel.operations == {"additions": 1, "multiplications": 2, "total": 3}
    assert str(kernel) == "value(x[2]) -> y[4]: 3 operations (1 additions, 2 multiplications)"
    assert list(kernel.input_names()) == [("x", 0), ("x", 1)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("lead", [(), (0,), (1,), (2, 3)])
def test_precision_and_shape_are_kept(dtype, lead):
    result = small().evaluate(np.ones((*lead, 2), dtype=dtype))
    assert result.dtype == dtype
    assert result.shape == (*lead, 4)


def test_integers_are_exact_as_objects():
    kernel = lower(brute_force.built(2, 4, "independent"))
    x = brute_force.integers(kernel.input_size, seed=8)
    values = kernel.evaluate(np.array(x, dtype=object))
    labels = brute_force.built(2, 4, "independent").labels
    assert list(values) == [brute_force.value(label, BasisSpec(l_max=2).tensors, x) for label in labels]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"statements": (("div", 0, 1),)}, r"statement 0 has operation 'div'; known: \('add', 'sub', 'mul'\)"),
        ({"statements": (("mul", 0, 4),)}, "statement 0 reads a value that does not exist yet"),
        ({"statements": (("mul", -1, 0),)}, "statement 0 reads a value that does not exist yet"),
        ({"statements": (("mul", 0, 1), ("add", 0, 9))}, "statement 1 reads a value that does not exist yet"),
        ({"outputs": (("y", (7,)),)}, "output y names a value that does not exist"),
        ({"outputs": (("y", (-1,)),)}, "output y names a value that does not exist"),
    ],
)
def test_malformed_programs_are_refused(changes, message):
    with pytest.raises(ValueError, match=f"kernel value: {message}"):
        dataclasses.replace(small(), **changes)


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ((np.zeros(2), np.zeros(2)), ValueError, r"takes 1 arrays \(x\), got 2"),
        ((), ValueError, r"takes 1 arrays \(x\), got 0"),
        ((np.zeros(3),), ValueError, r"x needs 2 components on its last axis, got \(3,\)"),
        ((np.float64(1.0),), ValueError, r"x needs 2 components on its last axis, got \(\)"),
        ((np.zeros(2, dtype=int),), TypeError, "computes in floating point or on exact objects, got int64"),
        ((np.zeros(2, dtype=bool),), TypeError, "computes in floating point or on exact objects, got bool"),
    ],
)
def test_bad_arrays_are_refused(arrays, error, message):
    with pytest.raises(error, match=message):
        small().evaluate(*arrays)


def test_leading_axes_must_agree():
    with pytest.raises(ValueError, match=r"leading axes differ, \(3, 4\) and \(2, 2\)"):
        vjp(small()).evaluate(np.zeros((2, 2)), np.zeros((3, 4)))


def test_derivatives_are_of_one_array_only():
    for derivative in (vjp, value_and_vjp, second_order):
        with pytest.raises(ValueError, match="one input and one output array, got vjp"):
            derivative(vjp(small()))


def test_derivatives_of_inputs_and_constants_as_outputs():
    a, b, g = Fraction(7), Fraction(2), [Fraction(k) for k in (1, 10, 100, 1000)]
    x = np.array([a, b], dtype=object)
    gx = vjp(small()).evaluate(x, np.array(g, dtype=object))
    assert list(gx) == [Fraction(3, 7) * b + 1010, Fraction(3, 7) * a - 10]
    hu, ju = second_order(small()).evaluate(x, np.array(g, dtype=object), np.array([1, Fraction(1, 2)], dtype=object))
    assert list(hu) == [Fraction(3, 14), Fraction(3, 7)]
    assert list(ju) == [Fraction(3, 7) * (b + a / 2), Fraction(1, 2), 0, 1]


def test_digests_tell_programs_apart():
    assert small().digest == small().digest
    for changes in ({"name": "vjp"}, {"constants": (Fraction(3, 8), Fraction(5))}, {"outputs": (("y", (5, 6, 3, 1)),)}):
        assert dataclasses.replace(small(), **changes).digest != small().digest


@pytest.mark.parametrize("position", [0, 7, 100, -1])
def test_a_broken_program_fails_the_comparison(position):
    """Twin: one statement changed is noticed by the exact comparison."""
    kernel = lower(brute_force.built(3, 4, "flexible"))
    statements = list(kernel.statements)
    op, a, b = statements[position]
    statements[position] = ("sub" if op == "add" else "add", a, b)
    broken = dataclasses.replace(kernel, statements=tuple(statements))
    x = brute_force.fractions(16, 1)
    assert all(x), "a statement that adds nothing would be as good with the other sign"
    assert list(broken.evaluate(x)) != [brute_force.value_at(p, x) for p in polynomials((3, 4, "flexible"))]
