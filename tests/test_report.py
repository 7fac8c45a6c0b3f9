"""Pages of bases without a browser: they are whole, self-contained, escaped, small, and say what is so."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from page_fixtures import Reader
from processes import invgen as command

import invgen
from invgen.compiler.candidates.cartesian.automorphisms import automorphisms
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.inspect.page import basis_page as basis_page_module
from invgen.compiler.inspect.page import invariants as invariants_module
from invgen.compiler.inspect.page.basis_page import basis_page
from invgen.compiler.inspect.page.history import history, singular_values
from invgen.compiler.inspect.page.invariants import content_maps
from invgen.compiler.inspect.page.plots import powers, round_logarithms, ticks
from invgen.compiler.inspect.page.rejected import rejected_part
from invgen.compiler.inspect.page.render import page
from invgen.compiler.inspect.page.sites import site_tiles, symbol
from invgen.compiler.inspect.page.words import paragraphs
from invgen.markup.drawings import embedded
from invgen.markup.mathml import mathml, relation_latex

NAUGHTY = "<script>alert(\"&')</script>{{ 7*7 }}"


@pytest.fixture(scope="module")
def flexible() -> invgen.Basis:
    return invgen.find_basis("cartesian-l3-n4-flexible")


@pytest.fixture(scope="module")
def ace() -> invgen.Basis:
    spec = invgen.BasisSpec(family="ace", total_degree=7, n_max=3, elements=("Mo", "W"))
    return invgen.generate(spec)


@pytest.fixture(scope="module")
def pages(flexible: invgen.Basis, ace: invgen.Basis) -> dict[str, str]:
    pseudo = invgen.generate(invgen.BasisSpec(l_max=2, n_max=4, parity="both", channels=2, orders=(2, 3)))
    return {basis.id: basis_page(basis) for basis in (flexible, ace, pseudo)}


# ---- the page -----------------------------------------------------------------------------------------------------


def test_pages_are_well_formed_and_ask_for_nothing(pages: dict[str, str]) -> None:
    for text in pages.values():
        read = Reader(text)
        assert text.startswith("<!DOCTYPE html>")
        assert all(address.startswith(("#", "data:,")) for address in read.addresses())
        assert "http:" not in text
        assert "https:" not in text
        assert "@import" not in text
        assert "url(" not in text
        policy = next(m["content"] for m in read.of("meta") if m.get("http-equiv") == "Content-Security-Policy")
        assert "default-src 'none'" in policy
        assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)


def test_every_place_that_is_led_to_exists_once(pages: dict[str, str]) -> None:
    for text in pages.values():
        read = Reader(text)
        ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert {a.removeprefix("#") for a in read.addresses() if a.startswith("#")} <= set(ids)


def test_the_page_says_what_show_says(pages: dict[str, str], flexible: invgen.Basis) -> None:
    read = Reader(pages[flexible.id])
    for line in str(flexible).splitlines():
        assert line in read.text
    for line in flexible.certificate().statement:
        assert (line.capitalize() if line.isupper() else line.removeprefix("- ").strip()) in read.text
    labels = re.findall(r"<code>([\w.:]+)</code><button", pages[flexible.id])
    assert tuple(labels) == flexible.labels
    assert len(read.of("math")) >= len(flexible)


def test_statements_are_read_with_and_without_a_line_before_the_first_heading() -> None:
    lines = ("PROVEN", "- one that", "  goes on", "- two", "ESTABLISHED BY TRIALS", "- three")
    expected = [("Proven", ["one that goes on", "two"]), ("Established by trials", ["three"])]
    assert paragraphs(lines) == expected
    assert paragraphs(("a basis", "  and more", *lines)) == [("", ["a basis and more"]), *expected]


def test_pictures_have_words(pages: dict[str, str]) -> None:
    """A plot has an alternative text; a drawing of an invariant is hidden, since its formula stands beside it."""
    for text in pages.values():
        read = Reader(text)
        for attributes in read.of("svg"):
            assert attributes.get("aria-hidden") == "true" or len(attributes["aria-label"]) > 20
        assert all(attributes["aria-label"] for attributes in read.of("math"))
        assert all(attributes.get("scope") for attributes in read.of("th"))


def test_a_thousand_invariants_weigh_less_than_five_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_CERTIFIED", "MOST_FLEXIBLE", "MOST_COUNTED"):
        monkeypatch.setattr(basis_page_module, name, 100)
    basis = invgen.generate(invgen.BasisSpec(family="ace", total_degree=18, n_max=3, objective="linear"))
    assert len(basis) == 1119
    text = basis_page(basis)
    assert len(text.encode()) < 5e6
    assert len(Reader(text).of("math")) == 1119


def test_a_basis_that_is_too_large_says_what_is_left_out(
    flexible: invgen.Basis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basis_page_module, "MOST_ROWS", 5)
    monkeypatch.setattr(invariants_module, "MOST_ROWS", 5)
    for name in ("MOST_HISTORY", "MOST_CERTIFIED", "MOST_FLEXIBLE", "MOST_COUNTED"):
        monkeypatch.setattr(basis_page_module, name, 5)
    text = basis_page(flexible)
    read = Reader(text)
    assert "The first 5 of 13 invariants are shown one by one" in read.text
    assert "invgen show cartesian-l3-n4-flexible --json lists all of them" in read.text
    assert "14 candidates and was not run again" in read.text
    assert len(re.findall(r'<div class="row" ', text)) == 5
    for verb in ("certify", "flexibility", "show"):
        assert f"invgen {verb} {flexible.id}" in read.text
    assert 'id="sites"' not in text


def test_an_empty_basis_has_a_page() -> None:
    basis = invgen.generate(invgen.BasisSpec(l_max=1, n_max=2, parity="pseudo"))
    assert len(basis) == 0
    assert "The basis is empty" in Reader(basis_page(basis)).text


def test_names_are_never_markup() -> None:
    text = page("base.html.jinja", {"title": NAUGHTY})
    assert text.count("<script>") == 1
    assert Reader(text).text.count("alert") == 2  # title and heading
    assert "{{ 7*7 }}" in text


def test_two_bases_side_by_side(flexible: invgen.Basis) -> None:
    other = invgen.find_basis("cartesian-l3-n4-independent")
    text = basis_page(flexible, other)
    read = Reader(text)
    here, there = set(flexible.labels), set(other.labels)
    assert f"In both: {len(here & there)}" in read.text
    assert f"Only in {flexible.id}: {len(here - there)}" in read.text
    assert f"Only in {other.id}: {len(there - here)}" in read.text
    section = text[text.index('id="compared"') :]
    assert set(re.findall(r"<code>([\w.]+)</code>", section)) == here | there
    seen = {s.candidate.label: s for s in history(flexible, 1000).steps}
    for label in there - here:
        words = "rejected there" if label in seen else "not among the candidates of the other"
        assert re.search(rf"<code>{re.escape(label)}</code><span class=\"why\">{words}", section)
    for what in ("invariants", "rank", "candidates", "operations, value", "operations, second_order"):
        assert f">{what}</th>" in section


def test_a_basis_beside_itself_is_the_same(flexible: invgen.Basis) -> None:
    read = Reader(basis_page(flexible, flexible))
    assert "In both: 13" in read.text
    assert read.text.count("(the other): 0") == 1


# ---- its parts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("Q_{ij}", "<msub><mi>Q</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub>"),
        ("s", "<mi>s</mi>"),
        (r"\epsilon_{i}", "<msub><mi>ε</mi><mi>i</mi></msub>"),
        ("T^{(5),[1]}_{a}", None),
        (r"A^{\mathrm{Mo}}_{1,2}", None),
        (r"\left[A_{1,1} \otimes A_{1,1}\right]^{0}", None),
        (r"c = \frac{1}{2} \, I_{3}^{2} - \sqrt{3} \, I_{12}", None),
        ("", "<mrow></mrow>"),
    ],
)
def test_formulas_become_mathml(latex: str, expected: str | None) -> None:
    found = ElementTree.fromstring(mathml(latex))
    assert found.tag == "math"
    assert found.get("aria-label") == latex
    if expected is not None:
        assert mathml(latex).endswith(f">{expected}</math>")
    assert "}" not in "".join(found.itertext())
    assert "\\" not in "".join(found.itertext())


@pytest.mark.parametrize(
    "latex", [NAUGHTY, "{", "}", "_", "^", "\\", "\\left", "x_", "x^{", "\\frac{1}", "\\sqrt", "\\mathrm", "a_b_c"]
)
def test_what_is_no_formula_is_text_and_no_markup(latex: str) -> None:
    assert {e.tag for e in ElementTree.fromstring(mathml(latex)).iter()}.isdisjoint({"script"})


def test_every_formula_of_the_shipped_bases_is_read() -> None:
    for id in ("cartesian-l4-n5-flexible", "ace-l3-n4-linear"):
        basis = invgen.find_basis(id)
        for k in range(len(basis)):
            tags = {e.tag for e in ElementTree.fromstring(mathml(basis.latex(k))).iter()}
            assert "mtext" not in tags


def test_relations_are_written_with_the_names_of_the_page() -> None:
    assert relation_latex("c = 1/2 f3^2 - f12") == r"c = \frac{1}{2} \, I_{3}^{2} - I_{12}"
    assert relation_latex("2 c^2 + sqrt(3) f1 f10 = 0") == r"2 \, c^{2} + \sqrt{3} \, I_{1} \, I_{10} = 0"


def test_drawings_keep_vertices_and_bonds_and_nothing_else(flexible: invgen.Basis) -> None:
    for c in flexible:
        found = ElementTree.fromstring(embedded(flexible.family.drawing(flexible.spec, c)))
        assert len(list(found.iter("circle"))) == len(c.tensors)
        assert len(list(found.iter("path"))) == sum(m for _, _, m in c.bonds)
        left, top, width, height = (float(n) for n in found.get("viewBox", "").split())
        for circle in found.iter("circle"):
            x, y, r = (float(circle.get(name, "")) for name in ("cx", "cy", "r"))
            assert left <= x - r
            assert x + r <= left + width
            assert top <= y - r
            assert y + r <= top + height
    foreign = (
        '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script><circle cx="1" cy="1" r="1" onclick="x"/></svg>'
    )
    assert "script" not in embedded(foreign)
    assert "onclick" not in embedded(foreign)


def brute_force(c: Contraction) -> int:
    places = range(len(c.tensors))
    return sum(
        all(c.tensors[p[u]] == c.tensors[u] for u in places)
        and all(c.matrix[p[u]][p[v]] == c.matrix[u][v] for u in places for v in places)
        for p in itertools.permutations(places)
    )


@pytest.mark.parametrize(
    "label",
    ["0.0.0", "1a.1a", "2ab.2ac.2bc", "1a.1b.1c.3abc", "3abc.3ade.3bcf.3def", "eabc.1a.1:1b.1:2c", "2ab.2ab.2cd.2cd"],
)
def test_symmetry_numbers_are_those_of_all_permutations(label: str) -> None:
    c = Contraction.from_label(label)
    assert automorphisms(c) == brute_force(c)


def test_a_large_product_has_its_symmetry_number_at_once() -> None:
    assert automorphisms(Contraction.from_label(".".join(["0"] * 12))) == 479_001_600


def test_the_symmetry_number_of_a_coupling_counts_equal_factors(ace: invgen.Basis) -> None:
    spec = invgen.BasisSpec(family="ace", total_degree=6, n_max=3, objective="linear")
    numbers = {c.label: ace.family.symmetry_number(c) for c in invgen.generate(spec)}
    assert numbers["ace:1.0"] == 1
    assert numbers["ace:1.0,1.0,1.0"] == 6
    assert numbers["ace:1.0,1.1,1.1"] == 2


@pytest.mark.parametrize("objective", ["independent", "flexible", "robust", "linear", "generators"])
def test_the_history_keeps_what_the_basis_keeps(objective: str) -> None:
    basis = invgen.generate(invgen.BasisSpec(l_max=2, n_max=4, objective=objective))
    story = history(basis, 1000)
    assert sorted(s.candidate.label for s in story.steps if s.kept) == sorted(basis.labels)
    assert [s.rank for s in story.steps] == sorted(s.rank for s in story.steps)
    assert story.steps[-1].rank == basis.evidence.rank
    assert len(story.outside) == basis.evidence.attainable - basis.evidence.rank
    assert not set(basis.labels) & {c.label for c in (*story.rejected, *story.outside)}
    certified = basis.certificate().claim
    assert {c.label for c in story.rejected} == set(certified.rejected)


def test_candidates_that_were_not_kept_come_with_their_relation(flexible: invgen.Basis) -> None:
    part = rejected_part(flexible, history(flexible, 1000))
    by_label = {r.label: r for r in part.explained}
    assert "I" in by_label["3abc.3ade.3bdf.3cef"].relation
    assert "proven by expansion" in by_label["3abc.3ade.3bdf.3cef"].words
    assert all(r.words for r in part.explained)


def test_singular_values_begin_and_end_as_the_evidence_says(flexible: invgen.Basis, ace: invgen.Basis) -> None:
    for basis in (flexible, ace):
        values = singular_values(basis)
        assert len(values) == basis.evidence.rank
        assert (np.diff(values) <= 0).all()
        assert tuple(float(f"{v:.3g}") for v in (values[0], values[-1])) == basis.evidence.singular_values


def test_content_maps_count_invariants(ace: invgen.Basis) -> None:
    maps = content_maps(ace)
    assert [m.species for m in maps] == ["Mo", "W"]
    for species, found in enumerate(maps):
        for n, cells in found.rows:
            for rank, cell in zip(found.ranks, cells, strict=True):
                channel = (species, n, rank)
                assert (cell is None) == (channel not in ace.channels)
                assert (cell or 0) == sum(channel in c.content for c in ace)


def test_sites_say_what_is_missed() -> None:
    found = invgen.find_basis("cartesian-l3-n3-independent").flexibility()
    tiles = site_tiles(found)
    assert len(tiles) == len(found.sites) == 46
    short = [t for t in tiles if t.missed]
    assert len(short) == 3
    assert all(t.words == f"{t.rank} of {t.most}, misses {t.most - t.rank}" for t in short)
    assert symbol("Cinfv") == ("C", "∞v")
    assert symbol("Oh") == ("O", "h")


def test_ticks_are_round_and_inside() -> None:
    assert ticks(0, 13) == [0, 5, 10]
    assert ticks(0, 0.5) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    for high in (1, 3, 17, 250, 99_999):
        assert 2 <= len(ticks(0, high)) <= 8


def test_logarithmic_axes_have_numbers_in_narrow_and_wide_ranges() -> None:
    for low, high in ((240.0, 340.0), (0.0152, 2.11), (1e-12, 3.0), (5.0, 5.0)):
        ends = round_logarithms(low, high)
        assert 10 ** ends[0] <= low * (1 + 1e-6)
        assert 10 ** ends[1] >= high * (1 - 1e-6)
        assert 1 <= len(powers(*ends)) <= 8
    assert powers(*round_logarithms(240, 340)) == pytest.approx([200, 500])


def test_the_page_of_the_documentation_tells_what_was_measured() -> None:
    root = Path(__file__).resolve().parent.parent
    told = (root / "docs" / "report.md").read_text(encoding="utf-8")
    pages = json.loads((root / "benchmarks" / "results" / "report_pages.json").read_text())["pages"]
    for name, page_of in pages.items():
        times = page_of["milliseconds"]
        row = (
            f"| {name} | {page_of['invariants']:,} | {page_of['bytes'] / 1e6:.2f} MB | {times['first paint']:.0f} ms |"
        )
        assert row in told
        assert page_of["complaints"] == page_of["requests"] == []


# ---- the verb -----------------------------------------------------------------------------------------------------


def test_the_verb_writes_one_file(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "page.html"
    made = command("report", "cartesian-l2-n4-independent", "-o", target)
    assert made.returncode == 0, made.stderr
    assert "written to" in made.stdout
    assert [p.name for p in target.parent.iterdir()] == ["page.html"]
    Reader(target.read_text(encoding="utf-8"))


def test_a_target_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = command("report", "cartesian-l4-n4-flexible", "-o", tmp_path / "file" / "page.html")
    assert refused.returncode == 2
    assert "error:" in refused.stderr
    assert "flexibility" not in refused.stderr
    assert command("report", "cartesian-l2-n4-independent", "-o", tmp_path).returncode == 2


def test_the_same_basis_gives_the_same_page(flexible: invgen.Basis, pages: dict[str, str]) -> None:
    assert basis_page(replace(flexible)) == pages[flexible.id]
