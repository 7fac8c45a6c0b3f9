"""What is said before work starts: files that are not there, without the seconds of heavy imports; files to be kept."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import ace_fixtures
import ase.io
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from processes import invgen as command
from processes import python
from typer.testing import CliRunner

import invgen
from invgen.ace.fitting import config as fits
from invgen.ace.fitting.run import fit_file
from invgen.cli import app
from invgen.data import DataError, look, read_structures
from invgen.data.structure import Structure
from invgen.errors import counted
from invgen.files import whole_file
from invgen.nn import Invariants
from invgen.potentials import compile_model, load_model
from invgen.potentials.training import config as trainings
from invgen.potentials.training.checkpoint import CHECKPOINT, read
from invgen.runs.config import VERBS, ConfigError


def refused(*arguments: object) -> str:
    """The message of a command that fails as users see it, without a traceback."""
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert result.exit_code != 0
    assert isinstance(result.exception, (ValueError, OSError)), result.output
    return str(result.exception)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["data", "missing.xyz"], "no such file: missing.xyz"),
        (["train", "missing.toml"], "no such configuration file: missing.toml"),
        (["train", "train.toml"], "data.train: no such file: missing.xyz"),
        (["train", "train.toml", "--from", "missing"], "no such model: missing"),
        (["fit", "missing.toml"], "no such configuration file: missing.toml"),
        (["fit", "fit.toml"], "data.train: no such file: missing.xyz"),
        (["evaluate", "missing.safetensors", "fit.toml"], "no such model: missing.safetensors"),
        (["evaluate", ".", "missing.xyz"], "no such file: missing.xyz"),
        (["compile", "missing.safetensors"], "no such model: missing.safetensors"),
        (["export", "lammps", "missing.npz", "-o", "plugin"], "no such potential: missing.npz"),
    ],
)
def test_what_is_not_there_is_said_before_torch_is_imported(tmp_path: Path, command: list[str], message: str) -> None:
    (tmp_path / "train.toml").write_text('[data]\ntrain = "missing.xyz"\nvalidation_size = 1\n')
    (tmp_path / "fit.toml").write_text(
        '[data]\ntrain = "missing.xyz"\n[basis]\ntotal_degree = 4\n[radial]\ncutoff = 4.0\n'
    )
    told = python(
        "import sys\n"
        "sys.stderr = sys.stdout\n"
        "from invgen.cli import main\n"
        f"sys.argv = ['invgen', *{command!r}]\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    print(end.code, 'torch' in sys.modules, 'numba' in sys.modules)\n",
        cwd=tmp_path,
    )
    assert told == f"error: {message}\n2 False False\n"


CLOSE = "unknown basis 'cartesian-l3-n4-flexibel'; did you mean 'cartesian-l3-n4-flexible'?"


@pytest.mark.parametrize("verb", [("show",), ("check",), ("report",), ("flexibility",), ("certify",)])
def test_verbs_say_which_basis_may_be_meant(verb: tuple[str, ...], tmp_path: Path) -> None:
    assert CLOSE in refused(*verb, CLOSE.split("'")[1])


def test_calls_say_which_basis_may_be_meant() -> None:
    for call in (invgen.find_basis, invgen.load, Invariants):
        with pytest.raises(FileNotFoundError) as caught:
            call(CLOSE.split("'")[1])
        assert CLOSE in str(caught.value)


@pytest.mark.parametrize(
    ("verb", "table", "key"), [("train", "model", "basis"), ("fit", "basis", "source"), ("count", "basis", "source")]
)
def test_configurations_say_which_basis_may_be_meant_before_data_are_read(
    verb: str, table: str, key: str, tmp_path: Path
) -> None:
    (tmp_path / "data.xyz").write_text("no structures")
    more = {"train": "validation_size = 1", "fit": "", "count": ""}[verb]
    radial = "" if verb == "train" else "[radial]\ncutoff = 4.0\n"
    text = f'[data]\ntrain = "data.xyz"\n{more}\n[{table}]\n{key} = "cartesian-l3-n4-flexibel"\n{radial}'
    (tmp_path / "c.toml").write_text(text)
    found = refused(verb, tmp_path / "c.toml")
    assert f"{table}.{key}: " in found
    assert CLOSE in found


def test_the_other_verb_is_named_for_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "data.xyz").touch()
    assert {*fits.TABLES} - {*trainings.TABLES} == {table for table, verb in VERBS.items() if verb == "fit"}
    assert {*trainings.TABLES} - {*fits.TABLES} == {table for table, verb in VERBS.items() if verb == "train"}
    tables = {"fit": "[model]\nkind = 'hip-nn'", "train": "[radial]\ncutoff = 4.0"}
    for verb, other in (("fit", "train"), ("train", "fit")):
        (tmp_path / "c.toml").write_text(f"[data]\ntrain = 'data.xyz'\n{tables[verb]}\n")
        assert f": it belongs to a configuration of invgen {other}" in refused(verb, tmp_path / "c.toml")


def test_the_folder_of_a_fit_holds_no_network(tmp_path: Path) -> None:
    ace_fixtures.potential().save(tmp_path / "potential.npz")
    for call in (load_model, compile_model):
        with pytest.raises(DataError, match=r"potential.npz is a linear potential, and wanted is a network"):
            call(tmp_path, *([] if call is load_model else [tmp_path / "out"]))


def test_an_output_folder_that_is_a_file_is_said_with_its_key(tmp_path: Path) -> None:
    ase.io.write(tmp_path / "cu.xyz", bulk("Cu"))
    (tmp_path / "results").write_text("mine")
    tables = '[data]\ntrain = "cu.xyz"\n{}[output]\nfolder = "{}"\n'
    (tmp_path / "train.toml").write_text(tables.format("validation_size = 1\n", "results"))
    assert "output.folder: " in refused("train", tmp_path / "train.toml")
    (tmp_path / "fit.toml").write_text(
        tables.format("[basis]\ntotal_degree = 4\n[radial]\ncutoff = 4.0\n", "results/fit")
    )
    assert "results is a file, not a folder" in refused("fit", tmp_path / "fit.toml")
    assert (tmp_path / "results").read_text() == "mine"


def test_predictions_never_replace_the_structures(tmp_path: Path) -> None:
    frames, model = tmp_path / "frames.xyz", tmp_path / "model.safetensors"
    ase.io.write(frames, molecule("CH4"))
    model.write_text("not looked at")
    before = frames.read_bytes()
    assert "would replace it" in refused("evaluate", model, frames, "-o", tmp_path / "." / "frames.xyz")
    assert "is a folder; give --output" in refused("evaluate", model, frames, "-o", tmp_path)
    assert frames.read_bytes() == before


def test_a_split_belongs_to_a_recipe(tmp_path: Path) -> None:
    ase.io.write(tmp_path / "a.xyz", molecule("CH4"))
    assert "--split 3 is one of a recipe's" in refused("data", tmp_path / "a.xyz", "--split", "3")
    assert "split of qm7: '9'" in refused("data", tmp_path, "--recipe", "qm7", "--split", "9")


def test_threads_that_write_one_file_leave_it_whole(tmp_path: Path) -> None:
    path, contents = tmp_path / "file", [bytes([65 + k]) * 100_000 for k in range(8)]
    together, failed = threading.Barrier(len(contents)), []

    def write(content: bytes) -> None:
        try:
            with whole_file(path) as file:
                file.write(content[:1])
                together.wait()
                file.write(content[1:])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert path.read_bytes() in contents
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_values_that_are_not_finite_are_told_with_their_place() -> None:
    with pytest.raises(DataError, match=r"positions is nan at \[0, 1\], not finite; remove"):
        Structure([6], [[0.0, np.nan, 0]])


def test_atoms_that_overlap_are_warned_of() -> None:
    crystals = [Structure([29], [[0, 0, 0]], 2.5 * np.eye(3), True, name=f"frame {k}") for k in range(40)]
    thin = Structure([29], [[0, 0, 0]], np.diag([1e-3, 3, 3]), True, name="thin")
    (warning,) = look([*crystals, thin], cutoff=3.0).warnings[:1]
    assert "atoms overlap in 1 frame: 0.001 Å" in warning
    assert "in thin; repair" in warning
    assert not any("overlap" in text for text in look(crystals, cutoff=3.0).warnings)


def test_a_cutoff_without_any_neighbour_is_warned_of() -> None:
    pair = Structure([29, 29], [[0, 0, 0], [0, 0, 2.4]], name="pair")
    assert "no atom has a neighbour within 0.5 Å" in look([pair], cutoff=0.5).warnings[0]
    assert not any("no atom" in text for text in look([pair], cutoff=3.0).warnings)
    alone = Structure([29], [[0, 0, 0]])
    (warning,) = look([alone], cutoff=3.0).warnings
    assert warning.startswith("all frames are single atoms: nothing but energies of atoms can be learnt")
    assert not look([alone, pair], cutoff=3.0).warnings


def test_numbers_have_their_nouns() -> None:
    assert [counted(n, "frame") for n in (0, 1, 2000)] == ["0 frames", "1 frame", "2,000 frames"]


def test_a_damaged_checkpoint_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"half a")
    with pytest.raises(
        DataError, match=r"remove it to train anew, or use another folder .* --from .*model.safetensors"
    ):
        read(tmp_path)


FIT = """
[data]
train = "{}"
{}
[basis]
total_degree = 4
n_max = 2
[radial]
cutoff = 4.0
[output]
folder = "fit"
plots = false
"""


@pytest.fixture
def copper(tmp_path: Path) -> Path:
    """Twelve frames whose labels have other names and units."""
    rng, frames = np.random.default_rng(0), []
    for _ in range(12):
        atoms = bulk("Cu", cubic=True)
        atoms.rattle(0.1, rng=rng)
        atoms.calc = EMT()
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        bare = atoms.copy()
        bare.info["REF_energy"], bare.arrays["REF_forces"] = 1000 * energy, 1000 * forces
        frames.append(bare)
    ase.io.write(tmp_path / "frames.xyz", frames, format="extxyz")
    return tmp_path


def test_fits_read_labels_under_other_names_and_units(copper: Path) -> None:
    keys = 'keys = {energy = "REF_energy", forces = "REF_forces"}\nunits = {energy = "meV"}\n'
    (copper / "fit.toml").write_text(FIT.format("frames.xyz", keys))
    result = fit_file(copper / "fit.toml")
    structures = read_structures(copper / "frames.xyz", wanted=())
    assert structures[0].energy is None
    atoms = ase.io.read(copper / "frames.xyz")
    found = result.potential.energy_forces_stress(structures[0])
    np.testing.assert_allclose(found[0], atoms.info["REF_energy"] / 1000, atol=0.2)  # eV


def with_energies(copper: Path) -> Path:
    """A configuration that overlooks the forces."""
    (copper / "energies.toml").write_text(FIT.format("frames.xyz", 'keys = {energy = "REF_energy"}'))
    return copper / "energies.toml"


def test_fits_name_the_keys_that_labels_may_have(copper: Path) -> None:
    (copper / "fit.toml").write_text(FIT.format("frames.xyz", ""))
    with pytest.raises(DataError, match="an entry 'REF_energy': if that is it, say so, keys = "):
        fit_file(copper / "fit.toml")
    with pytest.warns(UserWarning, match="an entry 'REF_forces'"):
        fit_file(with_energies(copper))
    (copper / "fit.toml").write_text(FIT.format("frames.xyz", 'keys = {energy = "REF_energi"}'))
    with pytest.raises(DataError, match="REF_energi"):
        fit_file(copper / "fit.toml")


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        (errno.ENOSPC, "No space left on device); what was kept before is whole: make room and run again"),
        (errno.EFBIG, "File too large); what was kept before is whole: allow larger files (ulimit -f) and run again"),
        (errno.EROFS, "make it writable, or choose another folder, and run again"),
    ],
)
def test_errors_of_writing_name_the_file_and_the_remedy(
    copper: Path, monkeypatch: pytest.MonkeyPatch, cause: int, remedy: str
) -> None:
    path = with_energies(copper)

    def full(descriptor: int) -> None:
        raise OSError(cause, os.strerror(cause))

    monkeypatch.setattr(os, "fsync", full)
    done = command("fit", path)
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"error: {copper / 'fit'} cannot be written ("), last
    assert remedy in last


def test_a_folder_in_which_nothing_can_be_written_is_told_before_the_work(
    copper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_energies(copper)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != copper)  # root may write anywhere
    told = refused("fit", path)
    assert told == f"output.folder: nothing can be written in {copper}: make it writable, or choose another"


def test_a_test_set_of_all_structures_is_refused(copper: Path) -> None:
    keys = 'keys = {energy = "REF_energy", forces = "REF_forces"}\ntest_size = 12'
    (copper / "fit.toml").write_text(FIT.format("frames.xyz", keys))
    with pytest.raises(ConfigError, match=r"data.test_size 12 leaves none of the 12 structures"):
        fit_file(copper / "fit.toml")


def test_fits_refuse_a_test_set_without_labels(copper: Path) -> None:
    bare = [
        Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=True)
        for atoms in ase.io.read(copper / "frames.xyz", ":3")
    ]
    ase.io.write(copper / "bare.xyz", bare, format="extxyz")
    for name in ("test", "validation"):
        keys = (
            f'keys = {{energy = "REF_energy", forces = "REF_forces"}}\nunits = {{energy = "meV"}}\n{name} = "bare.xyz"'
        )
        (copper / "fit.toml").write_text(FIT.format("frames.xyz", keys))
        with pytest.raises(DataError, match=f"none of the 3 {name} structures has a label to compare with"):
            fit_file(copper / "fit.toml")


def test_fits_refuse_atoms_on_top_of_each_other_before_anything_is_fitted(copper: Path) -> None:
    frames = ase.io.read(copper / "frames.xyz", ":")
    frames[0].set_cell(np.diag([1e-3, 3, 3]))
    for atoms in frames:
        del atoms.arrays["REF_forces"]
        atoms.info["energy"] = 1.0
    ase.io.write(copper / "thin.xyz", frames, format="extxyz")
    (copper / "fit.toml").write_text(FIT.format("thin.xyz", ""))
    with (
        pytest.raises(DataError, match=r"thin.xyz frame 0: atoms \d and \d are 0.001 Å apart"),
        pytest.warns(UserWarning, match="times the sum of covalent radii apart"),
    ):
        fit_file(copper / "fit.toml")
