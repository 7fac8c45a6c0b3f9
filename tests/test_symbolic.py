"""Invariants to read: names, contractions, LaTeX and polynomials, from the label alone."""

from __future__ import annotations

import re

import brute_force
import numpy as np
import pytest
import sympy
import tolerances

from invgen.compiler.algebra.channels import Channel, cartesian, components_of, factor_key
from invgen.compiler.candidates.cartesian.contraction import EPSILON, Contraction, contraction_text, latex, tensor_name
from invgen.compiler.candidates.cartesian.enumeration import candidates
from invgen.compiler.candidates.cartesian.symbolic import component_symbols, expression, monomials, polynomial

TENSORS = cartesian([(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)])


def symbols(tensors) -> list[sympy.Symbol]:
    return [sympy.Symbol(name) for tensor in tensors for name in component_symbols(tensor)]


def test_the_thirteen_have_352_monomials():
    basis = brute_force.built(3, 4, "flexible")
    assert sum(monomials(c) for c in basis) == 352
    assert monomials(basis.invariants[0]) == 1
    for i, c in enumerate(basis):
        assert len(sympy.Poly(basis.sympy(i)).terms()) == monomials(c)


def test_first_and_second_derivatives_have_the_known_numbers_of_monomials():
    basis = brute_force.built(3, 4, "flexible")
    variables = symbols(basis.channels)
    polynomials = [sympy.Poly(basis.sympy(i), *variables) for i in range(len(basis))]
    first = [p.diff(s) for p in polynomials for s in variables]
    assert sum(len(p.terms()) for p in first if not p.is_zero) == 985
    second = [d.diff(t) for d in first for t in variables]
    assert sum(len(p.terms()) for p in [*first, *second] if not p.is_zero) == 3397


@pytest.mark.parametrize("key", [(3, 4, "flexible"), (3, 4, "independent"), (2, 4, "linear")])
def test_expressions_evaluate_to_the_basis(key):
    basis = brute_force.built(*key)
    x = np.random.default_rng(0).normal(size=(4, basis.components))
    function = sympy.lambdify(symbols(basis.channels), [basis.sympy(i) for i in range(len(basis))], "numpy")
    values = np.stack([np.broadcast_to(v, 4) for v in function(*x.T)], axis=-1)
    np.testing.assert_allclose(values, basis.evaluate(x), rtol=1e-10, atol=tolerances.DIRECT_SUM["float64"])


@pytest.mark.parametrize(
    "label", ["1a.1a", "2ab.2ac.2bc", "1a.1b.2:1ab", "eabc.1a.1:1b.1:2c", "4abcd.4abef.4cdef", "1a.1a.2bc.2bc"]
)
def test_expressions_are_exactly_the_einsum(label):
    c = Contraction.from_label(label)
    tensors = tuple(sorted(set(c.content), key=factor_key))
    x = brute_force.integers(components_of(tensors), seed=1)
    substitution = dict(zip(symbols(tensors), x, strict=True))
    assert expression(c).subs(substitution) == brute_force.value(label, [(t.rank, t.n - 1) for t in tensors], x)


def test_a_small_invariant_written_out():
    x, y, z = sympy.symbols("v_x v_y v_z")
    assert expression(Contraction.from_label("1a.1a")) == x**2 + y**2 + z**2
    assert expression(Contraction.from_label("0")) == sympy.Symbol("s")
    xx, xy, xz, yy, yz = sympy.symbols("Q_xx Q_xy Q_xz Q_yy Q_yz")
    square = 2 * (xx**2 + yy**2 + xx * yy + xy**2 + xz**2 + yz**2)
    assert sympy.expand(expression(Contraction.from_label("2ab.2ab")) - square) == 0


def test_a_trace_of_a_cube_is_three_determinants():
    """tr Q^3 = 3 det Q for a traceless Q."""
    xx, xy, xz, yy, yz = sympy.symbols("Q_xx Q_xy Q_xz Q_yy Q_yz")
    matrix = sympy.Matrix([[xx, xy, xz], [xy, yy, yz], [xz, yz, -xx - yy]])
    assert sympy.expand(expression(Contraction.from_label("2ab.2bc.2ca")) - 3 * matrix.det()) == 0


def test_the_polynomial_lives_in_the_components_it_uses():
    ring = polynomial(Contraction.from_label("1a.1b.2ab")).ring
    assert [str(s) for s in ring.symbols] == ["v_x", "v_y", "v_z", "Q_xx", "Q_xy", "Q_xz", "Q_yy", "Q_yz"]


def test_names():
    assert [tensor_name(Channel(0, 1, rank)) for rank in range(7)] == ["s", "v", "Q", "T", "H", "T5", "T6"]
    assert tensor_name(Channel(0, 2, 2)) == "Qc1"
    assert tensor_name(EPSILON) == "eps"
    assert component_symbols(Channel(0, 1, 0)) == ["s"]
    every = [name for rank in range(7) for n in (1, 2, 3) for name in component_symbols(Channel(0, n, rank))]
    assert len(set(every)) == len(every) == 3 * 49


@pytest.mark.parametrize(
    ("label", "text", "tex"),
    [
        ("0", "s", "s"),
        ("1a.1a", "v_i v_i", "v_{i} v_{i}"),
        ("2ab.2ac.2bc", "Q_ij Q_ik Q_jk", "Q_{ij} Q_{ik} Q_{jk}"),
        ("1a.1b.2:1ab", "v_i v_j Qc1_ij", "v_{i} v_{j} Q^{[1]}_{ij}"),
        ("eabc.1a.1:1b.1:2c", "eps_ijk v_i vc1_j vc2_k", r"\epsilon_{ijk} v_{i} v^{[1]}_{j} v^{[2]}_{k}"),
        ("5abcde.5abcde", "T5_ijklm T5_ijklm", "T^{(5)}_{ijklm} T^{(5)}_{ijklm}"),
        ("5:2abcde.5:2abcde", "T5c2_ijklm T5c2_ijklm", "T^{(5),[2]}_{ijklm} T^{(5),[2]}_{ijklm}"),
    ],
)
def test_text_and_latex(label, text, tex):
    c = Contraction.from_label(label)
    assert contraction_text(c) == text
    assert latex(c) == tex


def test_every_index_stands_twice_and_every_formula_is_different():
    found = list(candidates(TENSORS, range(1, 5)))
    for c in [*found, brute_force.petersen()]:
        indices = [i for part in re.findall(r"_([a-zA-Z]+)", contraction_text(c)) for i in part]
        assert all(indices.count(i) == 2 for i in indices), c.label
        braces = latex(c)
        assert braces.count("{") == braces.count("}")
        assert sorted("".join(re.findall(r"_\{([a-zA-Z]+)\}", braces))) == sorted(indices)
    assert len({contraction_text(c) for c in found}) == len(found)
    assert len({latex(c) for c in found}) == len(found)


def test_the_basis_gives_the_same_views():
    basis = brute_force.built(3, 4, "flexible")
    assert [basis.latex(i) for i in range(13)] == [latex(c) for c in basis]
    assert basis.sympy(1) == expression(basis.invariants[1])
