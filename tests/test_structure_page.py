"""A basis on a structure: the numbers are right, bad structures are told, and in a browser it turns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
import pytest
from ase.build import bulk, molecule
from browser import SOFTWARE_WEBGL, WITHOUT_WEBGL, Browser, chromium
from page_fixtures import Reader
from processes import invgen as command
from scipy.spatial.transform import Rotation

import invgen
from invgen.cli.reports import read_sample
from invgen.compiler.inspect.page import structure as structure_module
from invgen.compiler.inspect.page.basis_page import basis_page
from invgen.compiler.inspect.page.structure import Sample, components, structure_part
from invgen.resources import templates_folder

NAUGHTY = "<img src=x onerror=alert(1)>.xyz"


@pytest.fixture(scope="module")
def small() -> invgen.Basis:
    return invgen.find_basis("cartesian-l2-n4-independent")


@pytest.fixture(scope="module")
def alloy() -> invgen.Basis:
    return invgen.generate(invgen.BasisSpec(family="ace", total_degree=6, n_max=3, elements=("Ni", "Al")))


def sample_of(atoms: Any, folder: Path, name: str = "atoms.xyz", cutoff: float = 4.0) -> Sample:
    ase.io.write(folder / name, atoms, format="extxyz")
    return read_sample(folder / name, cutoff)


def ordered_alloy() -> Any:
    atoms = bulk("Ni", "fcc", a=3.57, cubic=True)
    atoms.symbols[0] = "Al"
    atoms.rattle(0.05, seed=1)
    return atoms


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="structure-data">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


# ---- numbers ------------------------------------------------------------------------------------------------------


def turned(sample: Sample, matrix: np.ndarray) -> Sample:
    return replace(sample, positions=sample.positions @ matrix.T, vectors=sample.vectors @ matrix.T)


@pytest.mark.parametrize("which", ["small", "alloy"])
def test_tensors_turn_and_invariants_stay(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    basis, sample = request.getfixturevalue(which), sample_of(ordered_alloy(), tmp_path)
    matrix = Rotation.random(rng=np.random.default_rng(1)).as_matrix()
    here, there = components(basis, sample), components(basis, turned(sample, matrix))
    assert np.abs(here - there).max() > 0.01
    np.testing.assert_allclose(basis.evaluate(there), basis.evaluate(here), rtol=1e-10, atol=1e-12)
    lengths = np.linalg.norm(here, axis=1)
    assert (lengths > 0).all()


def test_values_in_the_page_are_those_of_the_basis(alloy: invgen.Basis, tmp_path: Path) -> None:
    sample = sample_of(ordered_alloy(), tmp_path)
    data = data_of(basis_page(alloy, sample=sample))
    expected = alloy.evaluate(components(alloy, sample))
    np.testing.assert_allclose(np.array(data["values"]).T, expected, rtol=1e-5)
    assert tuple(data["labels"]) == alloy.labels
    assert len(data["neighbours"]) == 4
    assert sum(map(len, data["neighbours"])) == len(sample.first)


def test_neighbours_beyond_a_cell_count(small: invgen.Basis, tmp_path: Path) -> None:
    """Every atom of a perfect crystal sees the same, and no direction."""
    sample = sample_of(bulk("Cu", "fcc", a=3.6, cubic=True), tmp_path, cutoff=3.0)
    assert len(sample.first) == 4 * 12
    values = small.evaluate(components(small, sample))
    np.testing.assert_allclose(values, np.broadcast_to(values[0], values.shape), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(components(small, sample)[:, 1:], 0, atol=1e-9)


# ---- bad input ----------------------------------------------------------------------------------------------------


def bad(basis: invgen.Basis, sample: Sample) -> str:
    """What the page says; it is whole, and shows nothing to turn."""
    text = basis_page(basis, sample=sample)
    assert "structure-data" not in text[text.index("<main") : text.index("</main>")]
    assert "3Dmol" not in text
    return Reader(text).text


def test_elements_that_the_basis_does_not_know(alloy: invgen.Basis, tmp_path: Path) -> None:
    assert "the basis knows only neighbours of Ni, Al" in bad(alloy, sample_of(molecule("H2O"), tmp_path))
    mixed = ordered_alloy()
    mixed.symbols[1] = "Pt"
    text = Reader(basis_page(alloy, sample=sample_of(mixed, tmp_path))).text
    assert "those of Pt are not seen" in text


def test_atoms_without_neighbours(small: invgen.Basis, tmp_path: Path) -> None:
    assert "No atom has a neighbour within 4 Å" in bad(small, sample_of(molecule("H"), tmp_path))
    atoms = molecule("H2O")
    atoms.extend(type(atoms)("He", [(30.0, 0.0, 0.0)]))
    assert "1 of 4 atoms have no neighbour" in Reader(basis_page(small, sample=sample_of(atoms, tmp_path))).text


def test_coincident_atoms(small: invgen.Basis, tmp_path: Path) -> None:
    atoms = molecule("H2O")
    atoms.positions[1] = atoms.positions[2]
    assert "coincide" in bad(small, sample_of(atoms, tmp_path))


def test_too_many_atoms(small: invgen.Basis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = sample_of(ordered_alloy().repeat(2), tmp_path)
    for name, limit in (("MOST_ATOMS", 20), ("MOST_PAIRS", 200), ("MOST_NUMBERS", 60)):
        monkeypatch.setattr(structure_module, name, limit)
    part = structure_part(small, sample)
    assert part.data is not None
    assert len(part.data["symbols"]) == len(part.data["positions"]) == 20
    assert sum(map(len, part.data["neighbours"])) <= 200
    assert np.array(part.data["values"]).shape == (3, 20)
    said = " ".join(part.problems)
    for words in ("The first 20 of 32 atoms", "atoms can be looked at while turning", "Only the first 3 of"):
        assert words in said
    np.testing.assert_allclose(
        np.array(part.data["values"]).T, small.evaluate(components(small, sample))[:20, :3], rtol=1e-5
    )


def test_an_empty_basis_has_nothing_to_show(tmp_path: Path) -> None:
    basis = invgen.generate(invgen.BasisSpec(l_max=1, n_max=2, parity="pseudo"))
    assert "nothing to see on a structure" in bad(basis, sample_of(molecule("H2O"), tmp_path))


def test_names_of_files_are_no_markup(small: invgen.Basis, tmp_path: Path) -> None:
    text = basis_page(small, sample=sample_of(molecule("H2O"), tmp_path, NAUGHTY))
    read = Reader(text)
    assert NAUGHTY in read.text
    assert not read.of("img")
    evil = replace(sample_of(molecule("H2O"), tmp_path), symbols=("</script><b>", "H", "H"))
    assert not Reader(basis_page(small, sample=evil)).of("b")


def test_a_file_that_is_no_structure_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "words.xyz").write_text("no structure")
    for file, words in (("words.xyz", "cannot be read as a structure"), ("absent.xyz", "no such file")):
        found = command(
            "report", "cartesian-l2-n4-independent", "--structure", tmp_path / file, "-o", tmp_path / "p.html"
        )
        assert found.returncode == 2
        assert words in found.stderr
    assert not (tmp_path / "p.html").exists()


def test_the_library_comes_with_its_licence_and_only_where_it_is_used(small: invgen.Basis, tmp_path: Path) -> None:
    folder = templates_folder() / "report" / "3dmol"
    assert "BSD-3-Clause" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert "2.5.5" in (folder / "README.md").read_text(encoding="utf-8")
    page = basis_page(small, sample=sample_of(molecule("H2O"), tmp_path))
    assert "3Dmol" not in basis_page(small)
    assert "University of Pittsburgh" in page
    assert len(page.encode()) < 800_000


# ---- in a browser -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["WebGL", "no WebGL"])
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Browser, bool]]:
    if chromium() is None:
        pytest.skip("there is no chromium on this machine")
    drawn = request.param == "WebGL"
    with Browser(tmp_path_factory.mktemp("profile"), SOFTWARE_WEBGL if drawn else WITHOUT_WEBGL) as found:
        yield found, drawn


@pytest.mark.parametrize("which", ["small", "alloy"])
def test_the_picture_turns_with_the_structure(
    which: str, request: pytest.FixtureRequest, browser: tuple[Browser, bool], tmp_path: Path
) -> None:
    basis, (page, drawn) = request.getfixturevalue(which), browser
    sample = sample_of(ordered_alloy(), tmp_path)
    (tmp_path / "page.html").write_text(basis_page(basis, sample=sample), encoding="utf-8")
    page.size(1280, 1000)
    page.open(tmp_path / "page.html")
    assert ("Drag to turn" in page.run("document.getElementById('how').textContent")) == drawn
    assert page.run("document.querySelectorAll('#viewer canvas').length > 0") == drawn

    expected = basis.evaluate(components(basis, sample))[:, :60]
    for atom in (0, 3):
        computed = page.run(f"document.getElementById('structure').computed({atom})")
        np.testing.assert_allclose(computed, expected[atom], rtol=1e-9, atol=1e-12)

    verdict = "Number(document.getElementById('verdict').dataset.{})"
    page.run("document.getElementById('viewer').scrollIntoView({block: 'center'})")
    before = page.screenshot(tmp_path / "before.png").read_bytes()
    assert page.run(verdict.format("tensors")) == 0
    if drawn:
        x, y, width, height = page.run(
            "(r => [r.x, r.y, r.width, r.height])(document.getElementById('viewer').getBoundingClientRect())"
        )
        page.drag((x + width / 2, y + height / 2), (x + width / 2 + 130, y + height / 2 + 60))
        page.run("new Promise(done => setTimeout(done, 300))")
        assert page.run(verdict.format("tensors")) > 0.01
        assert page.run(verdict.format("invariants")) < 1e-9
    for kind in ("y1", "x-1", "random"):
        page.run(f"document.querySelector('[data-turn={kind}]').click()")
        assert page.run(verdict.format("tensors")) > 0.01
        assert page.run(verdict.format("invariants")) < 1e-9
    assert page.screenshot(tmp_path / "after.png").read_bytes() != before
    page.run("document.querySelector('[data-turn=start]').click()")
    assert page.run(verdict.format("tensors")) < 1e-12
    assert page.complaints == []
    assert page.requests == []
