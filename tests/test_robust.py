"""The objective ``robust``: as few functions as possible, the largest possible rank at every site."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import brute_force
import numpy as np
import pytest
import tolerances
from processes import invgen as run

import invgen
from invgen import BasisSpec
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.point_groups import turning_prime
from invgen.compiler.basis import Basis
from invgen.compiler.pipeline import find_basis
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.flexibility import attainable_ranks, site_ranks
from invgen.compiler.selection.robust import Everywhere, _covering, _without_dispensable
from invgen.compiler.selection.setting import Setting
from invgen.compiler.selection.sites import SITES, group_sites
from invgen.errors import SpecError
from invgen.resources import generated_folder

OTHER_PRIME = turning_prime(2**30)


@cache
def built(l_max: int, n_max: int = 4) -> Basis:
    return brute_force.built(l_max, n_max, "robust")


@pytest.mark.parametrize(("l_max", "size"), [(1, 2), (2, 6), (3, 13), (4, 22), (5, 33)])
def test_no_more_functions_than_the_bound_are_needed_for_all_sites(l_max, size):
    """Fewer cannot be: the generic point alone needs as many."""
    basis = built(l_max)
    assert len(basis) == basis.evidence.rank == basis.evidence.bound == size
    assert all(site.rank == site.attainable for site in basis.evidence.sites)
    assert basis.evidence.float_agrees
    assert f"largest possible rank at {len(SITES)} of {len(SITES)} symmetric sites" in str(basis)


def test_the_ranks_hold_at_other_points_and_primes():
    basis = built(4)
    for seed in ("a", "b"):
        ranks = [rank for rank, _ in site_ranks(basis.spec, basis.invariants, SITES, OTHER_PRIME, seed)]
        assert ranks == [site.rank for site in basis.evidence.sites]
        assert ranks == attainable_ranks(basis.spec, SITES, OTHER_PRIME, seed)
    assert basis.flexibility().robust
    independent = find_basis("cartesian-l4-n4-independent")
    assert len(independent) == len(basis)
    assert not independent.flexibility().robust


def test_every_point_group_keeps_the_attainable_rank():
    """At general sites of all groups with axes up to order 8, though only the sites of the list were asked for."""
    sites, bases = group_sites(), (built(4), find_basis("cartesian-l4-n4-independent"))
    assert len(sites) == 55
    limits = attainable_ranks(bases[0].spec, sites, OTHER_PRIME)
    short = []
    for basis in bases:
        ranks = site_ranks(basis.spec, basis.invariants, sites, OTHER_PRIME)
        short.append({s.group for s, (rank, _), limit in zip(sites, ranks, limits, strict=True) if rank < limit})
    assert short == [set(), {"Ci", "C2h"}]


def test_every_member_is_needed():
    basis = built(4)
    full = [rank for rank, _ in site_ranks(basis.spec, basis.invariants, SITES, OTHER_PRIME)]
    for k in range(len(basis)):
        others = basis.invariants[:k] + basis.invariants[k + 1 :]
        assert [rank for rank, _ in site_ranks(basis.spec, others, SITES, OTHER_PRIME)] != full


def test_the_same_set_is_found_elsewhere_and_a_changed_one_is_noticed():
    basis = built(3)
    assert basis.verify()
    sites = (replace(basis.evidence.sites[0], rank=12), *basis.evidence.sites[1:])
    assert "sites is" in str(replace(basis, evidence=replace(basis.evidence, sites=sites)).verify())
    changed = replace(basis, invariants=built(3, 3).invariants)
    assert not changed.verify()


def test_orders_that_are_not_enough_are_told():
    basis = built(3, 3)
    short = {s.name: (s.rank, s.attainable) for s in basis.evidence.sites if s.rank < s.attainable}
    assert short == {"no symmetry": (8, 13), "planar": (8, 9), "two unequal, bent": (8, 9)}
    assert "largest possible rank at 43 of 46 symmetric sites" in str(basis)
    assert (len(basis), basis.evidence.attainable) == (8, 8)


def test_only_as_many_orders_as_needed_are_enumerated():
    basis = built(4, 6)
    assert max(order for order, _ in basis.evidence.candidates_per_order) == 4
    assert built(4).labels == basis.labels


@pytest.mark.parametrize("ordering", ["cost", "rank"])
def test_other_orderings(ordering):
    basis = brute_force.build(BasisSpec(l_max=2, n_max=4, objective="robust", ordering=ordering))
    assert len(basis) == 6
    assert all(site.rank == site.attainable for site in basis.evidence.sites)


def test_the_ace_family_has_robust_sets():
    spec = BasisSpec("ace", l_max=2, n_max=4, objective="robust")
    basis = brute_force.build(spec)
    assert len(basis) == basis.evidence.bound == 6
    assert basis.verify()
    assert basis.flexibility().robust


def test_a_total_degree_that_leaves_functions_out_is_told():
    basis = brute_force.build(BasisSpec("ace", total_degree=8, n_max=3, objective="robust"))
    assert sum(site.rank == site.attainable for site in basis.evidence.sites) == 34
    assert basis.evidence.rank < basis.evidence.bound


def test_a_reduced_ace_basis_loses_nothing_at_symmetric_sites():
    """What is chosen without the sites in view loses a rank at four of them; the sizes are the same."""
    wanted = {"family": "ace", "total_degree": 12, "n_max": 3}
    bases = [brute_force.build(BasisSpec(**wanted, objective=o)) for o in ("linear", "robust", "independent")]
    assert [len(basis) for basis in bases] == [211, 52, 52]
    ranks = [[rank for rank, _ in site_ranks(basis.spec, basis.invariants, SITES, OTHER_PRIME)] for basis in bases]
    assert ranks[1] == ranks[0] == [site.rank for site in bases[1].evidence.sites]
    less = {site.group for site, whole, mine in zip(SITES, ranks[0], ranks[2], strict=True) if mine < whole}
    assert less == {"Ci", "C2h", "D2h", "D2"}


def everywhere(*points: list[list[int]]) -> Everywhere:
    prime = modular.DEFAULT_PRIME
    return Everywhere((prime,) * len(points), np.array(points))


def test_the_candidate_that_raises_most_ranks_is_kept_first():
    """Third candidate: new at both points. Alone, the first two would be kept in its stead."""
    found = everywhere([[1, 0], [0, 0], [1, 0]], [[0, 0], [1, 0], [1, 0]])
    assert _covering(found, [1, 1], Setting()) == [2]
    assert _covering(found, [1, 0], Setting()) == [2]


def test_members_that_others_replace_are_dropped():
    """The sum of the first two is kept first where it raises a rank at a third point, too; one of the two goes."""
    found = everywhere([[1, 0], [0, 1], [1, 1]], [[0, 0], [0, 0], [1, 0]])
    assert _without_dispensable(found, [2, 1], [2, 0, 1]) == [2, 0]
    assert _without_dispensable(found, [2, 1], [2, 0]) == [2, 0]


# ---- files and requests -----------------------------------------------------------------------------------------


def test_evidence_of_sites_survives_a_file(tmp_path: Path):
    basis = built(2)
    basis.save(tmp_path)
    loaded = Basis.load(tmp_path)
    assert loaded == basis
    assert len(loaded.evidence.sites) == len(SITES)


@pytest.mark.parametrize("file", sorted(generated_folder().glob("*/basis.json")), ids=lambda p: p.parent.name)
def test_files_hold_sites_for_robust_sets_alone(file):
    saved = json.loads(file.read_text())
    if saved["spec"]["objective"] == "robust":
        assert len(Evidence.from_json(saved["evidence"]).sites) == len(SITES)
        return
    data = saved["evidence"]
    assert "sites" not in data
    evidence = Evidence.from_json(data)
    assert evidence.sites == ()
    assert "sites" not in evidence.to_json()


def test_pseudo_scalars_are_refused():
    with pytest.raises(SpecError, match="a robust set is made of proper scalars, got parity='pseudo'"):
        BasisSpec(l_max=2, objective="robust", parity="pseudo")


def test_orders_without_any_invariant_give_an_empty_set():
    for ordering in ("degree", "cost"):
        basis = brute_force.build(BasisSpec(ranks=(1, 2), n_max=1, objective="robust", ordering=ordering))
        assert (len(basis), basis.evidence.rank) == (0, 0)
    assert not basis.flexibility().robust


def test_too_many_candidates_are_refused():
    with pytest.raises(SpecError, match="max_candidates"):
        invgen.generate(BasisSpec(l_max=3, n_max=5, objective="robust", ordering="cost"), max_candidates=10)


def test_progress_is_told():
    seen = []
    invgen.generate(BasisSpec(l_max=2, objective="robust"), progress=lambda *step: seen.append(step))
    stages = {stage for stage, *_ in seen}
    assert {"robust n=1", "robust n=4", "robust, choosing"} <= stages
    assert seen[-1][1] == seen[-1][2]


def test_the_command_line_makes_one(tmp_path: Path):
    made = run("generate", "--l-max", 2, "--objective", "robust", "--backends", "none", "-o", tmp_path / "basis")
    assert made.returncode == 0, made.stderr
    assert "largest possible rank at 46 of 46 symmetric sites" in made.stdout
    assert Basis.load(tmp_path / "basis") == built(2)


def test_its_kernels_are_emitted_and_agree(tmp_path: Path):
    basis = built(2)
    x = np.random.default_rng(0).normal(size=(3, basis.components))
    kernel = invgen.load(invgen.emit(basis, ("torch",), tmp_path / "emitted"), backend="torch")
    assert abs(kernel(x) - basis.evaluate(x)).max() < tolerances.DIRECT_SUM["float64"]
