"""Ways beside reduced Cartesian components: harmonics, adjugates, weights held by factors; all are the same numbers."""

from __future__ import annotations

from fractions import Fraction

import brute_force
import numpy as np
import pytest
from processes import python

import invgen
from invgen.compiler.algebra.channels import components_of
from invgen.compiler.candidates.family import family_of
from invgen.compiler.kernels.builder import ZERO, Builder
from invgen.compiler.kernels.cartesian.entries import Entries
from invgen.compiler.kernels.cartesian.graphs import open_part
from invgen.compiler.kernels.cartesian.harmonics import Harmonics
from invgen.compiler.kernels.cartesian.lower import lower_contractions
from invgen.compiler.kernels.cartesian.ways import ADJUGATE, ways
from invgen.compiler.kernels.weights import held_weights
from invgen.spec import BasisSpec

SPECS = (
    BasisSpec(l_max=3, n_max=4),
    BasisSpec(ranks=(2, 4), n_max=4),
    BasisSpec(ranks=(1, 2), channels=2, n_max=3, parity="both"),
)


def ways_of(c):
    """Of a whole contraction."""
    return ways(open_part(c.matrix, c.tensors, tuple(range(len(c.tensors))))[0])


def exact(builder: Builder, expressions: list, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole inputs, and what the expressions are of these."""
    kernel = builder.kernel("value", [("y", expressions)])
    x = brute_force.integers(kernel.input_size, seed=seed)
    return x, kernel.evaluate(np.array([Fraction(int(v)) for v in x], dtype=object))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_harmonics_and_adjugates_are_the_contraction(spec):
    """Exactly the sum over all indices of full tensors."""
    channels = family_of(spec).channels(spec)
    builder = Builder([("x", components_of(channels))])
    entries = Entries(builder, channels)
    harmonics = Harmonics(entries)
    found, labels = [], []
    for c in family_of(spec).stream(spec, 10_000):
        if c.is_pseudo:
            assert harmonics.expressions(c, ZERO) == []
            continue
        listed = [entries.scalar(way) for way in ways_of(c) if way.form in ADJUGATE]
        listed += harmonics.expressions(c, entries.scalar(ways_of(c)[0]))
        found += listed
        labels += [c.label] * len(listed)
    assert len(set(labels)) > 5
    for seed in (1, 2):
        x, values = exact(builder, found, seed)
        expected = {label: brute_force.value(label, spec.tensors, x) for label in set(labels)}
        assert list(values) == [expected[label] for label in labels]


def test_which_contractions_have_an_adjugate():
    from_label = family_of(SPECS[0]).from_label
    forms = {
        "2ab.2ab": {"adjugate trace"},
        "2ab.2ac.2bc": {"determinant", "adjugate", "adjugate differences"},
        "1a.2bc.2bd.3acd": {"adjugate", "adjugate differences"},
        "1a.1b.2ac.2bc": set(),
        "2ab.3acd.3bcd": set(),
    }
    for label, wanted in forms.items():
        assert {way.form for way in ways_of(from_label(label))} & set(ADJUGATE) == wanted


def test_a_cubic_invariant_of_a_matrix_is_a_determinant():
    """Six minors' entries would be 18 statements; one row of them, three products, two sums and the 3 are 15."""
    spec = BasisSpec(ranks=(2,), n_max=3)
    kernel = lower_contractions((family_of(spec).from_label("2ab.2ac.2bc"),), family_of(spec).channels(spec))
    assert kernel.operations["total"] <= 16


def test_harmonics_shorten_what_holds_pure_invariants_of_a_hexadecapole(monkeypatch):
    basis = invgen.find_basis("cartesian-l4-n4-by_program-robust")
    mixed = lower_contractions(basis.invariants, basis.channels)
    monkeypatch.setattr(Harmonics, "expressions", lambda *_: [])
    cartesian = lower_contractions(basis.invariants, basis.channels)
    assert mixed.operations["total"] <= 0.96 * cartesian.operations["total"]
    x = np.random.default_rng(1).normal(size=(4, basis.components))
    np.testing.assert_allclose(mixed.evaluate(x), basis.evaluate(x), rtol=1e-11, atol=1e-11)


# ---- the builder ----------------------------------------------------------------------------------------------------


def test_equal_forms_of_inputs_are_one_node_in_the_shorter_spelling():
    builder = Builder([("x", 3)])
    x, y, z = (builder.input(k) for k in range(3))
    both = builder.add([x, y])
    assert builder.add([x, builder.scale(-1, both)]) == (-1, y[1])
    assert builder.add([both, builder.scale(-1, x), builder.scale(-1, y)]) == ZERO
    assert builder.add([both, z]) == builder.add([x, builder.add([y, z])])
    twice = builder.add([both, both, both, z])
    assert twice == builder.add([builder.scale(3, x), builder.scale(3, y), z])
    assert dict(builder.sums)[twice[1]] == ((1, z[1]), (3, both[1]))


def sums_of_two(weights: list[int]) -> tuple[Builder, list]:
    """For every k, weights[k] (a u_k + b v_k) + w_k, where a and b are the first inputs."""
    builder = Builder([("x", 2 + 3 * len(weights))])
    inputs = [builder.input(k) for k in range(builder.size)]
    found = []
    for k, weight in enumerate(weights):
        u, v, w = inputs[2 + 3 * k : 5 + 3 * k]
        products = [builder.mul(inputs[0], u), builder.mul(inputs[1], v)]
        found.append(builder.add([w, *(builder.scale(weight, p) for p in products)]))
    return builder, found


@pytest.mark.parametrize(
    ("weights", "saved"), [([2], 0), ([2, 2], 0), ([2, 2, 2], 1), ([2, -2, 2, 2], 2), ([2, 3, 2], 0)]
)
def test_factors_hold_weights_where_that_is_shorter(weights, saved):
    builder, sums = sums_of_two(weights)
    order = builder.reachable(node for _, node in sums)
    held = held_weights(builder.products, builder.sums, order, [node for _, node in sums])
    assert len(held) == (2 * len(weights) if saved else 0)
    kernel = builder.kernel("value", [("y", sums)])
    assert kernel.operations["total"] == 5 * len(weights) - saved
    x, values = exact(builder, sums, 3)
    expected = [w * (x[0] * x[2 + 3 * k] + x[1] * x[3 + 3 * k]) + x[4 + 3 * k] for k, w in enumerate(weights)]
    assert list(values) == expected


def test_what_others_read_keeps_its_weight_outside():
    builder, sums = sums_of_two([2, 2, 2])
    outputs = [*sums, *((1, node) for node in builder.products)]
    kernel = builder.kernel("value", [("y", outputs)])
    assert kernel.operations["total"] == 15
    assert list(exact(builder, outputs, 4)[1])[3] == exact(builder, [outputs[3]], 4)[1][0]


def test_the_same_program_in_every_process():
    code = "import invgen; print(invgen.find_basis('cartesian-l4-n4-by_program-robust').value_kernel().digest)"
    assert len({python(code, PYTHONHASHSEED=seed) for seed in ("0", "1", "27")}) == 1
