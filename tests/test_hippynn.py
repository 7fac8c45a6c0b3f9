"""hippynn's networks on our kernels: the same numbers before, with and after the patch, in its own training, too."""

from __future__ import annotations

import copy
import subprocess
import sys
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tensor_fixtures import same_derivatives
from tolerances import DIRECT_SUM, KERNEL, LAW, all_close, close

import invgen
from invgen.engines import hippynn as engine
from invgen.engines import hippynn_layers
from invgen.engines.errors import EngineError
from invgen.engines.hippynn_layers import compiled_sensitivities, positions_of_ones
from invgen.hippynn import Patch, patch
from invgen.potentials.hippynn_weights import invariant_order
from invgen.runtime.operators import pairs

torch.set_default_dtype(torch.float64)  # in which hippynn makes its projections when it is imported
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hippynn = pytest.importorskip("hippynn", reason="hippynn is not installed: pip install hippynn==0.1.3")
        from hippynn.custom_kernels.registry import MessagePassingKernels
        from hippynn.custom_kernels.test_env import EnvOpsTester
        from hippynn.experiment.assembly import TrainingModules
        from hippynn.graphs import inputs, networks, physics, targets
        from hippynn.layers.hiplayers import GaussianSensitivityModule, SensitivityBottleneck
finally:
    torch.set_default_dtype(torch.float32)
PLAIN = "_pytorch_raw_wrapped"
"""hippynn's sums in plain torch: those in Numba differ by 1e-9, and others are compiled for every shape."""

pytestmark = pytest.mark.filterwarnings("ignore")
F64 = torch.float64
SPECIES = (1, 6, 8)
CUTOFF = 3.5
HOP = {"l_max": 3, "n_max": 4}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "hip-nn": ("Hipnn", {}),
    "hip-nn-ts l=1": ("HipnnVec", {}),
    "hip-nn-ts l=2": ("HipnnQuad", {"cusp_reg": 1e-4}),
    "hip-hop-nn (3,4)": ("HipHopnn", HOP),
    "hip-hop-nn (2,4)": ("HipHopnn", {"l_max": 2, "n_max": 4}),
    "hip-hop-nn (3,3), which our basis exceeds": ("HipHopnn", {"l_max": 3, "n_max": 3}),
    "hip-hop-nn (3,2)": ("HipHopnn", {"l_max": 3, "n_max": 2}),
    "hip-hop-nn (2,3)": ("HipHopnn", {"l_max": 2, "n_max": 3}),
    "hip-hop-nn (1,2), of which we have no basis": ("HipHopnn", {"l_max": 1, "n_max": 2}),
    "hip-hop-nn without normalisation": ("HipHopnn", {**HOP, "group_norm": False}),
    "without residuals": ("HipHopnn", {**HOP, "resnet": False}),
    "with linear sensitivities": ("Hipnn", {"sensitivity_type": "linear"}),
    "with mixed sensitivities": (
        "HipnnQuad",
        {"sensitivity_type": partial(SensitivityBottleneck, n_dist_bare=7)},
    ),
}


@pytest.fixture(autouse=True)
def plain_sums() -> Iterator[None]:
    before = hippynn.custom_kernels.CUSTOM_KERNELS_ACTIVE
    hippynn.custom_kernels.set_custom_kernels(PLAIN)
    yield
    hippynn.custom_kernels.set_custom_kernels(before)


def graph(kind: str = "HipHopnn", extra: dict[str, Any] | None = None, dtype: torch.dtype = F64) -> Any:
    """From species and positions to energies of molecules and forces; weights are random."""
    torch.manual_seed(1)
    nodes = inputs.SpeciesNode(db_name="Z"), inputs.PositionsNode(db_name="R")
    arguments = {
        "possible_species": [0, *SPECIES], "n_features": 6, "n_sensitivities": 5, "dist_soft_min": 0.8,
        "dist_soft_max": 3.0, "dist_hard_max": CUTOFF, "n_interaction_layers": 2, "n_atom_layers": 1,
    }  # fmt: skip
    network = getattr(networks, kind)("network", nodes, module_kwargs={**arguments, **(extra or {})})
    energy = targets.HEnergyNode("energy", network, db_name="E")
    force = physics.GradientNode("forces", (energy, nodes[1]), sign=-1)
    made = hippynn.graphs.GraphModule(list(nodes), [energy.mol_energy, force]).to(dtype)
    for name, parameter in made.named_parameters():
        if "group_norm" in name:
            parameter.data += 0.3 * torch.randn_like(parameter)
    return made


def molecules(dtype: torch.dtype = F64) -> tuple[torch.Tensor, torch.Tensor]:
    """Numbers (3, 6), zero-padded, and positions; one atom of the last molecule has no neighbour."""
    numbers = torch.tensor([[6, 1, 1, 8, 1, 1], [8, 1, 1, 0, 0, 0], [6, 8, 0, 0, 0, 0]])
    lattice = torch.tensor([[0, 0, 0], [1.1, 0, 0], [0, 1.1, 0], [0, 0, 1.3], [1.2, 1.2, 0.3], [2.3, 0.4, 0.9]])
    positions = lattice.double() + 0.1 * torch.randn(3, 6, 3, generator=torch.Generator().manual_seed(0), dtype=F64)
    positions[2, 1] = torch.tensor([0.0, 0.0, 9.0])
    return numbers, positions.to(dtype)


def everything(model: Any, dtype: torch.dtype = F64) -> list[torch.Tensor]:
    """Energies, forces, and the gradient of a loss of both by every parameter."""
    numbers, positions = molecules(dtype)
    energy, forces = model(numbers, positions)
    model.zero_grad()
    (energy.square().mean() + (forces - 0.1).square().mean()).backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    assert any(float(g.abs().max()) > 0 for g in gradients)
    return [x.detach().clone() for x in (energy, forces, *gradients)]


@pytest.mark.parametrize("case", CASES)
def test_energies_forces_and_gradients_stay(case: str) -> None:
    model = graph(*CASES[case])
    before, names = everything(model), list(model.state_dict())
    held = patch(model)
    assert len(held.layers) == 2
    patched = everything(model)
    all_close(patched, before, LAW["float64"])
    assert list(model.state_dict()) == names
    held.undo()
    assert not any("forward" in vars(m) for m in model.modules())
    assert all(torch.equal(a, b) for a, b in zip(everything(model), before, strict=True))


def test_float32_agrees_to_its_precision() -> None:
    model = graph(dtype=torch.float32)
    before = everything(model, torch.float32)
    with patch(model):
        all_close(everything(model, torch.float32), before, 20 * KERNEL["float32"])


def test_kernels_are_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong sum over pairs is seen: hippynn's own forward is not what gave the numbers."""
    model = graph()
    before = everything(model)
    wrong = SimpleNamespace(VALUE=lambda *a: 1.01 * pairs.VALUE(*a), DTYPES=pairs.DTYPES)
    with patch(model):
        monkeypatch.setattr(hippynn_layers, "pairs", wrong)
        assert float((everything(model)[0] - before[0]).abs().max()) > 1e-6


def test_other_dtypes_run_as_they_are() -> None:
    model = graph("Hipnn").to(torch.bfloat16)
    numbers, positions = molecules(torch.bfloat16)
    before = model(numbers, positions)
    with patch(model):
        assert all(torch.equal(a, b) for a, b in zip(model(numbers, positions), before, strict=True))


def test_copies_are_patched_and_pickles_are_hippynns(tmp_path: Path) -> None:
    model = graph()
    before = everything(model)
    patch(model)
    twin = copy.deepcopy(model)
    layer = next(m for m in twin.modules() if type(m).__name__ == "HOPInteractionLayer")
    assert vars(layer)["forward"].module is layer
    all_close(everything(twin), before, LAW["float64"])
    torch.save(model, tmp_path / "model.pt")
    code = f"""
import sys, warnings; warnings.simplefilter("ignore")
sys.modules["invgen"] = None
import torch; torch.set_default_dtype(torch.float64)
import hippynn; hippynn.custom_kernels.set_custom_kernels("_pytorch_raw_wrapped")
model = torch.load({str(tmp_path / "model.pt")!r}, weights_only=False)
numbers, positions = torch.load({str(tmp_path / "input.pt")!r})
print(repr(model(numbers, positions)[0].detach().flatten().tolist()))
"""
    torch.save(molecules(), tmp_path / "input.pt")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    close(np.array(eval(done.stdout)), before[0].flatten().numpy(), LAW["float64"])


def test_any_basis_in_a_network(tmp_path: Path) -> None:
    """Rank four, 23 invariants: they do not turn with the molecule, and undoing brings the old network back."""
    model = graph()
    before, shapes = everything(model), {k: v.shape for k, v in model.state_dict().items() if hasattr(v, "shape")}
    held = patch(model, basis="cartesian-l4-n4-flexible")
    size = len(invgen.load("cartesian-l4-n4-flexible").labels)
    new = {k: v.shape for k, v in model.state_dict().items() if hasattr(v, "shape")}
    changed = [name for name in shapes if shapes[name] != new[name]]
    assert list(new) == list(shapes)
    assert len(changed) == 6
    assert all("mixing_weights" in name or "group_norm" in name for name in changed)
    assert all(size in new[name] or 6 * size in new[name] for name in changed)
    numbers, positions = molecules()
    turn = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(3), dtype=F64))[0]
    turn *= torch.linalg.det(turn)
    energy, forces = model(numbers, positions)
    turned = model(numbers, positions @ turn)
    close(turned[0], energy, LAW["float64"])
    close(turned[1], forces @ turn, LAW["float64"])
    everything(model)
    torch.save(model, tmp_path / "model.pt")
    for twin in (copy.deepcopy(model), torch.load(tmp_path / "model.pt", weights_only=False)):
        close(twin(numbers, positions)[0], energy, LAW["float64"])
    held.undo()
    assert all(torch.equal(a, b) for a, b in zip(everything(model), before, strict=True))


def test_a_basis_runs_in_plain_operations_where_there_are_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU: the same network with and without the operators of the CPU."""
    model = graph()
    patch(model, basis="cartesian-l2-n4-flexible")
    before = everything(model)
    monkeypatch.setattr(hippynn_layers.Forward, "runs_on", lambda *_: False)
    all_close(everything(model), before, LAW["float64"])


def test_hippynns_own_basis_by_name_is_the_same_function() -> None:
    """With its own mixing weights in the order of our labels, a basis that is asked for gives the same energies."""
    model = graph("HipHopnn", {**HOP, "group_norm": False})
    state, before = copy.deepcopy(model.state_dict()), everything(model)
    patch(model, basis="cartesian-l3-n4-flexible")
    layers = [m for m in model.modules() if type(m).__name__ == "HOPInteractionLayer"]
    order = invariant_order(tuple(invgen.load("cartesian-l3-n4-flexible").labels), 13, 3)
    old = [v for k, v in state.items() if k.endswith("mixing_weights")]
    for layer, weights in zip(layers, old, strict=True):
        layer.mixing_weights.data = weights[:, order].contiguous()
    numbers, positions = molecules()
    all_close([x.detach() for x in model(numbers, positions)], before[:2], LAW["float64"])


def test_third_derivatives_fall_back_and_say_so() -> None:
    model = graph()
    numbers, positions = molecules()

    def energy(x: torch.Tensor) -> torch.Tensor:
        return model(numbers, x)[0]

    def with_patch(x: torch.Tensor) -> torch.Tensor:
        with patch(model):
            return energy(x)

    warnings.simplefilter("always")
    same_derivatives(with_patch, energy, [positions], order=3)


def test_hippynns_own_tests_of_its_sums_pass_with_ours() -> None:
    """envsum, sensesum and featsum are our sum over pairs and its derivatives, with one sensitivity."""

    def envsum(sense: Any, features: Any, first: Any, second: Any) -> Any:
        return pairs.VALUE(sense.new_ones(len(sense), 1), sense, features.unsqueeze(1), first, second, len(features))

    def sensesum(env: Any, features: Any, first: Any, second: Any) -> Any:
        ones, sense = env.new_ones(len(first), 1), env.new_zeros(len(first), env.shape[1])
        return pairs.VJP(ones, sense, features.unsqueeze(1), first, second, env, False)[1]

    def featsum(env: Any, sense: Any, first: Any, second: Any) -> Any:
        ones = env.new_ones(len(first), 1)
        features = env.new_zeros(len(env), 1, env.shape[2])
        return pairs.VJP(ones, sense, features, first, second, env, True)[2].squeeze(1)

    name = "invgen_pair_sum"
    MessagePassingKernels(name, envsum, sensesum, featsum)
    np.random.seed(0)
    tester = EnvOpsTester(name)
    tester.check_empty()
    tester.check_all_grad_once()
    for order in (False, True):
        tester.check_allclose_once(randomize_order=order)


TRAINING = """
import warnings; warnings.simplefilter("ignore")
import numpy as np, torch
torch.set_default_dtype(torch.float64)
import hippynn
from hippynn import plotting
from hippynn.databases import Database
from hippynn.experiment import SetupParams, assemble_for_training, setup_and_train
from hippynn.graphs import inputs, loss, networks, physics, targets
import invgen

torch.manual_seed(0)
hippynn.custom_kernels.set_custom_kernels("_pytorch_raw_wrapped")
species, positions = inputs.SpeciesNode(db_name="Z"), inputs.PositionsNode(db_name="R")
settings = {
    "possible_species": [0, 1, 8], "n_features": 4, "n_sensitivities": 5, "dist_soft_min": 0.8, "dist_soft_max": 2.5,
    "dist_hard_max": 3.0, "n_interaction_layers": 1, "n_atom_layers": 1,
}
network = networks.HipHopnn("network", (species, positions), module_kwargs=settings)
#PATCH
energy = targets.HEnergyNode("energy", network, db_name="E")
mse = loss.MSELoss.of_node(energy.mol_energy)
modules, db_info = assemble_for_training(mse, {"MSE": mse})
random = np.random.default_rng(0)
R = np.array([[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]]) + 0.05 * random.normal(size=(40, 3, 3))
E = np.linalg.norm(R[:, 1] - R[:, 2], axis=1, keepdims=True)
data = {"R": R, "E": E, "Z": np.tile([8, 1, 1], (40, 1))}
database = Database(data, seed=0, test_size=0.1, valid_size=0.1, **db_info)
setup = SetupParams(
    max_epochs=3, stopping_key="MSE", batch_size=8, optimizer=torch.optim.Adam, learning_rate=1e-2, device="cpu"
)
tracker = setup_and_train(modules, database, setup)
print("MSE", repr(float(tracker.best_metric_values["valid"]["MSE"])))
"""


@pytest.mark.slow
def test_a_training_script_runs_with_one_more_line(tmp_path: Path) -> None:
    """The same losses after three epochs; its checkpoint and its structure are read without this package."""
    script = TRAINING.replace("#PATCH", "invgen.hippynn.patch(network)")
    patched = float(script_of(script, tmp_path / "patched").split("MSE")[-1])
    script = f"import sys; sys.modules['invgen'] = None\n{TRAINING.replace('import invgen', '')}"
    read = f"""
import os
from hippynn.experiment.serialization import load_checkpoint_from_cwd
os.chdir({str(tmp_path / "patched")!r})
print(len(load_checkpoint_from_cwd(map_location="cpu")["training_modules"].model.state_dict()))
"""
    plain = script_of(script + read, tmp_path / "plain").split("MSE")[-1].split()
    assert float(plain[0]) > 0
    assert int(plain[-1]) > 0
    close(np.array(patched), np.array(float(plain[0])), 1e-9, least=0.0)


def script_of(code: str, folder: Path) -> str:
    """What a script that must succeed prints, run in a new folder."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_low_distances_are_warned_of() -> None:
    model = graph()
    layer = next(m for m in model.modules() if type(m).__name__ == "InverseSensitivityModule")
    near = torch.tensor([0.05, 1.0], dtype=F64)
    with pytest.warns(UserWarning, match="underneath sensitivity range") as theirs:
        expected = layer(near)
    with pytest.warns(UserWarning, match="underneath sensitivity range") as ours:
        found = compiled_sensitivities(layer, near)
    assert "Threshold distance for warning: 0.8889" in str(ours[0].message).replace("0.888888", "0.8889")
    assert str(theirs[0].message).splitlines()[-2:] == str(ours[0].message).splitlines()[-2:]
    close(found, expected, DIRECT_SUM["float64"])


def test_other_sensitivities_are_asked() -> None:
    module = GaussianSensitivityModule(4, 0.8, 3.0, CUTOFF).double()
    r = torch.linspace(0.7, 4.0, 5, dtype=F64)
    assert torch.equal(compiled_sensitivities(module, r), module(r))


def test_nodes_and_training_modules_are_taken() -> None:
    model = graph("Hipnn")
    (node,) = (n for n in model.names_dict if type(n) is networks.Hipnn)
    held = patch(node)
    assert held.layers == ("blocks.0.0.base_layer", "blocks.1.0.base_layer")
    held.undo()
    held = patch(TrainingModules(model, torch.nn.Identity(), torch.nn.Identity()))
    assert len(held.layers) == 2
    held.undo()


def test_one_hot_rows_are_seen() -> None:
    rows = torch.eye(3)[[0, 2, 2]]
    assert positions_of_ones(rows).tolist() == [0, 2, 2]
    assert positions_of_ones(rows + torch.eye(3)) is None
    assert positions_of_ones(2 * rows) is None
    assert positions_of_ones(rows.clone().requires_grad_()) is None
    assert positions_of_ones(rows[:, :0]) is None


def test_bad_input_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = graph("Hipnn")
    with pytest.raises(EngineError, match="got int"):
        patch(3)
    with pytest.raises(EngineError, match="nothing to patch"):
        patch(torch.nn.Linear(2, 2))
    with pytest.raises(EngineError, match="a basis is for HIP-HOP-NN"):
        patch(model, basis="cartesian-l2-n4-flexible")
    with pytest.raises(ValueError, match="makes Cartesian tensors"):
        patch(graph(), basis="ace-l3-n4-linear")
    held = patch(model)
    with pytest.raises(EngineError, match="is patched: undo that first"):
        patch(model)
    held.undo()
    held.undo()
    assert isinstance(held, Patch)
    assert repr(held).endswith("; undone)")
    monkeypatch.setattr(engine, "version", lambda name: "0.0.9")
    with pytest.raises(EngineError, match=r"hippynn 0\.0\.9 is not known, only 0\.1\.3"):
        patch(model)
    monkeypatch.setitem(sys.modules, "hippynn.layers", None)
    with pytest.raises(EngineError, match=r"pip install hippynn==0\.1\.3"):
        patch(model)
