"""Contractions: how many there are, when two are the same, their labels, values and gradients."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys

import brute_force
import networkx
import numpy as np
import pytest
import tolerances

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import cartesian, components_of, factor_key
from invgen.compiler.candidates.cartesian.contraction import EPSILON, Contraction, canonical, degree, product, sort_key
from invgen.compiler.candidates.cartesian.counting import count_contractions
from invgen.compiler.candidates.cartesian.enumeration import all_contractions, candidates, connected_contractions
from invgen.compiler.candidates.cartesian.evaluate import Evaluator, contraction_cost
from invgen.errors import TooManyCandidates
from invgen.spec import BasisSpec

PETERSEN = brute_force.petersen().label

# ---- counts -----------------------------------------------------------------------------------------------------

COUNTS = {
    2: {2: 2, 3: 2, 4: 2, 5: 2, 6: 2},
    3: {2: 3, 3: 4, 4: 12, 5: 22, 6: 68},
    4: {2: 4, 3: 9, 4: 37, 5: 146},
    5: {2: 5, 3: 14, 4: 93},
    6: {2: 6, 3: 23, 4: 203},
}


@pytest.mark.parametrize("l_max", COUNTS)
def test_numbers_of_connected_graphs(l_max):
    tensors = cartesian((rank, 0) for rank in range(1, l_max + 1))
    assert {n: len(list(candidates(tensors, [n]))) for n in COUNTS[l_max]} == COUNTS[l_max]


@pytest.mark.parametrize(
    ("vertices", "multigraphs", "simple"), [(2, 1, 0), (4, 2, 1), (6, 6, 2), (8, 20, 5), (10, 91, 19)]
)
def test_rank_three_alone_gives_the_known_numbers_of_cubic_graphs(vertices, multigraphs, simple):
    """Connected loop-free cubic multigraphs and, among them, the simple ones (known sequences)."""
    found = connected_contractions(cartesian([(3, 0)] * vertices))
    assert len(found) == multigraphs
    assert sum(all(m == 1 for *_, m in c.bonds) for c in found) == simple


@pytest.mark.parametrize(("vertices", "simple"), [(5, 1), (6, 1), (7, 2)])
def test_rank_four_alone_gives_the_known_numbers_of_quartic_graphs(vertices, simple):
    found = connected_contractions(cartesian([(4, 0)] * vertices))
    assert sum(all(m == 1 for *_, m in c.bonds) for c in found) == simple


def test_the_petersen_graph_is_found():
    graph = networkx.petersen_graph()
    petersen = canonical(cartesian([(3, 0)] * 10), networkx.to_numpy_array(graph, dtype=int).tolist())
    assert petersen in connected_contractions(cartesian([(3, 0)] * 10))
    assert petersen == Contraction.from_label(PETERSEN)


BURNSIDE = [
    *itertools.combinations_with_replacement(cartesian([(1, 0), (2, 0), (3, 0)]), 5),
    *itertools.combinations_with_replacement(cartesian([(1, 0), (1, 1), (2, 0), (4, 0)]), 4),
    cartesian([(3, 0)] * 8),
    cartesian([(2, 0)] * 8),
    cartesian([(1, 0)] * 3 + [(3, 0)] * 3),
    cartesian([(5, 0)] * 4),
    cartesian([(2, 0), (2, 0), (2, 1), (2, 1), (3, 0), (3, 0)]),
]


def test_burnside_count_equals_the_enumeration():
    even = [content for content in BURNSIDE if sum(t.rank for t in content) % 2 == 0]
    assert len(even) > 30
    for content in even:
        assert count_contractions(content) == len(all_contractions(content)), content


def test_odd_total_rank_has_no_proper_contraction():
    for content in map(cartesian, ([(3, 0)], [(1, 0), (2, 0)], [(3, 0)] * 3)):
        assert connected_contractions(content) == all_contractions(content) == ()


def test_candidates_come_in_the_stated_order_without_repeats():
    found = list(candidates(cartesian([(1, 0), (2, 0), (3, 0)]), range(1, 6)))
    assert found == sorted(found, key=sort_key)
    assert len({c.label for c in found}) == len(found) == 3 + 4 + 12 + 22
    orders = [(c.order, c.total_rank) for c in found]
    assert orders == sorted(orders)


def test_enumeration_is_lazy():
    """The first candidates of a family too large to enumerate come at once."""
    first = list(itertools.islice(candidates(cartesian((rank, 0) for rank in range(9)), range(1, 30)), 5))
    assert [c.label for c in first] == ["0", "1a.1a", "2ab.2ab", "3abc.3abc", "4abcd.4abcd"]


def test_every_candidate_is_connected_and_every_product_is_not():
    for content in map(cartesian, ([(1, 0)] * 2 + [(2, 0)] * 3, [(3, 0)] * 6)):
        connected = set(connected_contractions(content))
        for c in all_contractions(content):
            assert networkx.is_connected(graph_of(c)) == (c in connected)
            assert product(c.factors()) == c
            assert (len(c.factors()) == 1) == (c in connected)


# ---- identity ---------------------------------------------------------------------------------------------------


def graph_of(c: Contraction) -> networkx.Graph:
    graph = networkx.Graph()
    for v, tensor in enumerate(c.tensors):
        graph.add_node(v, colour=tensor)
    graph.add_edges_from((u, v, {"bond": m}) for u, v, m in c.bonds)
    return graph


def isomorphic(a: Contraction, b: Contraction) -> bool:
    return networkx.is_isomorphic(
        graph_of(a),
        graph_of(b),
        node_match=lambda x, y: x["colour"] == y["colour"],
        edge_match=lambda x, y: x["bond"] == y["bond"],
    )


def shuffled(tensors, matrix, rng: random.Random) -> Contraction:
    order = list(range(len(tensors)))
    rng.shuffle(order)
    return canonical([tensors[v] for v in order], [[matrix[u][v] for v in order] for u in order])


def random_contraction(content, rng: random.Random) -> Contraction:
    """A random loop-free pairing of all indices."""
    while True:
        stubs = [v for v, tensor in enumerate(content) for _ in range(degree(tensor))]
        rng.shuffle(stubs)
        pairs = list(zip(stubs[::2], stubs[1::2], strict=True))
        if all(u != v for u, v in pairs):
            matrix = [[0] * len(content) for _ in content]
            for u, v in pairs:
                matrix[u][v] += 1
                matrix[v][u] += 1
            return canonical(list(content), matrix)


RANDOM_CONTENTS = [
    cartesian([(3, 0)] * 6),
    cartesian([(3, 0)] * 10),
    cartesian([(2, 0)] * 6),
    cartesian([(4, 0)] * 6),
    cartesian([(1, 0)] * 3 + [(3, 0)] * 3),
    cartesian([(2, 0)] * 2 + [(2, 1)] * 2 + [(3, 0)] * 4),
    cartesian([(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (5, 0)]),
]


@pytest.mark.parametrize("content", RANDOM_CONTENTS)
def test_canonical_form_is_invariant_under_relabelling(content):
    rng = random.Random(0)
    for _ in range(20):
        c = random_contraction(content, rng)
        assert sorted(content, key=factor_key) == list(c.tensors)
        for _ in range(5):
            assert shuffled(c.tensors, c.matrix, rng) == c


@pytest.mark.parametrize("content", RANDOM_CONTENTS)
def test_labels_are_equal_exactly_for_isomorphic_graphs(content):
    rng = random.Random(1)
    found = list({random_contraction(content, rng) for _ in range(25)} | {random_contraction(content, rng)})
    assert len({c.label for c in found}) == len(found)
    for a, b in itertools.combinations(found, 2):
        assert not isomorphic(a, b)


@pytest.mark.parametrize(
    "content", [cartesian([(3, 0)] * 8), cartesian([(2, 0)] * 2 + [(3, 0)] * 4), cartesian([(4, 0)] * 6)]
)
def test_enumerated_graphs_are_pairwise_not_isomorphic(content):
    for a, b in itertools.combinations(all_contractions(content), 2):
        assert not isomorphic(a, b), (a.label, b.label)


REGULAR = {
    "petersen": networkx.petersen_graph(),
    "five-prism": networkx.circular_ladder_graph(5),
    "moebius": networkx.circulant_graph(10, [1, 5]),
    "two pieces": networkx.disjoint_union(networkx.complete_graph(4), networkx.circular_ladder_graph(3)),
    "other two pieces": networkx.disjoint_union(networkx.complete_graph(4), networkx.complete_bipartite_graph(3, 3)),
    "six": networkx.disjoint_union(networkx.tetrahedral_graph(), networkx.circulant_graph(6, [1, 3])),
}


def test_regular_graphs_that_refinement_alone_cannot_tell_apart():
    """All are 3-regular on ten vertices, so colour refinement leaves every one of them in a single class."""
    rng = random.Random(2)
    labels = {}
    for name, graph in REGULAR.items():
        matrix = networkx.to_numpy_array(graph, dtype=int).tolist()
        forms = {shuffled(cartesian([(3, 0)] * 10), matrix, rng).label for _ in range(12)}
        assert len(forms) == 1, name
        labels[name] = forms.pop()
    for (a, first), (b, second) in itertools.combinations(labels.items(), 2):
        assert (first == second) == networkx.is_isomorphic(REGULAR[a], REGULAR[b]), (a, b)
    assert labels["six"] == labels["other two pieces"]
    assert len(set(labels.values())) == 5


@pytest.mark.parametrize("seed", range(10))
def test_random_cubic_graphs_are_told_apart_as_networkx_does(seed):
    a, b = (networkx.random_regular_graph(3, 12, seed=2 * seed + k) for k in (0, 1))
    rng = random.Random(seed)
    forms = [shuffled(cartesian([(3, 0)] * 12), networkx.to_numpy_array(g, dtype=int).tolist(), rng) for g in (a, b, a)]
    assert forms[0] == forms[2]
    assert (forms[0] == forms[1]) == networkx.is_isomorphic(a, b)


def test_hexagon_and_two_triangles_differ():
    assert Contraction.from_label("2ab.2bc.2cd.2de.2ef.2fa") != Contraction.from_label("2ab.2bc.2ca.2de.2ef.2fd")


def test_channels_are_identities_and_ranks_are_not_interchangeable():
    assert Contraction.from_label("1a.1:1a") != Contraction.from_label("1a.1a")
    assert Contraction.from_label("1:1a.1a") == Contraction.from_label("1b.1:1b")
    assert Contraction.from_label("1:1a.2:1ab.1b") != Contraction.from_label("1:1a.2ab.1b")


# ---- labels -----------------------------------------------------------------------------------------------------


def test_labels_round_trip():
    sets = [
        candidates(cartesian((rank, 0) for rank in range(5)), range(1, 5)),
        candidates(cartesian([(1, 0), (1, 1), (2, 0), (2, 3)]), range(1, 4)),
        candidates(cartesian([(1, 0), (2, 0), (3, 0)]), range(1, 5), pseudo=True),
        all_contractions(cartesian([(1, 0)] * 2 + [(2, 0)] * 3)),
    ]
    for c in itertools.chain(*sets):
        again = Contraction.from_label(c.label)
        assert again == c
        assert again.label == c.label
        assert [cartesian([t])[0] if t else EPSILON for t, _ in brute_force.parse(c.label)] == list(c.tensors)


def test_a_label_may_name_indices_and_factors_in_any_way():
    label = Contraction.from_label("2ab.2ac.2bc").label
    for text in ("2ij.2jk.2ki", "2kz.2Ak.2zA", "2ca.2bc.2ab"):
        assert Contraction.from_label(text).label == label
    mixed = Contraction.from_label("3abc.1a.2bc")
    assert mixed.tensors == cartesian([(1, 0), (2, 0), (3, 0)])
    assert mixed.label == "1a.2bc.3abc"


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("", "is not a tensor factor"),
        ("Qab", "'Qab' is not a tensor factor such as 2ab"),
        ("2ab..2ab", "'' is not a tensor factor"),
        ("2a.1a", "'2a' has 1 indices, rank 2 needs as many"),
        ("1ab.1ab", "'1ab' has 2 indices"),
        ("1a.1b", "index 'a' must stand once in each of two different factors"),
        ("2aa", "index 'a' must stand once in each of two different factors"),
        ("1a.1a.1a", "index 'a' must stand once in each of two different factors"),
        ("2aa.0", "index 'a'"),
        ("-1a.1a", "not a tensor factor"),
        ("1:a", "not a tensor factor"),
        ("eab.2ab", "'eab' has 2 indices, rank 3 needs as many"),
        ("2ab 2ab", "not a tensor factor"),
    ],
)
def test_bad_labels_are_refused_with_the_reason(label, message):
    with pytest.raises(ValueError, match=message):
        Contraction.from_label(label)


def test_properties_of_a_contraction():
    c = Contraction.from_label("eabc.1a.2bd.3cde.1e")
    assert (c.order, c.total_rank, c.is_pseudo) == (4, 7, True)
    assert c.content == cartesian([(1, 0), (1, 0), (2, 0), (3, 0)])
    assert not Contraction.from_label("1a.1a").is_pseudo


def test_cost_grows_with_the_work():
    costs = [contraction_cost(Contraction.from_label(x)) for x in ("0", "1a.1a", "2ab.2ab", "2ab.2bc.2ca", PETERSEN)]
    assert costs[:3] == [0, 3, 5]
    assert costs == sorted(costs)


# ---- refusal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "limit", "message"),
    [
        ({"ranks": (3,), "n_max": 10, "orders": (10,)}, 134, r"number about 135; lower n_max below 10"),
        ({"l_max": 5, "n_max": 8, "orders": (8,)}, 500, r"number about \d+; lower n_max below 8"),
        ({"l_max": 2, "n_max": 5, "channels": 12}, 100, r"has \d+ multisets of tensors; lower n_max below 2"),
        (
            {"l_max": 2, "n_max": 9, "orders": (9,), "channels": 30},
            20_000,
            r"has 1573664496040 multisets.*n_max below 9",
        ),
        ({"l_max": 2, "n_max": 20, "objective": "linear", "channels": 3}, 20_000, r"has \d{6,} linearly.*lower n_max"),
        ({"l_max": 12, "n_max": 12, "objective": "linear"}, 20_000, r"has \d{6,} linearly.*lower n_max, l_max"),
    ],
)
def test_an_explosion_is_refused_with_its_size_and_what_to_lower(arguments, limit, message):
    with pytest.raises(TooManyCandidates, match=message):
        invgen.generate(BasisSpec(**arguments), max_candidates=limit)


def test_the_limit_can_be_moved():
    spec = BasisSpec(l_max=3, n_max=4, objective="linear")
    with pytest.raises(TooManyCandidates, match=r"has 36 linearly .* or raise max_candidates \(now 35; --max-cand"):
        invgen.generate(spec, max_candidates=35)
    assert len(invgen.generate(spec, max_candidates=36)) == 36


# ---- pseudo-scalars ---------------------------------------------------------------------------------------------


def test_pseudo_candidates_hold_exactly_one_levi_civita_symbol_on_three_tensors():
    found = list(candidates(cartesian([(1, 0), (1, 1), (1, 2), (2, 0), (3, 0)]), range(1, 5), pseudo=True))
    assert len(found) > 50
    for c in found:
        assert c.tensors.count(EPSILON) == 1
        assert c.total_rank % 2 == 1
        bonds = [m for u, v, m in c.bonds if EPSILON in (c.tensors[u], c.tensors[v])]
        assert bonds == [1, 1, 1]
        assert networkx.is_connected(graph_of(c))
    assert "e" not in "".join(c.label for c in candidates(cartesian([(1, 0), (2, 0)]), range(1, 5)))


def test_pseudo_scalars_change_sign_under_inversion():
    tensors = cartesian([(1, 0), (1, 1), (1, 2), (2, 0), (3, 0)])
    point = np.array(brute_force.integers(21, seed=5))
    inverted = point * np.repeat([-1, -1, -1, 1, -1], [3, 3, 3, 5, 7])
    prime = modular.DEFAULT_PRIME
    evaluator = Evaluator(tensors, np.stack([point, inverted]), Modular(prime))
    nonzero = 0
    for c in itertools.chain(candidates(tensors, [3, 4], pseudo=True), candidates(tensors, [3])):
        here, there = evaluator.values(c)
        assert (here + (there if c.is_pseudo else -there)) % prime == 0
        nonzero += bool(here)
    assert nonzero > 20


def test_a_triple_product_is_the_determinant():
    point = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 10]])
    evaluator = Evaluator(cartesian([(1, 0), (1, 1), (1, 2)]), point, Floating())
    value = evaluator.values(Contraction.from_label("eabc.1a.1:1b.1:2c"))[0]
    assert abs(value) == pytest.approx(3, abs=tolerances.DIRECT_SUM["float64"])


# ---- values and gradients ---------------------------------------------------------------------------------------

TENSORS = ((0, 0), (1, 0), (1, 1), (2, 0), (3, 0), (4, 0))
CHANNELS = cartesian(TENSORS)


def sample() -> list[Contraction]:
    proper = list(candidates(CHANNELS, range(1, 5)))
    pseudo = list(candidates(CHANNELS[1:5], range(3, 5), pseudo=True))
    products = list(all_contractions(cartesian([(1, 0)] * 2 + [(2, 0)] * 2)))
    rng = random.Random(3)
    return rng.sample(proper, 25) + rng.sample(pseudo, 6) + products


@pytest.mark.parametrize("contraction", sample(), ids=lambda c: c.label)
def test_values_and_gradients_modulo_a_prime_are_those_of_integer_einsum(contraction):
    prime = modular.DEFAULT_PRIME
    width = components_of(CHANNELS)
    x = brute_force.integers(width, seed=7)
    value, gradient = Evaluator(CHANNELS, np.array([x]), Modular(prime)).values_and_gradients(contraction)
    assert int(value[0]) == brute_force.value(contraction.label, TENSORS, x) % prime
    expected = [g % prime for g in brute_force.gradient(contraction.label, TENSORS, x)]
    assert gradient[0].tolist() == expected


def test_residues_of_full_size_do_not_overflow():
    tensors, prime = ((4, 0), (6, 0)), modular.DEFAULT_PRIME
    x = [prime - 1 - k for k in range(22)]
    evaluator = Evaluator(cartesian(tensors), np.array([x]), Modular(prime))
    for label in ("4abcd.4abef.4cdef", "6abcdef.6abcdef", "6abcdef.6abcghi.6defghi"):
        assert int(evaluator.values(Contraction.from_label(label))[0]) == brute_force.value(label, tensors, x) % prime


@pytest.mark.parametrize(
    "label", ["1a.1b.1c.3abc", "2ab.2cd.3abe.3cde", "4abcd.4abef.4cdef", PETERSEN, "eabc.1a.2bd.3cde.1e"]
)
def test_float_gradients_agree_with_differences(label):
    c = Contraction.from_label(label)
    tensors = tuple(sorted(set(c.content), key=factor_key))
    width = components_of(tensors)
    x = np.random.default_rng(0).normal(size=width)
    x /= np.linalg.norm(x)
    step = 1e-5
    shifts = np.concatenate([x + step * np.eye(width), x - step * np.eye(width)])
    values = Evaluator(tensors, shifts, Floating()).values(c)
    gradient = Evaluator(tensors, x, Floating()).values_and_gradients(c)[1][0]
    assert np.abs(gradient).max() > 1e-4
    expected = (values[:width] - values[width:]) / (2 * step)
    np.testing.assert_allclose(gradient, expected, atol=tolerances.CENTRAL_DIFFERENCE["float64"])


def test_values_are_invariant_under_rotation():
    """Harmonics of a rotated point cloud."""
    from invgen.compiler.algebra.harmonics import harmonics

    rng = np.random.default_rng(4)
    cloud, weights = rng.normal(size=(9, 3)), rng.normal(size=9)
    cloud /= np.linalg.norm(cloud, axis=1, keepdims=True)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    rotation *= np.linalg.det(rotation)
    points = []
    for vectors in (cloud, cloud @ rotation.T):
        points.append(np.concatenate([weights @ harmonics(vectors, rank) for rank in range(5)]))
    assert np.abs(points[0] - points[1]).max() > 0.1
    evaluator = Evaluator(cartesian((rank, 0) for rank in range(5)), np.stack(points), Floating())
    for c in candidates(cartesian((rank, 0) for rank in range(5)), range(1, 5)):
        here, there = evaluator.values(c)
        assert here == pytest.approx(there, rel=1e-9, abs=tolerances.DIRECT_SUM["float64"] * 100)


def test_points_of_the_wrong_width_are_refused():
    with pytest.raises(ValueError, match=r"need 3 components on the last axis, got \(1, 4\)"):
        Evaluator(cartesian([(1, 0)]), np.zeros((1, 4)), Floating())


# ---- reproducibility --------------------------------------------------------------------------------------------

SCRIPT = """
import hashlib, json, sys, invgen
from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.candidates.cartesian.enumeration import candidates
tensors = cartesian([(1, 0), (1, 1), (2, 0), (3, 0), (4, 0)])
print([c.label for c in candidates(tensors, range(1, 5))])
for objective in ("flexible", "independent", "linear"):
    print(json.dumps(invgen.generate(invgen.BasisSpec(l_max=3, n_max=4, objective=objective)).to_json()))
"""


def test_nothing_depends_on_the_hash_seed():
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert "1a.1a" in outputs.pop()
