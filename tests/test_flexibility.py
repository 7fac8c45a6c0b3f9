"""Ranks at symmetric sites: point groups, what is attainable there, and what bases reach."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import brute_force
import numpy as np
import pytest
import tolerances
from processes import invgen as run

import invgen
from invgen import BasisSpec
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.channels import Channel
from invgen.compiler.algebra.point_groups import TURNS, FloatCircle, ModularCircle, generators, orbit, turning_prime
from invgen.compiler.candidates.family import family_of
from invgen.compiler.inspect.flexibility import heat_map
from invgen.compiler.pipeline import find_basis
from invgen.compiler.selection import flexibility as measure
from invgen.compiler.selection.flexibility import attainable_ranks, flexibility, site_gradients, site_ranks
from invgen.compiler.selection.sites import GENERAL, SITES, Site, pattern_sites, site_point
from invgen.errors import SpecError

PRIME = turning_prime()
ORDERS = {
    "C1": 1, "Ci": 2, "C2": 2, "Cs": 2, "C2h": 4, "D2h": 8, "D2": 4, "C3": 3, "C3h": 6, "C4h": 8, "C2v": 4,
    "D3h": 12, "C3v": 6, "D4h": 16, "C4v": 8, "Td": 24, "D2d": 8, "S4": 4, "Oh": 48, "D3d": 12, "D3": 6, "S6": 6,
    "Th": 24, "C5v": 10, "D5h": 20, "D5d": 20, "C6v": 12, "D6h": 24, "D4d": 16, "Ih": 120, "T": 12, "O": 24, "I": 60,
}  # fmt: skip
CONTINUOUS = ("Cinfv", "Dinfh", "Kh")


def elements(symbol: str) -> list[np.ndarray]:
    """All matrices of a finite group, float64."""
    found: dict[bytes, np.ndarray] = {}
    front = [np.eye(3)]
    while front:
        matrix = front.pop()
        key = np.rint(1e6 * matrix).astype(int).tobytes()
        if key not in found:
            found[key] = matrix
            front += [matrix @ g for g in generators(symbol, FloatCircle())]
    return list(found.values())


# ---- point groups -----------------------------------------------------------------------------------------------


def test_the_prime_has_cosines_and_square_roots():
    assert modular.is_prime(PRIME)
    assert PRIME % TURNS == 1
    circle = ModularCircle(PRIME)
    for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16):
        for k in range(n):
            assert (circle.cosine(k, n) ** 2 + circle.sine(k, n) ** 2) % PRIME == 1
    assert circle.cosine(1, 4) == 0
    assert 2 * circle.cosine(1, 3) % PRIME == PRIME - 1
    assert (1 + 4 * circle.cosine(1, 5)) ** 2 % PRIME == 5
    assert 4 * circle.sine(1, 3) ** 2 % PRIME == 3


@pytest.mark.parametrize("symbol", [*ORDERS, *CONTINUOUS])
def test_generators_are_orthogonal_and_the_group_has_its_order(symbol):
    for exact, real in zip(generators(symbol, ModularCircle(PRIME)), generators(symbol, FloatCircle()), strict=True):
        assert (modular.matmul(exact % PRIME, exact.T % PRIME, PRIME) == np.eye(3)).all()
        assert abs(real @ real.T - np.eye(3)).max() < tolerances.DIRECT_SUM["float64"]
    if symbol in ORDERS:
        assert len(elements(symbol)) == ORDERS[symbol]
        exact_images = orbit(np.array([[1, 2, 3]]), generators(symbol, ModularCircle(PRIME)), PRIME)
        assert len(exact_images) == len(elements(symbol))


@pytest.mark.parametrize("symbol", ["", "C", "Cv", "C0", "E", "D3v", "S4h", "C3d", "Tx", "C3V"])
def test_other_symbols_are_refused(symbol):
    with pytest.raises(ValueError, match=r"is not a Schoenflies symbol such as C1, Cs, C3v"):
        generators(symbol, FloatCircle())


def test_what_a_prime_field_lacks_is_refused():
    with pytest.raises(ValueError, match=r"no roots of unity of order 1680; use turning_prime\(2147483647\)"):
        ModularCircle(2**31 - 1)
    with pytest.raises(ValueError, match="1/9 of a turn has no cosine modulo"):
        generators("C9v", ModularCircle(PRIME))
    with pytest.raises(ValueError, match="too many images; put them on the axis of the group"):
        orbit(np.array([[1.0, 0, 0]]), generators("Cinfv", FloatCircle()))


# ---- sites ------------------------------------------------------------------------------------------------------


def shells(site: Site) -> list[np.ndarray]:
    matrices = generators(site.group, FloatCircle())
    return [orbit(np.array([seed], dtype=float), matrices) for seed in site.seeds]


def symmetries(site: Site) -> int:
    """How many orthogonal matrices map every shell to itself, found from where three directions can go."""
    points = [(k, p) for k, shell in enumerate(shells(site)) for p in shell]
    if np.linalg.matrix_rank([p for _, p in points]) == 2:
        normal = np.linalg.svd([p for _, p in points])[2][2]
        points += [(-1, normal), (-1, -normal)]
    frame: list[tuple[int, np.ndarray]] = []
    for k, p in points:
        if np.linalg.matrix_rank([*(q for _, q in frame), p]) > len(frame):
            frame.append((k, p))
    source = np.stack([p for _, p in frame], axis=1)
    found = 0
    for images in product(*([p for j, p in points if j == k] for k, _ in frame)):
        target = np.stack(images, axis=1)
        if np.allclose(target.T @ target, source.T @ source):
            matrix = target @ np.linalg.inv(source)
            found += all(any(j == k and np.allclose(matrix @ p, q) for j, q in points) for k, p in points)
    return found


@pytest.mark.parametrize("site", [s for s in SITES if s.group not in CONTINUOUS], ids=lambda s: s.name)
def test_a_site_has_the_symmetry_that_it_says_and_no_more(site):
    assert symmetries(site) == ORDERS[site.group]


@pytest.mark.parametrize("seeds", [(), ((1, 2),), ((0.5, 1, 2),), [(1, 2, 3)], ([1, 2, 3],), (1, 2, 3)])
def test_neighbours_that_are_not_whole_coordinates_are_refused(seeds):
    assert Site("here", "C3", "", ((1, 2, 3),)).seeds == ((1, 2, 3),)
    with pytest.raises(SpecError, match=r"site 'here' needs a tuple of neighbours, .* three whole coordinates"):
        Site("here", "C3", "", seeds)
    with pytest.raises(ValueError, match="'Cfoo' is not a Schoenflies symbol"):
        Site("here", "Cfoo", "", ((1, 2, 3),))


def test_sites_are_told_apart_by_name():
    assert len({s.name for s in SITES}) == len(SITES) >= 40
    assert {s.group for s in SITES} >= {"Td", "Oh", "Ih", "C3v", "C5v", "D6h", "D5d", "Cinfv", "Dinfh", "Cs", "S4"}


def fixed_dimension(symbol: str, rank: int) -> int:
    """The mean over the group of the character of a tensor of this rank."""
    total = 0.0
    for matrix in elements(symbol):
        sign = np.sign(np.linalg.det(matrix))
        angle = np.arccos(np.clip((sign * np.trace(matrix) - 1) / 2, -1, 1))
        total += sign**rank * (1 + 2 * sum(np.cos(m * angle) for m in range(1, rank + 1)))
    return round(total / ORDERS[symbol])


@pytest.mark.parametrize("symbol", ORDERS)
def test_invariant_covectors_are_counted_by_characters(symbol):
    for rank in range(7):
        spec = BasisSpec(ranks=(rank,), n_max=2)
        channels = family_of(spec).channels(spec)
        for prime in (PRIME, None):
            changes = site_point(Site("", symbol, "", GENERAL[:1]), "cartesian", channels, prime).changes
            assert 2 * rank + 1 - measure._rank(changes, prime) == fixed_dimension(symbol, rank)


@pytest.mark.parametrize("family", ["cartesian", "ace"])
def test_derivatives_of_invariants_are_invariant_and_vanish_along_rotations(family):
    spec = BasisSpec(family, 3, 4, objective="linear")
    invariants = find_basis(f"{family}-l3-n4-{'flexible' if family == 'cartesian' else 'linear'}").invariants
    gradients = site_gradients(spec, invariants, SITES, PRIME)
    for site, rows in zip(SITES, gradients, strict=True):
        point = site_point(site, family, family_of(spec).channels(spec), PRIME)
        for directions in (point.changes, point.rotations):
            assert not modular.matmul(rows, directions.T % PRIME, PRIME).any(), site.name
    assert modular.matmul(gradients[0], (point.components[:, None] + 1) % PRIME, PRIME).any()


# ---- what is attainable -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("l_max", [2, 3, 4])
def test_all_candidates_together_attain_what_theory_says(l_max):
    """Neither more nor less, at every site: orders up to four are enough."""
    spec = BasisSpec(l_max=l_max, n_max=4)
    candidates = list(family_of(spec).stream(spec, 1000))
    reached = [rank for rank, _ in site_ranks(spec, candidates, SITES, PRIME)]
    assert reached == attainable_ranks(spec, SITES, PRIME) == attainable_ranks(spec, SITES, None)


def test_a_site_with_more_symmetry_than_said_does_not_attain_it():
    spec = BasisSpec(l_max=4, n_max=4)
    candidates = list(family_of(spec).stream(spec, 1000))
    sites = [Site("one shell", "S4", "", ((1, 2, 3),))]
    assert symmetries(sites[0]) == ORDERS["D2d"] == 2 * ORDERS["S4"]
    assert [rank for rank, _ in site_ranks(spec, candidates, sites, PRIME)] == [5]
    assert attainable_ranks(spec, sites, PRIME) == [6]


@pytest.mark.parametrize("id", ["cartesian-l3-n4-flexible", "cartesian-l4-n4-independent"])
def test_ranks_hold_for_three_primes_and_three_witnesses(id):
    basis = find_basis(id)
    sites = SITES + pattern_sites(basis.channels)
    primes = (PRIME, turning_prime(PRIME - 1), turning_prime(2**30))
    assert len(set(primes)) == 3
    found = [site_ranks(basis.spec, basis.invariants, sites, p, seed) for p in primes for seed in ("", "a", "b")]
    assert all(ranks == found[0] for ranks in found)
    limits = [attainable_ranks(basis.spec, sites, p, seed) for p, seed in zip(primes, "xyz", strict=True)]
    assert limits[0] == limits[1] == limits[2]


def test_tensors_that_vanish_begin_to_be_seen_by_higher_orders():
    spec = BasisSpec(l_max=3, n_max=5)
    patterns = pattern_sites(family_of(spec).channels(spec))
    candidates = list(family_of(spec).stream(spec, 1000))
    reached = {
        p.ranks: rank for p, (rank, _) in zip(patterns, site_ranks(spec, candidates, patterns, PRIME), strict=True)
    }
    limits = {p.ranks: limit for p, limit in zip(patterns, attainable_ranks(spec, patterns, PRIME), strict=True)}
    short = {ranks for ranks in reached if reached[ranks] != limits[ranks]}
    assert short == {(3,), (0, 3), (1, 3), (0, 1, 3)}
    assert all(reached[ranks] < limits[ranks] for ranks in short)


@pytest.mark.parametrize(
    ("channels", "ranks", "group"),
    [(1, (0,), "Kh"), (1, (0, 1), "Cinfv"), (2, (1,), "Cs"), (3, (1,), "C1"), (1, (2,), "D2h"), (2, (2,), "Ci")],
)
def test_least_symmetry_gives_components_less_orbit(channels, ranks, group):
    """With nothing vanishing the attainable rank is the transcendence degree."""
    spec = BasisSpec(ranks=ranks, channels=channels, n_max=4)
    last = pattern_sites(family_of(spec).channels(spec))[-1:]
    assert last[0].group == group
    assert attainable_ranks(spec, last, PRIME) == [family_of(spec).bound(spec)]


# ---- bases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "short"),
    [
        ("cartesian-l2-n3-flexible", {"no symmetry": 5}),
        ("cartesian-l3-n3-flexible", {"no symmetry": 8, "planar": 8, "two unequal, bent": 8}),
        ("cartesian-l3-n4-flexible", {}),
        ("cartesian-l3-n10-flexible", {}),
        ("cartesian-l4-n4-flexible", {"inversion centre": 9}),
        ("cartesian-l4-n4-independent", {"inversion centre": 7, "planar, centred": 7}),
        ("ace-l3-n4-linear", {}),
    ],
)
def test_ranks_of_shipped_bases(id, short):
    found = find_basis(id).flexibility()
    assert {row.name: row.rank for row in found.sites if row.rank < row.attainable} == short
    assert found.float_agrees
    assert found.robust == (not short)


@pytest.mark.parametrize("key", [(3, 4), (3, 10), (4, 5)])
def test_patterns_are_those_of_the_evidence(key):
    basis = find_basis("cartesian-l{}-n{}-flexible".format(*key))
    found = basis.flexibility()
    assert [(p.among, p.bound) for p in found.patterns] == [(p.rank, p.bound) for p in basis.evidence.patterns]
    assert found.flexible == (key == (3, 10))
    by_name = {p.name: (p.among, p.bound) for p in found.patterns}
    if key == (3, 4):
        assert (by_name["ranks 0, 2, 3"], by_name["ranks 0, 1, 3"]) == ((8, 10), (6, 8))


def test_a_set_without_the_octupole_is_blind_at_a_tetrahedron():
    spec = BasisSpec(l_max=3, n_max=4)
    kept = [c for c in find_basis("cartesian-l3-n4-flexible") if Channel(0, 1, 3) not in c.content]
    found = {row.name: row for row in flexibility(spec, kept).sites}
    assert (found["tetrahedron"].rank, found["tetrahedron"].attainable) == (1, 2)
    assert found["tetrahedron"].verdict == "1 short"
    assert (found["octahedron"].rank, found["octahedron"].attainable) == (1, 1)
    assert flexibility(spec, []).sites[0].rank == 0


def test_floats_that_disagree_are_told(monkeypatch):
    basis = find_basis("cartesian-l2-n4-flexible")
    monkeypatch.setattr(measure, "FLOAT_RANK", 0.5)
    found = basis.flexibility()
    assert not found.float_agrees
    assert "float64 DISAGREES" in str(found)


def test_it_prints_and_refuses_pseudo_scalars():
    found = brute_force.built(1, 2, "independent").flexibility()
    assert str(found).splitlines()[0] == (
        "cartesian-l1-n2-independent: in general rank 2 of at most 2, complete; full rank at 46 of 46 sites, "
        "complete in 3 of 3 vanishing patterns"
    )
    cut = brute_force.built(2, 3, "flexible").flexibility()
    first, second, *_ = str(cut).splitlines()
    assert "in general rank 5 of at most 6, 1 short of complete; full rank at 45 of 46 sites" in first
    assert second.endswith("left: 1 2 (4 of 5), 0 1 2 (5 of 6); n_max=4 suffices")
    assert (cut.rank, cut.bound, cut.to_json()["rank"]) == (5, 6, 5)
    assert not brute_force.built(1, 2, "independent").flexibility().short
    assert "tetrahedron (Td): 1 of 1, full" in str(found)
    with pytest.raises(SpecError, match="got parity='both'; use parity='proper'"):
        flexibility(BasisSpec(l_max=2, parity="both"), [])


def test_too_many_ranks_have_no_patterns(monkeypatch):
    basis = brute_force.built(1, 2, "independent")
    assert len(basis.flexibility().patterns) == 3
    monkeypatch.setattr(measure, "MOST_PATTERNS", 1)
    assert basis.flexibility().patterns == ()


def test_verdicts():
    row = brute_force.built(2, 4, "independent").flexibility().patterns[-1]
    assert row.verdict == "complete"
    assert replace(row, among=row.bound - 2).verdict == "2 short"


# ---- the command line -------------------------------------------------------------------------------------------


def test_the_verb_prints_draws_and_writes_json(tmp_path: Path):
    ids = ("cartesian-l4-n4-flexible", "cartesian-l4-n4-independent")
    shown = run("flexibility", *ids, "--figure", tmp_path / "map.svg")
    assert shown.returncode == 0, shown.stderr
    assert "9 of 12" in shown.stdout
    assert "full rank at 44 of 46 sites" in shown.stdout.replace("\n", " ")
    assert shown.stdout.startswith(f"{ids[0]}: in general rank 22 of at most 22, complete; full rank at 45 of 46 sites")
    heat_map([find_basis(i).flexibility() for i in ids], tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == (tmp_path / "map.svg").read_bytes()
    assert b"inversion centre" in (tmp_path / "map.svg").read_bytes()
    data = json.loads(run("flexibility", ids[0], "--json").stdout)[0]
    assert data["id"] == ids[0]
    assert data["sites"][1] == {
        "name": "inversion centre", "group": "Ci", "rank": 9, "attainable": 12, "verdict": "3 short",
    }  # fmt: skip
    assert (data["robust"], data["flexible"]) == (False, False)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("cartesian-l2-n3-flexible", "--figure", "map.jpg"), "written as png, svg, pdf, got 'map.jpg'"),
        (("nothing",), "no basis at nothing"),
    ],
)
def test_bad_requests_are_one_line_with_exit_code_2(arguments, word, tmp_path: Path):
    result = run("flexibility", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert word in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_measuring_needs_no_matplotlib():
    code = """
import sys
sys.modules["matplotlib"] = None
import invgen
print(invgen.find_basis("cartesian-l2-n3-flexible").flexibility().robust)
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_attribute_is_on_every_basis():
    assert invgen.find_basis("cartesian-l2-n4-flexible").flexibility().robust


# ---- the page ---------------------------------------------------------------------------------------------------


def test_the_blocks_of_the_page_run():
    page = (Path(__file__).resolve().parent.parent / "docs" / "flexibility.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(blocks) == 7
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"block {number} of flexibility.md", "exec"), names)


def test_the_picture_shows_what_the_page_says():
    found = {
        key: brute_force.built(4, n_max, key).flexibility()
        for key, n_max in (("linear", 2), ("flexible", 4), ("robust", 4))
    }
    short = {key: {r.name: r.rank for r in f.sites if r.rank < r.attainable} for key, f in found.items()}
    assert len(short["linear"]) > 20
    assert short["linear"]["two equal, bent"] == 5
    assert not {"tetrahedron", "cube", "icosahedron"} & set(short["linear"])
    assert (short["flexible"], short["robust"]) == ({"inversion centre": 9}, {})
