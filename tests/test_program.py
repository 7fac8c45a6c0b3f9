"""Members chosen together with their kernel: the matroid, the search, and what a program of alternatives costs."""

from __future__ import annotations

import warnings
from itertools import combinations
from pathlib import Path

import brute_force
import numpy as np
import pytest
from processes import python

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.candidates.family import family_of
from invgen.compiler.kernels.alternatives import Price, in_turn, together
from invgen.compiler.kernels.cartesian.lower import alternatives, lower_contractions
from invgen.compiler.kernels.draws import Draws
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.program import rounds, search
from invgen.compiler.selection.program.independent import gradients
from invgen.compiler.selection.program.matroid import Matroid
from invgen.compiler.selection.program.spanning import Points
from invgen.compiler.selection.setting import Setting
from invgen.errors import SelectionError, SpecError
from invgen.replay.check import replay
from invgen.spec import BasisSpec

PRIME = modular.DEFAULT_PRIME
SMALL = (
    BasisSpec(l_max=2, n_max=4),
    BasisSpec(ranks=(2, 3), n_max=4),
    BasisSpec(ranks=(1, 3), n_max=5),
    BasisSpec(ranks=(2,), channels=2, n_max=4),
    BasisSpec(ranks=(1,), channels=4, n_max=2),
)


def candidates_of(spec: BasisSpec) -> list:
    return list(family_of(spec).stream(spec, 10_000))


def rows_of(spec: BasisSpec, candidates: list) -> np.ndarray:
    return gradients(Setting().selection(spec).exact, candidates)


def bases_of(matroid: Matroid) -> list[tuple[int, ...]]:
    """All of them, by trying every subset."""
    subsets = combinations(range(len(matroid)), matroid.rank)
    return [s for s in subsets if modular.rank(matroid.rows[list(s)], PRIME) == matroid.rank]


# ---- the matroid ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", SMALL, ids=lambda spec: spec.id)
def test_for_costs_that_add_up_the_greedy_choice_by_cost_is_the_cheapest_of_all_bases(spec):
    candidates = candidates_of(spec)
    channels = family_of(spec).channels(spec)
    costs = [form_of(spec).operations(c, channels) for c in candidates]
    matroid = Matroid(rows_of(spec, candidates), PRIME)
    greedy = matroid.first(sorted(range(len(candidates)), key=costs.__getitem__))
    bases = bases_of(matroid)
    assert len(bases) > 1
    assert sum(costs[k] for k in greedy) == min(sum(costs[k] for k in basis) for basis in bases)


@pytest.mark.parametrize("seed", range(6))
def test_the_same_of_any_rows_and_costs_and_not_of_every_order(seed):
    draws = Draws(seed)
    rows = np.array([[draws.below(3) - 1 for _ in range(4)] for _ in range(10)])
    costs = [draws.below(50) for _ in range(10)]
    matroid = Matroid(rows, PRIME)
    least = min(sum(costs[k] for k in basis) for basis in bases_of(matroid))
    by_cost = sorted(range(10), key=costs.__getitem__)
    assert sum(costs[k] for k in matroid.first(by_cost)) == least
    assert sum(costs[k] for k in matroid.first(by_cost[::-1])) > least


@pytest.mark.parametrize("seed", range(4))
def test_exchanges_are_those_that_keep_the_rank(seed):
    draws = Draws(seed)
    rows = np.array([[draws.below(3) - 1 for _ in range(5)] for _ in range(12)])
    matroid = Matroid(rows, PRIME)
    members = matroid.first(range(12))
    basis = matroid.basis(members)
    for _ in range(20):
        position = draws.below(len(members))
        others = members[:position] + members[position + 1 :]
        mask = [modular.rank(rows[[*others, k]], PRIME) == matroid.rank for k in range(12)]
        assert list(basis.replaceable(position)) == mask
        assert [basis.can(position, k) for k in range(12)] == mask
        free = [k for k in range(12) if mask[k]]
        row = free[draws.below(len(free))]
        basis.exchange(position, row)
        members[position] = row
    with pytest.raises(ValueError, match="are no basis"):
        matroid.basis(members[:-1])


@pytest.mark.parametrize("seed", range(4))
def test_exchanges_are_those_that_keep_the_ranks_at_all_points(seed):
    """More members than the rank at any point."""
    draws = Draws(seed + 10)
    rows = np.array([[[draws.below(3) - 1 for _ in range(4)] for _ in range(10)] for _ in range(3)])
    rows[1, :, 3] = 0
    rows[2, :, 2:] = 0
    points = Points((PRIME,) * 3, rows)

    def spans(members: list[int]) -> bool:
        return [modular.rank(part[members], PRIME) for part in rows] == points.ranks

    members = list(range(7))
    assert spans(members)
    sets = points.basis(members)
    for _ in range(20):
        position = draws.below(7)
        others = members[:position] + members[position + 1 :]
        mask = [spans([*others, k]) for k in range(10)]
        assert list(sets.replaceable(position)) == mask
        assert [sets.can(position, k) for k in range(10)] == mask
        spare = [k for k in range(7) if spans(members[:k] + members[k + 1 :])]
        assert sets.dispensable() == spare
        free = [k for k in range(10) if mask[k]]
        members[position] = free[draws.below(len(free))]
        sets.exchange(position, members[position])
    with pytest.raises(ValueError, match="the set has rank"):
        points.basis([0])


# ---- alternatives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [BasisSpec(l_max=3, n_max=4), BasisSpec(ranks=(2, 4), n_max=4), BasisSpec(l_max=2, n_max=4, parity="both")],
    ids=lambda spec: spec.id,
)
def test_all_ways_of_a_contraction_are_the_same_number(spec):
    candidates = candidates_of(spec)
    options = alternatives(candidates, family_of(spec).channels(spec))
    kernel = options.builder.kernel("value", [("y", options.expressions)])
    x = brute_force.fractions(kernel.input_size, 3)
    values = kernel.evaluate(x)
    exact = family_of(spec).evaluator(spec, np.array([[float(v) for v in x]]), _Floats())
    for function, c in enumerate(candidates):
        mine = [values[k] for k in options.of(function)]
        assert len(set(mine)) == 1
        assert float(mine[0]) == pytest.approx(float(exact.values(c)[0]), rel=1e-12)
    assert max(len(options.of(k)) for k in range(len(candidates))) > 10


def _Floats():
    from invgen.compiler.algebra.arithmetic import Floating

    return Floating()


def test_a_program_costs_what_its_union_says():
    spec = BasisSpec(l_max=3, n_max=4)
    candidates = candidates_of(spec)
    options = alternatives(candidates, family_of(spec).channels(spec))
    counts = options.nothing()
    total = 0
    for k in in_turn(options, range(len(candidates)))[:8]:
        total += int(options.added(counts, k, k + 1)[0])
        counts[options.rows[k]] += 1
    chosen = in_turn(options, range(len(candidates)))[:8]
    assert options.cost(chosen) == total
    kernel = options.builder.kernel("value", [("y", [options.expressions[k] for k in chosen])])
    assert kernel.operations["total"] <= total <= 1.1 * kernel.operations["total"]
    assert options.added(counts, chosen[0], chosen[0] + 1)[0] == 0


def test_prices_weigh_products_and_sums():
    spec = BasisSpec(ranks=(1,), n_max=2)
    (vv,) = candidates_of(spec)
    channels = family_of(spec).channels(spec)
    assert form_of(spec).alternatives((vv,), channels, Price(100, 10, 1)).cost([0]) == 3 * 100 + 2 * 10 + 3


def test_together_is_never_longer_than_one_after_another():
    basis = invgen.find_basis("cartesian-l4-n4-flexible")
    options = alternatives(basis.invariants, basis.channels)
    chosen = {options.expressions.index(e) for e in together(options)}
    assert options.cost(chosen) <= options.cost(in_turn(options, range(len(basis))))


# ---- what is found --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> dict[tuple[int, int, str], invgen.Basis]:
    """Those that are shipped as they are: ``test_generated`` searches them again."""
    flexible = BasisSpec(l_max=3, n_max=4, objective="flexible", ordering="program")
    shipped = {
        (3, 4, name): invgen.find_basis(f"cartesian-l3-n4-by_program-{name}") for name in ("independent", "robust")
    }
    return {**shipped, (3, 4, "flexible"): invgen.generate(flexible)}


@pytest.mark.parametrize("spec", SMALL[:3], ids=lambda spec: spec.id)
def test_no_basis_at_all_has_a_shorter_program(spec):
    """Every basis is lowered."""
    candidates = candidates_of(spec)
    channels = family_of(spec).channels(spec)
    bases = bases_of(Matroid(rows_of(spec, candidates), PRIME))
    least = min(lower_contractions(tuple(candidates[k] for k in b), channels).operations["total"] for b in bases)
    by_program = BasisSpec(ranks=spec.ranks, channels=spec.channels, n_max=spec.n_max, ordering="program")
    assert invgen.generate(by_program).value_kernel().operations["total"] == least


def test_required_lengths(found):
    for key, most in (((3, 4, "independent"), 210), ((3, 4, "robust"), 210), ((3, 4, "flexible"), 255)):
        basis = found[key]
        costs = {c.kernel: c for c in basis.evidence.costs}
        assert basis.value_kernel().operations["total"] == costs["value"].after <= most
        assert all(c.after <= c.before for c in costs.values())
        assert (len(basis), basis.evidence.rank, basis.evidence.float_agrees) == (13, 13, True)
    assert found[3, 4, "robust"].flexibility().robust


def test_flexible_sets_keep_what_they_have_of_every_tensor_and_pair(found):
    plain = invgen.generate(BasisSpec(l_max=3, n_max=4, objective="flexible", ordering="cost"))
    mine, theirs = found[3, 4, "flexible"].evidence, plain.evidence
    assert mine.patterns == theirs.patterns
    assert mine.size_complete == theirs.size_complete == 15


@pytest.mark.parametrize("objective", ["independent", "robust", "flexible"])
def test_files_verification_certificate_and_replay(found, objective, tmp_path):
    basis = found[3, 4, objective]
    loaded = invgen.Basis.load(basis.save(tmp_path))
    assert loaded == basis
    assert basis.verify()
    assert f"confirmed as {'an' if objective == 'independent' else 'a'} {objective} set" in str(
        replay(str(basis.certificate()))
    )
    assert "statements by separate costs -> by program: value" in str(basis)


@pytest.mark.parametrize("ordering", ["program_vjp", "program_all"])
def test_what_counts_can_be_chosen(ordering):
    basis = invgen.generate(BasisSpec(l_max=3, n_max=3, ordering=ordering))
    assert basis.id == f"cartesian-l3-n3-by_{ordering}-independent"
    counted = rounds.COUNTED[ordering]
    rows = [c for c in basis.evidence.costs if c.kernel in counted]
    assert len(rows) == len(counted)
    assert sum(c.after for c in rows) <= sum(c.before for c in rows)


@pytest.mark.parametrize("objective", ["independent", "robust"])
def test_the_family_ace(objective):
    basis = invgen.generate(BasisSpec("ace", l_max=2, n_max=4, objective=objective, ordering="program"))
    value = basis.evidence.costs[0]
    assert basis.evidence.complete
    assert basis.value_kernel().operations["total"] == value.after <= value.before


def test_the_same_in_every_process():
    code = (
        "import invgen; b = invgen.generate(invgen.BasisSpec(l_max=3, n_max=3, ordering='program')); "
        "print(b.digest, b.value_kernel().digest)"
    )
    texts = {python(code, PYTHONHASHSEED=seed) for seed in ("0", "1", "27")}
    assert len(texts) == 1


def test_a_spec_without_functions():
    basis = invgen.generate(BasisSpec(ranks=(1,), n_max=1, ordering="program"))
    assert len(basis) == 0


# ---- interrupts -----------------------------------------------------------------------------------------------------


def test_an_interrupted_search_gives_the_best_so_far_and_goes_on(tmp_path: Path, monkeypatch):
    spec = BasisSpec(l_max=3, n_max=3, ordering="program")
    whole, _ = select(spec, Setting())
    numbers: list[int] = []
    plain = search.annealed

    def interrupted(alternatives, sets, start, number, tell):
        numbers.append(number)
        if numbers == [0, 1, 2]:
            raise KeyboardInterrupt
        return plain(alternatives, sets, start, number, tell)

    monkeypatch.setattr("invgen.compiler.selection.program.independent.annealed", interrupted)
    with pytest.warns(UserWarning, match="interrupted after 2 of 8 rounds: this is the best so far"):
        kept, evidence = select(spec, Setting(checkpoints=tmp_path))
    assert evidence.rounds == (2, rounds.ROUNDS)
    assert evidence.rank == evidence.attainable == 8
    basis = invgen.Basis(spec, tuple(kept), evidence)
    assert basis.verify()
    assert len(list(tmp_path.iterdir())) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        numbers.clear()
        again, evidence = select(spec, Setting(checkpoints=tmp_path))
    assert numbers == [2, 3, 4, 5, 6, 7]
    assert evidence.rounds == (rounds.ROUNDS, rounds.ROUNDS)
    assert [c.label for c in again] == [c.label for c in whole]
    assert not list(tmp_path.iterdir())


# ---- lists of others ------------------------------------------------------------------------------------------------


def test_a_list_is_shortened_and_its_dependent_members_are_named():
    spec = BasisSpec(l_max=3, n_max=4, ordering="program")
    basis = invgen.find_basis("cartesian-l3-n4-independent")
    made = invgen.shorten(spec, [*basis.labels, "1a.1b.2ac.2bd.2cd"])
    assert made.dependent == ("1a.1b.2ac.2bd.2cd",)
    assert len(made.labels) == len(basis)
    assert set(made.labels) == (set(basis.labels) - set(made.dropped)) | set(made.added)
    assert made.costs[0].after < made.costs[0].before
    contractions = [family_of(spec).from_label(label) for label in made.labels]
    assert modular.rank(rows_of(spec, contractions), PRIME) == 13
    assert "dependent: 1a.1b.2ac.2bd.2cd" in str(made)


def test_a_short_list_stays_functions_of_the_same():
    """tr Q^2 and tr Q^4 say the same; tr Q^3 is none of these, and nothing with v or T is."""
    spec = BasisSpec(l_max=3, n_max=4, ordering="program")
    made = invgen.shorten(spec, ["2ab.2ac.2bd.2cd", "2ab.2ab"])
    assert (made.dependent, made.labels) == (("2ab.2ab",), ("2ab.2ab",))


def test_a_member_that_stands_twice_is_named_under_any_spelling():
    made = invgen.shorten(BasisSpec(l_max=2, n_max=3, ordering="program"), ["1a.1a", "2ab.2ab", "1b.1b"])
    assert (made.dependent, set(made.labels)) == (("1a.1a",), {"1a.1a", "2ab.2ab"})
    with pytest.raises(TypeError, match=r"got the text '1a.1a'; write \['1a.1a'\]"):
        invgen.shorten(BasisSpec(l_max=2, n_max=3, ordering="program"), "1a.1a")


def test_a_pseudo_scalar_is_not_exchanged_for_what_has_no_sign():
    with pytest.raises(SpecError, match=r"not of parity 'proper': eabc\.1a\.1d\.2be\.3cde; leave them out"):
        invgen.shorten(BasisSpec(l_max=3, n_max=4, ordering="program"), ["1a.1a", "eabc.1a.1d.2be.3cde"])


def test_where_nothing_is_chosen_the_ordering_is_refused():
    with pytest.raises(SpecError, match="a linear set leaves nothing to choose, got ordering='program'"):
        invgen.generate(BasisSpec(l_max=2, n_max=2, objective="linear", ordering="program"))


def test_a_certificate_is_not_made_of_members_that_a_search_would_not_keep(found):
    basis = found[3, 4, "independent"]
    invariants = tuple(family_of(basis.spec).from_label(label) for label in ("1a.1b.2ac.2bc", "1a.1b.2ab"))
    for broken in (basis.invariants[:-1], (*basis.invariants[:-2], *invariants)):
        with pytest.raises(SelectionError, match=r"the search keeps other invariants: .* are no basis of rank 13"):
            invgen.Basis(basis.spec, broken, basis.evidence).certificate()


def test_lists_that_cannot_be_shortened_are_refused():
    spec = BasisSpec(l_max=3, n_max=4, ordering="program")
    with pytest.raises(SpecError, match=r"4abcd\.4abcd name tensors that .* does not have"):
        invgen.shorten(spec, ["4abcd.4abcd"])
    with pytest.raises(SpecError, match="got ordering='cost'; use 'program'"):
        invgen.shorten(BasisSpec(l_max=3, n_max=4, ordering="cost"), ["1a.1a"])
    with pytest.raises(ValueError, match="label '2abc'"):
        invgen.shorten(spec, ["2abc"])
