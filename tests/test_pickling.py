"""Networks, compiled potentials and calculators in other processes and as copies: what they hold, never their code."""

from __future__ import annotations

import copy
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from network_fixtures import BUILDERS, CUTOFF, SIZES, as_atoms, build, graph, molecule
from processes import python

import invgen
from invgen.errors import CompiledModelError
from invgen.nn import EnergyForces, HipHopNN
from invgen.potentials import InvgenCalculator, compile_model, load_compiled, save_model
from invgen.runtime.operators import invariants

ELSEWHERE = """
import pickle, sys
from pathlib import Path
import numpy as np, torch
torch.set_num_threads(1)
what, atoms = pickle.loads(Path(sys.argv[1]).read_bytes())
atoms.calc = what
np.save("forces.npy", atoms.get_forces())
"""


def forces_elsewhere(calculator: Any, place: Path) -> np.ndarray:
    """Forces of a molecule by a calculator that a fresh process read from a pickle."""
    (place / "it").write_bytes(pickle.dumps((calculator, as_atoms(molecule()))))
    python(ELSEWHERE.replace("sys.argv[1]", repr(str(place / "it"))), cwd=place)
    return np.load(place / "forces.npy")


def forces(calculator: Any) -> np.ndarray:
    atoms = as_atoms(molecule())
    atoms.calc = calculator
    return atoms.get_forces()


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("backend", ["auto", "torch"])
def test_networks_and_copies_give_the_same(name: str, backend: str) -> None:
    network, batch = build(name, backend=backend), graph(molecule())
    expected = EnergyForces(network).eval()(batch)
    for other in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        found = EnergyForces(other).eval()(batch)
        assert torch.equal(found.energy, expected.energy)
        assert torch.equal(found.forces, expected.forces)
        with torch.no_grad():
            next(other.parameters()).add_(1.0)
        assert torch.equal(EnergyForces(network).eval()(batch).energy, expected.energy)


def test_a_network_is_used_in_a_fresh_process(tmp_path: Path) -> None:
    calculator = InvgenCalculator(build("hip-hop-nn"))
    expected = forces(calculator)
    np.testing.assert_array_equal(forces_elsewhere(calculator, tmp_path), expected)
    np.testing.assert_array_equal(forces(copy.deepcopy(calculator)), expected)


def test_kernels_are_found_by_their_place_or_content(tmp_path: Path) -> None:
    shipped = invgen.load("cartesian-l2-n3-flexible").folder.path
    shutil.copytree(shipped, tmp_path / "mine")
    pickled = pickle.dumps(HipHopNN(tmp_path / "mine", **SIZES))
    assert b"def " not in pickled
    assert pickle.loads(pickled).blocks[0].interaction.layer.invariants.kernels.folder.path == tmp_path / "mine"
    shutil.rmtree(tmp_path / "mine")
    kernels = pickle.loads(pickled).blocks[0].interaction.layer.invariants.kernels
    assert kernels.folder.path == shipped
    with pytest.raises(LookupError, match="no emitted kernels with the key"):
        pickle.loads(pickled.replace(kernels.key.encode(), kernels.key[:-1].encode() + b"x"))


def test_kernels_whose_folder_is_gone_give_way_to_others_of_the_same_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = invgen.load("cartesian-l2-n3-flexible").folder.path
    monkeypatch.setattr(invariants, "LOADED", {})
    for place in ("first", "second"):
        shutil.copytree(shipped, tmp_path / place)
    key = HipHopNN(tmp_path / "first", **SIZES).blocks[0].interaction.layer.invariants.key
    shutil.rmtree(tmp_path / "first")
    found = forces(InvgenCalculator(HipHopNN(tmp_path / "second", **SIZES).double().eval()))
    assert np.isfinite(found).all()
    kernels = invariants.LOADED[key]
    assert kernels.folder.path == tmp_path / "second"
    HipHopNN(shipped, **SIZES)
    assert invariants.LOADED[key] is kernels


def test_a_compiled_potential_is_its_folder(tmp_path: Path) -> None:
    model = save_model(build("hip-hop-nn"), tmp_path / "model.safetensors")
    folder = compile_model(model, tmp_path / "folder", export=False)
    calculator = InvgenCalculator(folder)
    expected = forces(calculator)
    np.testing.assert_array_equal(forces_elsewhere(calculator, tmp_path), expected)
    np.testing.assert_array_equal(forces(copy.deepcopy(calculator)), expected)
    single = pickle.loads(pickle.dumps(load_compiled(folder).float()))
    assert (single.dtype, single.cutoff) == (torch.float32, CUTOFF)
    pickled = pickle.dumps(load_compiled(folder))
    shutil.rmtree(folder)
    compile_model(build("hip-nn"), folder, export=False)
    with pytest.raises(CompiledModelError, match="another model"):
        pickle.loads(pickled)
