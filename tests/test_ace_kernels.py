"""Unrolled kernels of ACE functions: exact values and derivatives, roots, few operations; each with a broken twin."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy
import tolerances
from ace_fixtures import listed

import invgen
from invgen.compiler.algebra.arithmetic import Floating
from invgen.compiler.candidates.ace import coupling
from invgen.compiler.candidates.ace.coupling import AceEvaluator, Channel, Coupling
from invgen.compiler.kernels.ace import choice, scaling
from invgen.compiler.kernels.ace.lower import factored, lower_couplings
from invgen.compiler.kernels.ace.trees import Covariant, chain_tree, channel, closed_trees, couple
from invgen.compiler.kernels.builder import UNIT, Builder
from invgen.compiler.kernels.derivatives import second_order, value_and_vjp, vjp
from invgen.compiler.kernels.program import Kernel, Root

FLOAT64 = tolerances.DIRECT_SUM["float64"]
CASES = {
    "box": (coupling.box(3), (1, 2, 3, 4), "proper"),
    "one order": (coupling.box(2), (4,), "proper"),
    "two channels": (coupling.box(2, radial=2), (1, 2, 3), "proper"),
    "order five": (coupling.box(2), (1, 2, 3, 4, 5), "proper"),
    "order six": (coupling.box(2), (6,), "proper"),
    "pseudo": (coupling.box(2, radial=2), (3, 4), "pseudo"),
    "two species": (coupling.total_degree(7, "3/2", species=2), (1, 2, 3), "both"),
    "total degree": (coupling.total_degree(9, "3/2"), (1, 2, 3, 4), "proper"),
    "scalars": (coupling.box(0, radial=2), (1, 2, 3), "proper"),
}


def points(channels: tuple[Channel, ...], number: int = 4) -> np.ndarray:
    return np.random.default_rng(5).normal(size=(number, sum(2 * c.rank + 1 for c in channels)))


def reference(functions: list[Coupling], channels: tuple[Channel, ...], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (points, functions) and Jacobians (points, functions, components)."""
    evaluator = AceEvaluator(channels, x, Floating())
    pairs = [evaluator.values_and_gradients(f) for f in functions]
    return np.stack([v for v, _ in pairs], axis=1), np.stack([g for _, g in pairs], axis=1)


def error(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(abs(found - wanted).max() / abs(wanted).max())


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_those_of_the_couplings(name):
    functions, channels = listed(*CASES[name])
    kernel = lower_couplings(functions, channels)
    x = points(channels)
    values, jacobian = reference(functions, channels, x)
    g = np.random.default_rng(6).normal(size=values.shape)
    gradient = np.einsum("pkc,pk->pc", jacobian, g)
    assert error(kernel.evaluate(x), values) < FLOAT64
    assert error(vjp(kernel).evaluate(x, g), gradient) < FLOAT64
    both = value_and_vjp(kernel).evaluate(x, g)
    assert error(both[0], values) < FLOAT64
    assert error(both[1], gradient) < FLOAT64


@pytest.mark.parametrize("name", ["box", "two channels", "pseudo"])
def test_second_order_is_the_derivative_of_the_gradient(name):
    functions, channels = listed(*CASES[name])
    kernel = lower_couplings(functions, channels)
    x, u, step = points(channels), points(channels)[::-1].copy(), 1e-5
    values, jacobian = reference(functions, channels, x)
    g = np.random.default_rng(6).normal(size=values.shape)
    hu, ju = second_order(kernel).evaluate(x, g, u)
    assert error(ju, np.einsum("pkc,pc->pk", jacobian, u)) < FLOAT64
    sides = [np.einsum("pkc,pk->pc", reference(functions, channels, x + s * step * u)[1], g) for s in (1, -1)]
    assert error(hu, (sides[0] - sides[1]) / (2 * step)) < tolerances.CENTRAL_DIFFERENCE["float64"]


@pytest.mark.parametrize("label", ["ace:1.1,1.1", "ace:1.1,1.1,1.2", "ace:1.1,2.1,3.1", "ace:1.1,1.1,1.2,1.2|L=2"])
def test_exact_values_are_the_symbolic_ones(label):
    function = Coupling.from_label(label)
    channels = tuple(sorted(set(function.factors)))
    kernel = lower_couplings([function], channels)
    symbols = [
        sympy.Symbol(f"A_{c.n}_{c.rank}_{f'm{-m}' if m < 0 else m}")
        for c in channels
        for m in range(-c.rank, c.rank + 1)
    ]
    (found,) = kernel.evaluate(np.array(symbols, dtype=object))
    assert sympy.expand(found - function.sympy()) == 0
    gradient = vjp(kernel).evaluate(np.array(symbols, dtype=object), np.array([sympy.Integer(1)], dtype=object))
    for symbol, part in zip(symbols, gradient, strict=True):
        assert sympy.expand(part - sympy.diff(function.sympy(), symbol)) == 0


def test_a_basis_lowers_to_what_it_evaluates():
    basis = invgen.generate(invgen.BasisSpec(family="ace", l_max=2, n_max=4, channels=2, objective="independent"))
    x = points(basis.channels)
    assert error(invgen.kernels_of(basis)["value"].evaluate(x), basis.evaluate(x)) < FLOAT64


def test_operation_counts_of_all_linear_invariants_of_order_four():
    """36 functions. As sums of monomials they need 690 products and 748 terms; the products alone are more."""
    functions, channels = listed(*CASES["box"])
    kernel = lower_couplings(functions, channels)
    assert len(functions) == 36
    counts = [k.operations["total"] for k in (kernel, vjp(kernel), second_order(kernel))]
    assert counts == [361, 858, 2165]


def test_choosing_trees_together_pays(monkeypatch):
    functions, channels = listed(*CASES["box"])
    monkeypatch.setattr(choice, "SEARCH_LIMIT", 0)
    greedy = lower_couplings(functions, channels)
    own = [Coupling.from_label(f.label) for f in functions]
    monkeypatch.setattr(choice._Group, "first_spanning", lambda self, ranked: self.own)
    straight = lower_couplings(own, channels)
    assert (greedy.operations["total"], straight.operations["total"]) == (459, 557)
    x = points(channels)
    assert error(straight.evaluate(x), reference(functions, channels, x)[0]) < FLOAT64


def test_multiples_of_components_save_weights(monkeypatch):
    functions, channels = listed(*CASES["box"])
    monkeypatch.setattr(scaling, "STEPS", ())
    plain = lower_couplings(functions, channels)
    assert plain.operations["total"] > 361
    x = points(channels)
    assert error(plain.evaluate(x), reference(functions, channels, x)[0]) < FLOAT64


def test_programs_do_not_depend_on_the_hash_seed():
    code = """
from invgen.compiler.candidates.ace import coupling as ace
from invgen.compiler.kernels.ace.lower import lower_couplings
box, orders = ace.box(2, 2), (1, 2, 3)
print(lower_couplings(list(ace.candidates(box, orders)), ace.channels_in_use(box, orders)).digest)
"""
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        digests.add(run.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize("position", [0, -1])
def test_a_broken_program_fails_the_comparison(position):
    functions, channels = listed(*CASES["box"])
    kernel = lower_couplings(functions, channels)
    roots = [k for k, c in enumerate(kernel.constants) if isinstance(c, Root)]
    constants = list(kernel.constants)
    constants[roots[position]] = Root(constants[roots[position]].signed_square * Fraction(1001, 1000))
    x = points(channels)
    broken = replace(kernel, constants=tuple(constants)).evaluate(x)
    wanted = reference(functions, channels, x)[0]
    assert max(abs(broken / wanted - 1).max(axis=0)) > 1e6 * FLOAT64


# ---- trees ------------------------------------------------------------------------------------------------------


def test_chains_through_rank_zero_are_products():
    function = Coupling.from_label("ace:1.0,1.1,1.1,1.2,1.2|L=1,0")
    assert [f.label for f in factored(function)] == ["ace:1.0", "ace:1.1,1.1", "ace:1.2,1.2"]
    assert factored(Coupling.from_label("ace:1.1,1.1,1.2,1.2|L=2")) == (Coupling.from_label("ace:1.1,1.1,1.2,1.2|L=2"),)
    x = points((Channel(0, 1, 0), Channel(0, 1, 1), Channel(0, 1, 2)))
    evaluator = AceEvaluator((Channel(0, 1, 0), Channel(0, 1, 1), Channel(0, 1, 2)), x, Floating())
    product = np.prod([evaluator.values(f) for f in factored(function)], axis=0)
    assert error(product, evaluator.values(function)) < FLOAT64


def test_trees_are_canonical_and_vanishing_ones_left_out():
    first, second = channel(Channel(0, 1, 1)), channel(Channel(0, 2, 1))
    assert couple(first, second, 1) == couple(second, first, 1)
    assert couple(first, first, 1) is None
    assert couple(first, second, 3) is None
    labels = [(t.left.rank, len(t.left.factors)) for t in closed_trees((Channel(0, 1, 1),) * 4) if t.left]
    assert labels == [(0, 2), (2, 2)]


def test_a_function_is_its_own_tree():
    for label in ("ace:1.1,2.1,1.2", "ace:1.1,2.1,3.1,1.3|L=2", "ace:1.1,1.1,1.2,1.2,2.2|L=2,2"):
        function = Coupling.from_label(label)
        recipe = choice.recipes([function])[0]
        values = choice._Values(function.factors, 3)
        tree = values.of(chain_tree(function))[:, 0]
        own = values.function(function)
        assert len({Fraction(int(a), int(b)) for a, b in zip(own, tree, strict=True)}) == 1
        chosen = sum(c * values.of(t)[:, 0] for c, t in zip(recipe.combinations[0], recipe.trees, strict=True))
        assert list(chosen) == list(own)


def test_trees_that_do_not_span_are_noticed():
    group = choice._Group(
        (Channel(0, 1, 1),) * 2 + (Channel(0, 1, 2),) * 2, 0, [Coupling.from_label("ace:1.1,1.1,1.2,1.2|L=2")]
    )
    product: Covariant = next(t for t in group.trees if t.left is not None and t.left.rank == 0)
    with pytest.raises(ArithmeticError, match="do not span it"):
        group.first_spanning([product])
    with pytest.raises(ArithmeticError, match="do not span the function"):
        group.recipe([product])
    with pytest.raises(ArithmeticError, match="not independent"):
        group.recipe([product, product])


# ---- roots ------------------------------------------------------------------------------------------------------


def test_roots_are_text_numbers_and_exact():
    assert str(Root(Fraction(3, 5))) == "sqrt(3/5)"
    assert str(Root(Fraction(-2))) == "-sqrt(2)"
    assert float(Root(Fraction(-9, 4))) == -1.5
    assert Root(Fraction(-3, 5)).exact() == -sympy.sqrt(sympy.Rational(3, 5))


def test_a_program_with_roots_keeps_precision_and_is_written_exactly():
    constants = (Root(Fraction(1, 2)), Fraction(3))
    kernel = Kernel("value", (("x", 1),), constants, (("mul", 0, 1), ("mul", 3, 2)), (("y", (4,)),))
    assert kernel.to_json()["constants"] == ["sqrt(1/2)", "3"]
    assert kernel.digest != replace(kernel, constants=(Root(Fraction(-1, 2)), Fraction(3))).digest
    for dtype in ("float32", "float64"):
        found = kernel.evaluate(np.array([2.0], dtype=dtype))
        assert found.dtype == dtype
        assert error(found, np.array([3 * 2**0.5])) < tolerances.KERNEL[dtype]
    assert kernel.evaluate(np.array([sympy.Integer(2)], dtype=object))[0] == 3 * sympy.sqrt(2)


def test_rational_roots_are_numbers_and_equal_roots_one_node():
    builder = Builder([("x", 1)])
    assert builder.root(Fraction(4, 9)) == (Fraction(2, 3), UNIT)
    assert builder.root(Fraction(-4)) == (-2, UNIT)
    assert builder.root(Fraction(2)) == builder.root(Fraction(2))
    assert builder.root(Fraction(2)) != builder.root(Fraction(-2))
    assert builder.mul(builder.root(Fraction(2)), builder.constant(Fraction(3))) == (3, builder.root(Fraction(2))[1])
