"""What can be asked for: values, ids, JSON, and every request that is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from invgen.errors import InvgenError, SpecError, unknown
from invgen.spec import MAX_RANK, BasisSpec


def test_l_max_means_all_ranks():
    spec = BasisSpec(l_max=3)
    assert spec.ranks == (0, 1, 2, 3)
    assert spec == BasisSpec(ranks=(0, 1, 2, 3))
    assert hash(spec) == hash(BasisSpec(ranks=(0, 1, 2, 3)))
    assert (spec.family, spec.n_max, spec.objective, spec.channels) == ("cartesian", 4, "independent", 1)
    assert (spec.parity, spec.orders, spec.ordering) == ("proper", (1, 2, 3, 4), "degree")


def test_components_and_tensors_with_channels_are_rank_major():
    spec = BasisSpec(ranks=(1, 3), channels=2)
    assert spec.tensors == ((1, 0), (1, 1), (3, 0), (3, 1))
    assert spec.components == 20
    assert spec.l_max == 3


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"l_max": 3, "n_max": 4, "objective": "flexible"}, "cartesian-l3-n4-flexible"),
        ({"l_max": 0, "n_max": 1}, "cartesian-l0-n1-independent"),
        ({"ranks": (0, 1, 2, 4), "n_max": 5, "objective": "linear"}, "cartesian-r0.1.2.4-n5-linear"),
        ({"ranks": (3,), "n_max": 10, "objective": "flexible"}, "cartesian-r3-n10-flexible"),
        ({"l_max": 2, "channels": 2}, "cartesian-l2-n4-c2-independent"),
        ({"l_max": 2, "parity": "both"}, "cartesian-l2-n4-both-independent"),
        ({"l_max": 2, "orders": (2, 4)}, "cartesian-l2-n4-o2.4-independent"),
        ({"l_max": 2, "ordering": "cost"}, "cartesian-l2-n4-by_cost-independent"),
    ],
)
def test_ids_name_everything_that_differs_and_json_restores_the_spec(arguments, name):
    spec = BasisSpec(**arguments)
    assert spec.id == name
    restored = BasisSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert restored == spec
    assert restored.id == name


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"l_max": 3, "n_max": 4, "channels": 2, "objective": "linear"}, "ace-l3-n4-c2-linear"),
        ({"l_max": 3, "n_max": 4, "orders": (4,)}, "ace-l3-n4-o4-independent"),
        ({"total_degree": 10, "n_max": 3, "objective": "linear"}, "ace-d10-w3_2-n3-linear"),
        ({"total_degree": "21/2", "w_L": 1, "n_max": 2}, "ace-d21_2-w1-n2-independent"),
        ({"total_degree": 14, "n_max": 3, "l_max": 2}, "ace-l2-d14-w3_2-n3-independent"),
        ({"total_degree": 14, "n_max": 3, "l_max": 4}, "ace-d14-w3_2-n3-independent"),
        ({"l_max": 2, "channels": 4, "elements": ("Mo", "W")}, "ace-l2-n4-c4-independent-Mo.W"),
        ({"total_degree": 8, "elements": ("W", "Mo"), "parity": "both"}, "ace-d8-w3_2-n4-both-independent-W.Mo"),
        ({"total_degree": 14, "n_max": 3, "channels": 4}, "ace-d14-w3_2-n3-c4-independent"),
        ({"total_degree": 14, "n_max": 3, "channels": 14}, "ace-d14-w3_2-n3-independent"),
        ({"total_degree": (20, 16, 12), "n_max": 3}, "ace-d20.16.12-w3_2-n3-independent"),
        ({"total_degree": {1: 20, 2: "33/2"}, "n_max": 2, "w_L": 1}, "ace-d20.33_2-w1-n2-independent"),
        ({"total_degree": {2: 16, 3: 12}, "n_max": 3, "orders": (2, 3)}, "ace-d16.12-w3_2-n3-o2.3-independent"),
        ({"total_degree": (20, 16, 12), "n_max": 3, "l_max": 3}, "ace-l3-d20.16.12-w3_2-n3-independent"),
        ({"total_degree": (20, 16, 12), "n_max": 3, "l_max": (0, 4, 2)}, "ace-l0.4.2-d20.16.12-w3_2-n3-independent"),
        ({"total_degree": 14, "n_max": 3, "channels": (8, 4, 2)}, "ace-d14-w3_2-n3-c8.4.2-independent"),
        ({"total_degree": 14, "n_max": 3, "channels": (1, 1, 1)}, "ace-d14-w3_2-n3-c1.1.1-independent"),
        ({"l_max": (0, 3, 3, 2), "channels": [15, 6, 4, 3]}, "ace-l0.3.3.2-n4-c15.6.4.3-independent"),
        (
            {"l_max": {1: 0, 2: 4}, "n_max": 2, "channels": 6, "elements": ("Mo", "W")},
            "ace-l0.4-n2-c6-independent-Mo.W",
        ),
    ],
)
def test_ace_requests_have_ids_and_json_restores_them(arguments, name):
    spec = BasisSpec(family="ace", **arguments)
    assert spec.id == name
    restored = BasisSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert restored == spec
    assert hash(restored) == hash(spec)
    assert restored.id == name


@pytest.mark.parametrize(
    ("by_order", "uniform"),
    [
        ({"total_degree": (14, 14, 14)}, {"total_degree": 14}),
        ({"total_degree": {1: 14, 2: "28/2", 3: 14.0}, "l_max": (0, 4, 3)}, {"total_degree": 14}),
        ({"total_degree": 14, "l_max": (0, 2, 2)}, {"total_degree": 14, "l_max": 2}),
        ({"total_degree": 14, "l_max": 2, "channels": (14, 13, 12)}, {"total_degree": 14, "l_max": 2}),
        ({"total_degree": 14, "channels": (5, 5, 5)}, {"total_degree": 14, "channels": 5}),
        ({"l_max": (2, 2, 2), "channels": (4, 4, 4)}, {"l_max": 2, "channels": 4}),
    ],
)
def test_one_request_has_one_normal_form(by_order, uniform):
    first, second = (BasisSpec(family="ace", n_max=3, **arguments) for arguments in (by_order, uniform))
    assert first == second
    assert hash(first) == hash(second)
    assert first.id == second.id
    assert first.to_json() == second.to_json()


def test_fields_of_a_request_by_order_are_the_highest():
    spec = BasisSpec(family="ace", n_max=3, total_degree=(20, 16, 12), channels=(12, 6, 4))
    assert (spec.total_degree, spec.channels, spec.l_max) == (20, 12, 4)
    assert [(limit.l_max, limit.channels, limit.total_degree) for limit in spec.limits] == [
        (0, 12, 20),
        (4, 6, 16),
        (3, 4, 12),
    ]
    assert BasisSpec(family="ace", n_max=3, total_degree=(20, 16, 12)) != spec
    assert BasisSpec(l_max=2, n_max=2).limits[1].l_max == 2


def test_json_of_an_ace_request_may_be_changed():
    data = BasisSpec(family="ace", total_degree=10, n_max=3).to_json()
    assert BasisSpec.from_json({**data, "total_degree": "14"}) == BasisSpec(family="ace", total_degree=14, n_max=3)
    assert "elements" not in data
    assert "total_degree" not in BasisSpec(l_max=2).to_json()


def test_ranks_of_a_total_degree_are_those_of_its_functions():
    assert BasisSpec(family="ace", total_degree=10, n_max=3).l_max == 2
    assert BasisSpec(family="ace", total_degree=11, n_max=3).l_max == 3
    assert BasisSpec(family="ace", total_degree=11, n_max=3, orders=(3,)).l_max == 2
    assert BasisSpec(family="ace", total_degree=11, n_max=1).l_max == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, r"give either l_max or ranks, got l_max=None and ranks=None"),
        ({"l_max": 3, "objective": "flexible"}, r"'ace' has no flexible sets; use objective='independent' or 'linear'"),
        ({"ranks": (0, 2)}, r"takes all ranks up to l_max, got ranks=\(0, 2\); give l_max"),
        (
            {"l_max": 2, "channels": 3, "elements": ("Mo", "W")},
            r"channels=3 cannot be shared out among 2 elements",
        ),
        ({"total_degree": 9, "ranks": (0, 1)}, r"total_degree goes with l_max, a cap of the ranks, got ranks=\(0, 1\)"),
        ({"total_degree": 9.1}, r"total_degree=9\.1 is a float that is not exactly 9\.1"),
        ({"total_degree": "many"}, r"total_degree must be a finite number such as '3/2', got 'many'"),
        ({"total_degree": 9, "w_L": 0}, r"w_L must be positive, or ranks have no limit, got 0"),
        ({"total_degree": 9, "w_L": 4 / 3}, r"round-off would lose functions"),
        ({"l_max": 2, "w_L": 1}, r"w_L weighs the ranks of a total degree, got w_L=1 without total_degree"),
        (
            {"total_degree": "1/2"},
            r"=1/2 selects no function of orders \(1, 2, 3, 4\).* has degree 1; raise",
        ),
        (
            {"total_degree": 3, "orders": (4,)},
            r"selects no function of orders \(4,\).* degree 4; raise total_degree",
        ),
        ({"total_degree": 9, "l_max": -1}, r"l_max must be a whole number of at least 0, got -1"),
        ({"total_degree": 60, "w_L": 1}, rf"rank 29 is above {MAX_RANK}"),
        ({"total_degree": 9, "channels": 0}, r"channels must be a whole number of at least 1, got 0"),
        (
            {"total_degree": (9, 8)},
            r"total_degree must be one value, or one for each of the orders \(1, 2, 3, 4\), got 2",
        ),
        ({"total_degree": {1: 9, 2: 8}}, r"total_degree must name each of the orders \(1, 2, 3, 4\) and no other, got"),
        (
            {"total_degree": (9, 8, 7, 3)},
            r"total_degree=3 of order 4 selects no function.*leave the order out of orders",
        ),
        ({"total_degree": (9, 8, 7, 6.1)}, r"total_degree=6\.1 is a float that is not exactly 6\.1"),
        ({"total_degree": (9, 8, 7, None)}, r"total_degree must be an int, a text such as '3/2'.*got None"),
        ({"total_degree": (90, 60, 9, 9), "w_L": 1}, rf"rank 29 is above {MAX_RANK}"),
        ({"total_degree": 9, "l_max": (0, 2, -1, 1)}, r"every l_max must be a whole number of at least 0, got -1"),
        (
            {"l_max": 2, "channels": (4, 2, 0, 1)},
            r"every number of channels must be a whole number of at least 1, got 0",
        ),
        ({"channels": (4, 2, 2, 1)}, r"channels=\(4, 2, 2, 1\) make a box with l_max beside them; give l_max"),
        (
            {"l_max": 2, "channels": (4, 2, 3, 2), "elements": ("Mo", "W")},
            r"channels=3 cannot be shared out among 2 elements",
        ),
        (
            {"total_degree": (9, 10, 9, 9), "objective": "generators"},
            r"limits that do not grow with the order.*got ace-d9\.10\.9\.9-.*use objective='independent'",
        ),
        ({"l_max": 2, "elements": "Mo"}, r"elements must be a tuple of symbols such as \('Mo', 'W'\), got 'Mo'"),
        ({"l_max": 2, "elements": ("mo",)}, r"every element must be a symbol such as 'Mo', got 'mo'"),
        ({"l_max": 2, "elements": (42,)}, r"every element must be a symbol such as 'Mo', got 42"),
        ({"l_max": 2, "elements": ("Mo", "Mo")}, r"elements must not repeat, got \('Mo', 'Mo'\)"),
    ],
)
def test_bad_ace_requests_name_cause_value_and_remedy(arguments, message):
    with pytest.raises(SpecError, match=message):
        BasisSpec(family="ace", **arguments)


@pytest.mark.parametrize("arguments", [{"total_degree": 4}, {"elements": ("Mo",)}])
def test_what_belongs_to_ace_is_refused_elsewhere(arguments):
    with pytest.raises(SpecError, match=r"belongs to the family 'ace', got"):
        BasisSpec(l_max=2, **arguments) if "elements" in arguments else BasisSpec(**arguments)


def test_contractions_have_no_limits_by_order():
    with pytest.raises(SpecError, match=r"by_order belongs to the family 'ace'"):
        BasisSpec(l_max=(2, 1), n_max=2)
    assert BasisSpec(l_max=(2, 2), n_max=2) == BasisSpec(l_max=2, n_max=2)


def test_ace_has_no_cartesian_tensors():
    spec = BasisSpec(family="ace", l_max=2)
    with pytest.raises(SpecError, match=r"channels A_znl, not Cartesian tensors; see Basis\.channels"):
        spec.tensors  # noqa: B018


def test_ids_of_different_specs_differ():
    specs = [
        BasisSpec(l_max=l_max, n_max=n_max, objective=objective, channels=channels, parity=parity, ordering=ordering)
        for l_max in (1, 2)
        for n_max in (2, 3)
        for objective in ("independent", "linear")
        for channels in (1, 2)
        for parity in ("proper", "pseudo", "both")
        for ordering in ("degree", "cost", "rank")
    ]
    assert len({spec.id for spec in specs}) == len(specs)


def test_orders_are_sorted_and_merged():
    assert BasisSpec(l_max=2, orders=(3, 2, 3)).orders == (2, 3)


def test_a_spec_is_immutable():
    spec = BasisSpec(l_max=2)
    with pytest.raises(AttributeError):
        spec.n_max = 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"l_max": -1}, r"l_max must be a whole number of at least 0, got -1"),
        ({"l_max": 2.0}, r"l_max must be a whole number of at least 0, got 2\.0"),
        ({"l_max": True}, r"l_max must be a whole number of at least 0, got True"),
        ({"l_max": "3"}, r"l_max must be a whole number of at least 0, got '3'"),
        ({"l_max": 13}, rf"rank 13 is above {MAX_RANK}, the highest that is supported; lower l_max or ranks"),
        ({"ranks": (0, 99)}, r"rank 99 is above"),
        ({"ranks": (0, -2)}, r"every rank must be a whole number of at least 0, got -2"),
        ({"ranks": (0, 1.5)}, r"every rank must be a whole number of at least 0, got 1\.5"),
        ({"ranks": (2, 1)}, r"ranks must be ascending without repeats, got \(2, 1\); use channels"),
        ({"ranks": (1, 1)}, r"ranks must be ascending without repeats, got \(1, 1\); use channels"),
        ({"ranks": ()}, r"ranks must be ascending without repeats, got \(\)"),
        ({}, r"give either l_max or ranks, got l_max=None and ranks=None"),
        ({"l_max": 2, "ranks": (0, 1)}, r"give either l_max or ranks, got l_max=2 and ranks=\(0, 1\)"),
        ({"l_max": 2, "n_max": 0}, r"n_max must be a whole number of at least 1, got 0"),
        ({"l_max": 2, "n_max": -4}, r"n_max must be a whole number of at least 1, got -4"),
        ({"l_max": 2, "n_max": 3.5}, r"n_max must be a whole number of at least 1, got 3\.5"),
        ({"l_max": 2, "channels": 0}, r"channels must be a whole number of at least 1, got 0"),
        ({"l_max": 2, "orders": (0, 2)}, r"every order must be a whole number of at least 1, got 0"),
        ({"l_max": 2, "orders": (-1,)}, r"every order must be a whole number of at least 1, got -1"),
        ({"l_max": 2, "orders": (5,)}, r"orders must lie in 1\.\.n_max=4, got \(5,\)"),
        ({"l_max": 2, "orders": ()}, r"orders must lie in 1\.\.n_max=4, got \(\)"),
        (
            {"l_max": 2, "family": "cartesien"},
            r"unknown family 'cartesien'; did you mean 'cartesian'\? \(known: cartesian",
        ),
        (
            {"l_max": 2, "objective": "flexibel"},
            r"unknown objective 'flexibel'; did you mean 'flexible'\? \(known: ind",
        ),
        ({"l_max": 2, "parity": "even"}, r"unknown parity 'even' \(known: proper, pseudo, both\)"),
        (
            {"l_max": 2, "ordering": "price"},
            r"unknown ordering 'price'.*\(known: degree, cost, rank, program, program_vjp, program_all\)",
        ),
        (
            {"l_max": 2, "ordering": "program_avx10"},
            r"unknown ordering 'program_avx10'.*\(known: .*program_all\): programs are chosen by the number of their "
            r"statements, which is the same on every processor; .* `invgen show BASIS --gpu sm_90`",
        ),
        (
            {"l_max": 3, "n_max": 1, "objective": "flexible"},
            r"flexible set of ranks \(0, 1, 2, 3\) needs correlation order 2 at least .*, got n_max=1; raise n_max",
        ),
        ({"l_max": 3, "objective": "flexible", "parity": "both"}, r"proper scalars, got parity='both'; use objective="),
        (
            {"l_max": 3, "objective": "flexible", "orders": (2, 3)},
            r"all orders up to n_max, got orders=\(2, 3\); leave orders",
        ),
    ],
)
def test_bad_requests_name_cause_value_and_remedy(arguments, message):
    with pytest.raises(SpecError, match=message):
        BasisSpec(**arguments)


def test_spec_errors_are_value_errors_and_our_own():
    assert issubclass(SpecError, ValueError)
    assert issubclass(SpecError, InvgenError)


@pytest.mark.parametrize(
    ("misspelt", "message"),
    [
        ("lmax", "unknown keyword 'lmax'; did you mean 'l_max'"),
        ("chanels", "unknown keyword 'chanels'; did you mean 'channels'"),
        ("cutoff", r"unknown keyword 'cutoff'.*\(known: l_max, family, n_max, ranks"),
    ],
)
def test_a_misspelt_keyword_is_an_error(misspelt, message):
    with pytest.raises(TypeError, match=message):
        BasisSpec(l_max=3, **{misspelt: 2})


def test_fields_may_be_replaced_unless_limits_differ_by_order():
    assert replace(BasisSpec(l_max=2), parity="both") == BasisSpec(l_max=2, parity="both")
    with pytest.raises(TypeError, match="unknown keyword 'by_order'"):
        replace(BasisSpec(family="ace", l_max=(2, 1), n_max=2, channels=2), parity="both")


def test_json_with_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match="unknown keyword 'colour'"):
        BasisSpec.from_json({**BasisSpec(l_max=2).to_json(), "colour": 3})


def test_unknown_suggests_only_what_is_close():
    assert (
        unknown("verb", "chek", ["check", "show"]) == "unknown verb 'chek'; did you mean 'check'? (known: check, show)"
    )
    assert unknown("verb", "zzz", ["check", "show"]) == "unknown verb 'zzz' (known: check, show)"


@pytest.mark.parametrize(("keyword", "value"), [("ranks", 3), ("ranks", "0,1"), ("orders", 3)])
def test_a_bare_number_where_several_are_wanted_is_named(keyword, value):
    arguments = {"n_max": 4, keyword: value} | ({"l_max": 2} if keyword == "orders" else {})
    with pytest.raises(SpecError, match=rf"{keyword} must be a tuple"):
        BasisSpec(**arguments)
