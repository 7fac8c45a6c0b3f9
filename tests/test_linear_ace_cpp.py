"""Linear ACE potentials in C++: the static sources against Python to round-off; data files that are wrong."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ace_fixtures import CUTOFF, ELEMENTS, PAIR_RADIAL, REFERENCES, cluster, crystal, potential, products
from cpp_fixtures import needs_compiler
from engine_fixtures import CppModel, forces_of
from tolerances import ACE, CENTRAL_DIFFERENCE, close

from invgen.ace import LinearPotential, RadialBasis
from invgen.ace.crowding import Crowding
from invgen.ace.repulsion import Repulsion
from invgen.data import Structure
from invgen.data.neighbours import neighbour_pairs
from invgen.engines.data import data_text

pytestmark = needs_compiler


def other_radial(orders: tuple[int, ...] = (1, 2, 3)) -> LinearPotential:
    """One element, the power transform and another envelope."""
    radial = RadialBasis(CUTOFF, 7, 2.2, transform="power", p=3, envelope=4)
    table = products(orders, 1)
    coefficients = np.random.default_rng(3).normal(size=(1, len(table)))
    return LinearPotential(table, radial, ELEMENTS[:1], coefficients, REFERENCES[:1])


def repelling() -> LinearPotential:
    """With repulsion of nuclei, which all pairs of nearest neighbours feel."""
    bare = potential()
    lengths = np.array([[1.0, 1.1], [1.1, 1.2]])
    return replace(bare, repulsion=Repulsion(bare.numbers, lengths, 3.0 * lengths))


def crowded() -> LinearPotential:
    """With repulsion of crowded atoms at two ranges, beside that of nuclei."""
    model = repelling()
    most = np.linspace(0.05, 0.3, 2 * len(model.elements)).reshape(2, -1)
    return replace(model, crowding=Crowding(np.array([CUTOFF, 2.6]), most, np.array([0.03, 0.2]), 2))


POTENTIALS = {
    "repulsion": repelling(),
    "crowding": crowded(),
    "two elements": potential(),
    "one element": potential(species=1),
    "orders 1 and 2": potential(orders=(1, 2)),
    "power": other_radial(),
    "r0 of pairs": potential(radial=PAIR_RADIAL),
}
STRUCTURES = {
    "cluster": cluster(atoms=23),
    "crystal": crystal(),
    "alone": Structure([29], [[0.0, 0.0, 0.0]]),
    "pair": Structure([29, 29], [[0.0, 0.0, 0.0], [0.0, 0.0, 2.0]]),
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CppModel:
    """The sources are the same for every linear potential: only the data are others."""
    return CppModel(POTENTIALS["two elements"], tmp_path_factory.mktemp("linear"))


def copper(structure: Structure) -> Structure:
    return Structure(np.full(structure.atoms, 29), structure.positions, structure.cell, structure.periodic)


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("name", POTENTIALS)
def test_energies_and_forces_are_those_of_python(compiled: CppModel, name: str, structure: str) -> None:
    model = POTENTIALS[name]
    compiled.data.write_text(data_text(entries(model)))
    system = STRUCTURES[structure] if len(model.elements) == 2 else copper(STRUCTURES[structure])
    first, second, shift = neighbour_pairs(system, model.radial.cutoff)
    vectors = system.positions[second] - system.positions[first] + shift
    species = np.searchsorted(-model.numbers, -system.numbers)
    energies, gradient = compiled.evaluate(species, first, species[second], vectors)
    wanted = model.energy_forces_stress(system)
    close(energies.sum(), np.float64(wanted.energy), ACE["float64"])
    close(forces_of(first, second, gradient, system.atoms), wanted.forces, ACE["float64"])


def entries(model: LinearPotential) -> dict[str, object]:
    from invgen.engines import linear_ace

    return linear_ace.entries(model)


def test_the_comparison_notices_one_wrong_number(compiled: CppModel) -> None:
    model = POTENTIALS["one element"]
    wrong = entries(model)
    weights = np.array(wrong["weights"])
    weights[0, -1] *= 1.0001
    compiled.data.write_text(data_text({**wrong, "weights": weights}))
    system = copper(STRUCTURES["cluster"])
    first, second, _ = neighbour_pairs(system, model.radial.cutoff)
    zeros = np.zeros(len(second), int)
    vectors = system.positions[second] - system.positions[first]
    energies, _ = compiled.evaluate(np.zeros(system.atoms, int), first, zeros, vectors)
    with pytest.raises(AssertionError):
        close(energies.sum(), np.float64(model.energy_forces_stress(system).energy), ACE["float64"])


def test_an_edited_data_file_is_not_used(compiled: CppModel) -> None:
    text = data_text(entries(POTENTIALS["one element"]))
    compiled.data.write_text(text)
    assert compiled.problem() == ""
    for damaged in (text.replace("0x1.", "0x1.0", 1), text[:-20], text + "\n"):
        compiled.data.write_text(damaged)
        assert "has checksum" in compiled.problem()
        assert "it was edited or truncated and is not used; export the potential again" in compiled.problem()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "hip"}, "is of the kind hip, this plugin was built for linear-ace"),
        ({"terms": ["coulomb"]}, "has the term coulomb, which this plugin does not know"),
        ({"terms": ["zbl"]}, "has no entry zbl_strength: export the potential again"),
        ({"terms": ["crowding"]}, "has no entry crowding_ranges: export the potential again"),
        ({"charges": [0.5]}, "has the entry charges, which this plugin does not know"),
        ({"references": [0.0, 1.0, 2.0]}, "references has 3 numbers, not 2"),
        ({"references": ["0.5", "0,5"]}, "references holds 0,5, which is not read as a number here"),
    ],
)
def test_other_data_are_refused(compiled: CppModel, change: dict[str, object], words: str) -> None:
    compiled.data.write_text(data_text({**entries(POTENTIALS["two elements"]), **change}))
    assert words in compiled.problem()


def screened(r: np.ndarray, strength: float, length: float, inner: float, outer: float) -> np.ndarray:
    """ZBL's potential with its switch, from the formula."""
    phi = sum(a * np.exp(-b * r / length) for a, b in SCREENING)
    t = np.clip((r - inner) / (outer - inner), 0.0, 1.0)
    return strength / r * phi * (1.0 - t**3 * (10.0 - 15.0 * t + 6.0 * t**2))


SCREENING = [(0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162)]


def test_a_repulsion_of_nuclei_joins_the_energy(compiled: CppModel) -> None:
    """Pairs of two elements within, between and beyond the distances of the switch; forces by differences."""
    model = POTENTIALS["two elements"]
    tables = {"strength": [[300.0, 310.0], [310.0, 320.0]], "length": [[0.1, 0.11], [0.11, 0.12]]}
    tables |= {"inner": [[0.9, 1.0], [1.0, 1.1]], "outer": [[1.8, 2.0], [2.0, 2.2]]}
    zbl = {f"zbl_{name}": np.array(table) for name, table in tables.items()}
    compiled.data.write_text(data_text({**entries(model), "terms": ["zbl"], **zbl}))

    def energies(r: float, a: int, b: int) -> tuple[float, np.ndarray]:
        direction = np.array([0.6, 0.0, 0.8])
        vectors = np.array([r * direction, -r * direction])
        found, gradient = compiled.evaluate(np.array([a, b]), np.array([0, 1]), np.array([b, a]), vectors)
        return found.sum(), gradient

    for a, b in ((0, 0), (0, 1), (1, 1)):
        for r in (0.5, 1.4, 1.75, 2.1, 2.5):
            structure = Structure(model.numbers[[a, b]], [[0.0, 0, 0], [0.6 * r, 0.0, 0.8 * r]])
            bare = model.energy_forces_stress(structure)
            own = screened(np.array(r), *(np.array(tables[k])[a, b] for k in ("strength", "length", "inner", "outer")))
            total, gradient = energies(r, a, b)
            close(total, np.float64(bare.energy + own), ACE["float64"])
            slope = (energies(r + 1e-5, a, b)[0] - energies(r - 1e-5, a, b)[0]) / 2e-5
            along = (gradient[0] - gradient[1]) @ [0.6, 0.0, 0.8]
            close(along, np.float64(slope), CENTRAL_DIFFERENCE["float64"])


def test_files_that_are_none_are_refused(compiled: CppModel) -> None:
    compiled.data.write_text("LAMMPS data file\n")
    assert "is no data file of this version of invgen" in compiled.problem()
    compiled.data.unlink()
    assert "cannot be read" in compiled.problem()


def test_checksums_are_those_of_hashlib(compiled: CppModel) -> None:
    for length in (*range(130), 1000):
        text = bytes(k % 251 for k in range(length))
        assert compiled.sha256(text) == hashlib.sha256(text).hexdigest()


def test_numbers_are_written_as_they_are() -> None:
    numbers = np.array([0.1, -1e-308, np.pi, 5e-324, 1e300])
    words = data_text({"x": numbers}).split()[-5:]
    assert [float.fromhex(word) for word in words] == numbers.tolist()


def test_paths_of_sources_are_files() -> None:
    from invgen.engines.plugin import SOURCES, STATIC

    assert all((Path(SOURCES) / name).is_file() for name in STATIC)
