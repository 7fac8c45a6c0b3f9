"""Compiled models: equal to the network, light to load, honest about what is missing, and deaf to edited files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import ase
import numpy as np
import processes
import pytest
import torch
from network_fixtures import BUILDERS, CUTOFF, as_atoms, build, crystal, graph, molecule
from processes import python
from tolerances import LAW, close

import invgen
from invgen.data import DataError, UnknownSpeciesError
from invgen.data.batch import Batch, pair_vectors
from invgen.errors import CompiledModelError, EmittedFileError
from invgen.nn import EnergyForces, HipHopNN
from invgen.potentials import InvgenCalculator, compile_model, load_compiled, load_model, save_model
from invgen.potentials.frozen import freeze as compiling_module
from invgen.potentials.frozen import potential as compiled
from invgen.potentials.frozen.export import _Energy, _with_gradient
from invgen.potentials.frozen.potential import compare
from invgen.potentials.frozen.program import Program, digest, lacking, program_inputs, read_manifest, requirements

STRUCTURES = [molecule(0, 7), molecule(1, 1), molecule(2, 4), crystal(3)]
NAMES = {torch.float32: "float32", torch.float64: "float64"}


def same_as(model: torch.nn.Module, potential: compiled.CompiledPotential, dtype: torch.dtype) -> None:
    """Energies, forces and stress of molecules, a lone atom and a crystal."""
    plain = EnergyForces(model).eval()
    for structures in (STRUCTURES, STRUCTURES[:1], STRUCTURES[1:2], 3 * STRUCTURES):
        found, wanted = potential.predict(structures), plain(graph(*structures))
        for name in ("energy", "energies", "forces"):
            close(getattr(found, name), getattr(wanted, name), LAW[NAMES[dtype]])
    cell = graph(crystal(1))
    close(potential(cell, stress=True).stress, plain(cell, stress=True).stress, LAW[NAMES[dtype]])


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A HIP-HOP-NN without program."""
    model = build("hip-hop-nn", interactions=1)
    return compile_model(model, tmp_path_factory.mktemp("compiled") / "light", export=False)


@pytest.fixture
def copied(light: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(light, tmp_path / "copy"))


# ---- the same function ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", BUILDERS)
def test_layers_alone_are_the_network(tmp_path: Path, name: str, dtype: torch.dtype) -> None:
    model = build(name, dtype)
    potential = load_compiled(compile_model(model, tmp_path / "out", export=False))
    assert potential.notices == ()
    same_as(model, potential, dtype)
    assert potential.verify()["forces"] <= LAW[NAMES[dtype]]
    assert (potential.species, potential.cutoff, potential.dtype) == ((1, 6, 8), CUTOFF, dtype)


def small(dtype: torch.dtype, backend: str = "auto") -> HipHopNN:
    torch.manual_seed(3)
    return HipHopNN(
        "cartesian-l2-n3-flexible", backend=backend, species=(1, 6, 8), features=5, sensitivities=4, soft_min=0.8,
        soft_max=3.5, cutoff=CUTOFF, interactions=1, atom_layers=0,
    ).to(dtype)  # fmt: skip


@pytest.mark.slow
def test_a_program_is_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Native code that calls the operators of this package, in float32."""
    monkeypatch.setattr(compiling_module, "INLINED", 0)
    model = small(torch.float32)
    folder = compile_model(model, tmp_path / "out")
    assert (folder / "program.json").is_file()
    potential = load_compiled(folder)
    assert [row["atoms"] for row in potential.manifest["timings"]] == [14, 1400]
    monkeypatch.setattr(type(potential), "picked", lambda self, pairs: "program" if pairs > 1 else "layers")
    potential.verify()
    same_as(model, potential, torch.float32)
    with pytest.raises(UnknownSpeciesError, match=r"\[7\]"):
        potential.predict([molecule(0, 5, species=(7,))])
    fresh = fresh_process("sympy", "jinja2", folder=folder)
    energies = EnergyForces(model).eval()(graph(*STRUCTURES[:1])).energy
    assert float(fresh.split()[0]) == pytest.approx(float(energies), rel=10 * LAW["float32"])
    assert "14 atoms, 178 pairs" in fresh
    assert "notice" not in fresh


def test_a_graph_with_its_invariants_inside_is_the_network() -> None:
    """What native code is made of where invariants are few: plain operations of torch, sizes left open."""
    model = small(torch.float64, "torch").requires_grad_(False)
    example = compiling_module._example(model)
    inputs = program_inputs(example, pair_vectors(example, example.positions))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph_module = _with_gradient(_Energy(model, example), tuple(inputs))
    assert not [node for node in graph_module.graph.nodes if "invgen" in str(node.target)]
    for structures in (STRUCTURES, STRUCTURES[:1]):
        batch = graph(*structures)
        vectors = pair_vectors(batch, batch.positions)
        energies, gradient = EnergyForces(model)._gradient(batch, vectors, False)
        found = graph_module(*program_inputs(batch, vectors.detach()))
        close(found[0], energies)
        close(found[1], gradient)


FRESH = """
import sys
for name in {blocked}:
    sys.modules[name] = None
import numpy as np, torch
if "numba" in {blocked}:
    import importlib.util
    real = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *a: None if name in ("numba", "llvmlite") else real(name, *a)
import invgen
from invgen.data import Structure
potential = invgen.load_compiled({folder!r})
sys.path.insert(0, "tests")
from network_fixtures import molecule
print(repr(potential.predict([molecule(0, 7)]).energy.item()), potential.summary())
assert not [m for m in sys.modules if m.startswith("invgen.compiler")]
"""


def fresh_process(*blocked: str, folder: Path, options: tuple[str, ...] = ("-W", "error")) -> str:
    """What a process prints that loads a compiled model, in the root of the sources."""
    root = Path(__file__).resolve().parent.parent
    path = os.pathsep.join([str(root), str(root / "tests")])
    return python(FRESH.format(folder=str(folder), blocked=blocked), *options, cwd=root, PYTHONPATH=path)


def test_a_fresh_process_needs_neither_sympy_nor_jinja(light: Path) -> None:
    out = fresh_process("sympy", "jinja2", folder=light)
    wanted = load_compiled(light).predict(STRUCTURES[:1]).energy.item()
    assert float(out.split()[0]) == pytest.approx(wanted, rel=1e-12)
    assert "notice" not in out


def test_without_numba_torch_takes_over_and_says_so(light: Path) -> None:
    out = fresh_process("sympy", "jinja2", "numba", "llvmlite", folder=light, options=())
    wanted = load_compiled(light).predict(STRUCTURES[:1]).energy.item()
    assert float(out.split()[0]) == pytest.approx(wanted, rel=1e-12)
    assert "notice: Numba is not installed" in out
    assert "pip install numba" in out


def test_loading_draws_no_random_numbers(light: Path) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    load_compiled(light)
    assert torch.equal(torch.rand(3), expected)


def test_the_facade_has_it(light: Path) -> None:
    assert invgen.load_compiled(light).folder == light


def test_the_ase_calculator(light: Path) -> None:
    potential, structure = load_compiled(light), crystal(2)
    atoms = as_atoms(structure)
    plain = InvgenCalculator(load_model(light / "model.safetensors"))
    for calculator in (potential.calculator(), InvgenCalculator(light), InvgenCalculator(str(light))):
        for name in ("energy", "forces", "stress"):
            found, wanted = (c.get_property(name, atoms) for c in (calculator, plain))
            np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)
    assert [c.skin for c in (potential.calculator(0.2), InvgenCalculator(light, 0.2))] == [0.2, 0.2]
    with pytest.raises(UnknownSpeciesError, match=r"\[2\]"):
        potential.calculator().get_potential_energy(ase.Atoms("He2", [[0, 0, 0], [0, 0, 1]]))


def test_constants_of_a_network_are_kept(tmp_path: Path) -> None:
    """ε of norms and of the normalisation, which networks from elsewhere have other values of."""
    model = build("hip-hop-nn", interactions=1)
    plain = EnergyForces(model).eval()(graph(*STRUCTURES)).energy
    model.blocks[0].interaction.layer.normalisation.eps = 0.5
    other = EnergyForces(model).eval()(graph(*STRUCTURES)).energy
    assert not torch.allclose(plain, other)
    folder = compile_model(model, tmp_path / "out", export=False)
    close(load_compiled(folder).predict(STRUCTURES).energy, other)


def test_a_difference_is_noticed(light: Path) -> None:
    potential = load_compiled(light)
    with torch.no_grad():
        next(potential.model.parameters()).mul_(1 + 1e-6)
    with pytest.raises(CompiledModelError, match="a difference of"):
        potential.verify()


def test_numbers_that_are_not_finite_differ(light: Path) -> None:
    found = load_compiled(light).predict(STRUCTURES)
    with pytest.raises(CompiledModelError, match="a difference of nan in energy"):
        compare(found._asdict(), found._asdict() | {"energy": found.energy * torch.nan}, light)


def test_small_and_large_batches_take_what_was_faster(light: Path) -> None:
    potential = load_compiled(light)
    assert {potential.picked(n) for n in (0, 1, 100)} == {"layers"}
    potential.program = lambda batch, vectors: None
    potential.manifest["timings"] = [
        {"pairs": 100, "program": 1.0, "layers": 2.0},
        {"pairs": 10000, "program": 2.0, "layers": 1.0},
    ]
    assert [potential.picked(n) for n in (1, 2, 900, 1100, 10**7)] == [
        "layers",
        "program",
        "program",
        "layers",
        "layers",
    ]


def test_batches_of_another_dtype_or_device_are_refused(light: Path) -> None:
    potential, batch = load_compiled(light), graph(*STRUCTURES)
    assert potential.dtype == torch.float64
    potential.program = lambda *_: pytest.fail("a program reads any memory as its own dtype")
    potential.manifest["timings"] = [{"pairs": 100, "program": 1.0, "layers": 2.0}]
    for wrong, message in (
        (batch._replace(positions=batch.positions.float()), r"positions is torch\.float32 on cpu: make it with"),
        (batch._replace(cell=batch.cell.float()), r"cell is torch\.float32"),
        (batch._replace(second_slot=batch.second_slot.int()), r"second_slot is torch\.int32"),
        (batch._replace(numbers=batch.numbers.to("meta")), r"numbers is torch\.int64 on meta"),
    ):
        with pytest.raises(TypeError, match=message):
            potential(wrong)


def test_a_program_is_left_behind_by_a_cast(light: Path) -> None:
    potential = load_compiled(light)
    potential.program = lambda *_: None
    assert potential.double().program is not None
    assert potential.float().program is None
    assert potential.predict(STRUCTURES).forces.dtype == torch.float32


def test_programs_get_arrays_without_gaps() -> None:
    batch, given = graph(*STRUCTURES), []
    program = Program.__new__(Program)
    program._runner = SimpleNamespace(run=lambda inputs: given.extend(inputs) or (None, None))
    vectors = pair_vectors(batch, batch.positions)
    program(batch._replace(numbers=batch.numbers.repeat_interleave(2)[::2]), vectors.T.contiguous().T)
    assert len(given) == len(batch) + 1
    assert all(x.is_contiguous() for x in given)
    assert torch.equal(given[0], batch.numbers)
    assert torch.equal(given[-1], vectors)


def test_frozen_weights_cannot_be_trained(light: Path) -> None:
    potential = load_compiled(light)
    assert not any(p.requires_grad for p in potential.parameters())
    with pytest.raises(CompiledModelError, match="train the network it was made from"):
        potential.train()(graph(*STRUCTURES))


# ---- files and bases --------------------------------------------------------------------------------------------


def test_a_file_of_a_training_and_a_basis_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The basis is not shipped: only its emitted folder, or the compiled model, has its kernels."""
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    spec = invgen.BasisSpec(l_max=2, n_max=3, objective="independent", ordering="cost")
    emitted = invgen.emit(invgen.generate(spec), into=tmp_path / "my_basis")
    sizes = {
        "features": 4,
        "sensitivities": 4,
        "soft_min": 0.8,
        "soft_max": 3.5,
        "cutoff": CUTOFF,
        "species": (1, 6, 8),
    }
    model = HipHopNN(emitted, **sizes).double()
    path = save_model(model, tmp_path / "model.safetensors")
    with pytest.raises(DataError, match="not shipped: give the folder"):
        compile_model(path, tmp_path / "out", export=False)
    with pytest.raises(DataError, match="other invariants"):
        compile_model(path, tmp_path / "out", basis="cartesian-l3-n4-flexible", export=False)
    assert not (tmp_path / "out").exists()
    folder = compile_model(path, tmp_path / "out", basis=emitted, export=False)
    shutil.rmtree(emitted)
    potential = load_compiled(folder)
    same_as(model, potential, torch.float64)
    assert [p.name for p in (tmp_path / "cache").iterdir() if p.name.endswith("-adopted")]
    assert not (folder / "kernels" / "__pycache__").exists()
    (place,) = (tmp_path / "cache").glob("*-adopted")
    (place / "numba_kernels.py").write_text("raise SystemExit\n")
    same_as(model, load_compiled(folder), torch.float64)


def test_wrong_arguments_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    model, out = build("hip-nn", interactions=1), tmp_path / "out"
    with pytest.raises(ValueError, match="did you mean 'cuda'"):
        compile_model(model, out, target="cudo")
    with pytest.raises(ValueError, match="has its basis already"):
        compile_model(model, out, basis="cartesian-l3-n4-flexible")
    path = save_model(model, tmp_path / "model.safetensors")
    with pytest.raises(DataError, match="has no basis"):
        compile_model(path, out, basis="cartesian-l3-n4-flexible")
    with pytest.raises(DataError, match="no such file"):
        compile_model(tmp_path / "absent.npz", out)
    (tmp_path / "text.npz").write_text("no model")
    with pytest.raises(DataError, match="no model of invgen"):
        compile_model(tmp_path / "text.npz", out)
    assert not out.exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    for taken in (tmp_path / "full", path):
        with pytest.raises(FileExistsError, match="not an empty folder"):
            compile_model(model, taken)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["full", "model.safetensors", "text.npz"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    model = build("hip-nn", interactions=1)
    with torch.no_grad():
        next(model.parameters()).mul_(torch.nan)
    with pytest.raises(CompiledModelError, match="not finite"):
        compile_model(model, tmp_path / "out", export=False)
    assert not list(tmp_path.iterdir())


def test_an_export_that_fails_is_told_and_the_layers_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("no C++ compiler\nand a long trace")

    monkeypatch.setattr(torch._inductor, "aot_compile", broken)
    monkeypatch.setattr("invgen.potentials.frozen.export._with_gradient", lambda energy, inputs: None)
    model = build("hip-nn", interactions=1)
    potential = load_compiled(compile_model(model, tmp_path / "out"))
    assert potential.program is None
    assert "cannot export this network: no C++ compiler" in potential.summary()
    same_as(model, potential, torch.float64)


def test_a_program_that_differs_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build("hip-nn", interactions=1)

    class Wrong:
        def __init__(self, folder: Path) -> None:
            assert (folder / "program.so").is_file()

        def __call__(self, batch: Batch, vectors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            energies, gradient = EnergyForces(model)._gradient(batch, vectors, False)
            return energies, gradient * (1 + 1e-8)

    monkeypatch.setattr(
        compiling_module, "export_program", lambda network, example, place: (place / "program.so").write_text("")
    )
    monkeypatch.setattr(compiling_module, "Program", Wrong)
    folder = compile_model(model, tmp_path / "out")
    assert not (folder / "program.so").exists()
    potential = load_compiled(folder)
    assert "layers only: the exported program: a difference of" in potential.summary()
    same_as(model, potential, torch.float64)


def test_the_same_network_gives_the_same_bytes(light: Path, tmp_path: Path) -> None:
    again = compile_model(build("hip-hop-nn", interactions=1), tmp_path / "again", export=False)
    for path in (p for p in light.rglob("*") if p.is_file()):
        assert path.read_bytes() == (again / path.relative_to(light)).read_bytes(), path


# ---- damaged folders --------------------------------------------------------------------------------------------


def resigned(folder: Path, **changes: object) -> None:
    """Other fields in a manifest, with a checksum that fits."""
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["sha256"]
    manifest |= changes
    (folder / "manifest.json").write_text(json.dumps({**manifest, "sha256": digest(manifest)}))


@pytest.mark.parametrize(
    "file", ["model.safetensors", "kernels/numba_kernels.py", "kernels/manifest.json", "reference.npz"]
)
def test_edited_files_are_refused(copied: Path, file: str) -> None:
    witness = copied / "executed"
    (copied / file).write_bytes((copied / file).read_bytes() + f"\nopen({str(witness)!r}, 'w')\n".encode())
    with pytest.raises(CompiledModelError, match="checksum"):
        load_compiled(copied)
    assert not witness.exists()


def test_kernels_edited_with_the_manifest_above_them_are_refused(copied: Path) -> None:
    source = copied / "kernels" / "torch_kernels.py"
    source.write_text(source.read_text() + "\nraise SystemExit\n")
    files = json.loads((copied / "manifest.json").read_text())["files"]
    files["kernels/torch_kernels.py"] = hashlib.sha256(source.read_bytes()).hexdigest()
    resigned(copied, files=files)
    with pytest.raises(EmittedFileError, match="checksum"):
        load_compiled(copied)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json is missing"),
        (lambda folder: (folder / "model.safetensors").unlink(), "cannot be read"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "no manifest"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "no manifest"),
        (lambda folder: resigned(folder, format="invgen compiled model 0"), "has format"),
        (lambda folder: resigned(folder, harmonics="harmonics-l3@000000000000"), "tensor harmonics"),
        (lambda folder: resigned(folder, model={"model": "hip-nn"}), "is not the model"),
        (lambda folder: resigned(folder, files={}), "does not vouch for model.safetensors"),
        (lambda folder: (folder / "program.json").write_text("{}"), "does not vouch for program.json"),
        (
            lambda folder: (folder / "manifest.json").write_text(
                (folder / "manifest.json").read_text().replace('"cpu"', '"cuda"')
            ),
            "edited or truncated",
        ),
    ],
)
def test_damaged_folders_are_refused(copied: Path, damage: Callable[[Path], object], message: str) -> None:
    damage(copied)
    with pytest.raises(CompiledModelError, match=message):
        load_compiled(copied)


def test_a_whole_folder_is_accepted(copied: Path) -> None:
    """The twin of the tests above: signing again changes nothing that matters."""
    resigned(copied)
    assert read_manifest(copied)["target"] == "cpu"
    load_compiled(copied).verify()


# ---- what the machine lacks -------------------------------------------------------------------------------------


def test_programs_of_other_machines_are_not_loaded(copied: Path) -> None:
    here = requirements()
    assert lacking(here) is None
    cases = {
        "compiled for torch 1.0": {"torch": "1.0"},
        "compiled for a processor riscv": {"machine": "riscv"},
        "compiled for a system amiga": {"system": "amiga"},
        "missing here: avx9000": {"cpu_features": [*here["cpu_features"], "avx9000"]},
        "the processor abacus": {"cpu_features": [], "processor": "abacus"},
    }
    for message, change in cases.items():
        assert message in str(lacking({**here, **change}))
    (copied / "program.so").write_bytes(b"no library")
    files = json.loads((copied / "manifest.json").read_text())["files"]
    files["program.so"] = hashlib.sha256(b"no library").hexdigest()
    resigned(copied, files=files, program={**here, "torch": "1.0"}, without=None)
    with pytest.warns(UserWarning, match=r"program.so is not used.*torch 1.0.*compile the model again"):
        potential = load_compiled(copied)
    assert potential.program is None
    potential.verify()
    resigned(copied, program=here)
    with pytest.warns(UserWarning, match=r"program.so is not used.*cannot be loaded"):
        load_compiled(copied).verify()


@pytest.mark.skipif(torch.cuda.is_available(), reason="tells what happens without a GPU; with one the next test runs")
def test_a_model_for_a_gpu_runs_on_the_cpu_and_says_so(tmp_path: Path) -> None:
    model = build("hip-hop-nn", interactions=1)
    folder = compile_model(model, tmp_path / "out", target="cuda")
    with pytest.warns(UserWarning, match=r"compiled for a GPU and runs on the CPU, more slowly: .*(GPU|CUDA)"):
        potential = load_compiled(folder)
    assert potential.device.type == "cpu"
    same_as(model, potential, torch.float64)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_model_for_a_gpu_runs_there(tmp_path: Path) -> None:
    model = build("hip-hop-nn", interactions=1)
    potential = load_compiled(compile_model(model, tmp_path / "out", target="cuda"))
    assert potential.device.type == "cuda"
    potential.verify()
    atoms = ase.Atoms("CO", [[0, 0, 0], [0, 0, 1.2]])
    np.testing.assert_allclose(
        potential.calculator().get_property("forces", atoms), InvgenCalculator(model).get_property("forces", atoms),
        atol=1e-10,
    )  # fmt: skip


def test_a_basis_without_cuda_kernels_cannot_go_to_a_gpu(tmp_path: Path) -> None:
    emitted = invgen.emit(invgen.find_basis("cartesian-l2-n3-flexible"), ("numba", "torch"), tmp_path / "basis")
    model = HipHopNN(emitted, species=(1, 6), features=4, cutoff=CUTOFF)
    with pytest.raises(CompiledModelError, match="the target 'cuda' needs those for 'cuda'"):
        compile_model(model, tmp_path / "out", target="cuda")


# ---- command line and pages -------------------------------------------------------------------------------------


def test_the_command(tmp_path: Path) -> None:
    path = save_model(build("hip-nn", interactions=1), tmp_path / "model.safetensors")
    done = processes.invgen_process("compile", path, "--no-export")
    assert done.returncode == 0, done.stderr
    assert "elements [1, 6, 8], cutoff 4.0 Å" in done.stdout
    load_compiled(tmp_path / "model-cpu").verify()
    again = processes.invgen("compile", path, "--no-export")
    assert again.returncode == 2
    assert "not an empty folder" in again.stderr
    wrong = processes.invgen("compile", path, "--target", "gpu", "-o", tmp_path / "other")
    assert wrong.returncode == 2
    assert "unknown target 'gpu'" in wrong.stderr
