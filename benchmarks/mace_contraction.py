"""MACE models before and after ``invgen.mace.reduce``: equality, and the time of the contraction and of whole models.

    python benchmarks/mace_contraction.py [--data FOLDER] [--parts equality,contraction,models]

Needs mace-torch 0.3.16 beside invgen (docs/mace.md). One thread; processor time, the smallest of some repetitions, both
sides in one process. What is timed: the value (without derivatives), energies and forces (value and gradient by the
tensors or positions, weights fixed), and a training step (as before, then the gradient of a loss of values and
gradients by weights). For each correlation order, with scalars out (L = 0) and with scalars and vectors (L = 1).

Equality is told of a checkpoint made here: a small network trained on 200 frames of ethanol (rMD17, split 01), saved,
loaded and reduced, energies and forces of 100 test frames in both precisions.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch
from mace import data, modules, tools  # before e3nn, which can then read its constants with this torch
from mace.modules import symmetric_contraction
from mace.tools import cg, torch_geometric

import invgen.mace

from e3nn import o3  # isort: skip

KCAL = 0.0433641
CUTOFF, L_MAX = 5.0, 3
ORDERS, OUTPUTS = (2, 3, 4), ("{n}x0e", "{n}x0e+{n}x1o")
PARTS = ("equality", "contraction", "models")


def graphs(numbers: np.ndarray, frames: dict[str, np.ndarray], table: Any) -> list[Any]:
    """Frames as MACE takes them, energies less their mean."""
    weights = {"energy": 1.0, "forces": 1.0}
    return [
        data.AtomicData.from_config(
            data.Configuration(numbers, r, {"energy": e, "forces": f}, weights), z_table=table, cutoff=CUTOFF
        )
        for r, e, f in zip(frames["R"], frames["E"], frames["F"], strict=True)
    ]


def ethanol(folder: Path, train: int, test: int) -> tuple[np.ndarray, dict[str, dict[str, np.ndarray]]]:
    """Atomic numbers, and frames in eV and Å."""
    with np.load(folder / "rmd17" / "ethanol_split01.npz") as archive:
        mean = archive["E_train"].mean()
        parts = {
            part: {
                "R": archive[f"R_{part}"][:n],
                "E": (archive[f"E_{part}"][:n] - mean) * KCAL,
                "F": archive[f"F_{part}"][:n] * KCAL,
            }
            for part, n in (("train", train), ("test", test))
        }
        return archive["Z"], parts


def network(table: Any, hidden: str, correlation: int, l_max: int, neighbours: float) -> torch.nn.Module:
    """Two interaction layers; their contractions have ``hidden`` and its scalars as outputs."""
    tools.set_seeds(0)
    block = modules.interaction_classes["RealAgnosticResidualInteractionBlock"]
    return modules.ScaleShiftMACE(
        r_max=CUTOFF,
        num_bessel=8,
        num_polynomial_cutoff=5,
        max_ell=l_max,
        interaction_cls=block,
        interaction_cls_first=block,
        num_interactions=2,
        num_elements=len(table),
        hidden_irreps=o3.Irreps(hidden),
        MLP_irreps=o3.Irreps("16x0e"),
        gate=torch.nn.functional.silu,
        atomic_energies=np.zeros(len(table)),
        avg_num_neighbors=neighbours,
        atomic_numbers=table.zs,
        correlation=correlation,
        radial_MLP=[64, 64, 64],
        atomic_inter_scale=1.0,
        atomic_inter_shift=0.0,
    )


def evaluated(model: torch.nn.Module, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Energies and forces."""
    output = model(batch.to_dict(), training=False, compute_force=True)
    return output["energy"].detach(), output["forces"].detach()


# ---- equality ---------------------------------------------------------------------------------------------------


def equality(folder: Path, seconds: float) -> dict[str, Any]:
    """A checkpoint trained here, before and after, in both precisions and both ways."""
    torch.set_default_dtype(torch.float64)
    numbers, frames = ethanol(folder, 200, 100)
    table = tools.AtomicNumberTable(sorted(set(numbers.tolist())))
    train, test = (graphs(numbers, frames[part], table) for part in ("train", "test"))
    model = network(table, "8x0e+8x1o", 3, 2, len(numbers) - 1)
    steps, errors = trained(model, train, test, seconds)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False).eval()
    counts = invgen.mace.count(loaded)
    found: dict[str, Any] = {
        "network": "8x0e+8x1o, l_max 2, correlation 3, two layers",
        "training": {"frames": 200, "steps": steps, "processor_seconds": seconds, **errors},
        "paths": {"mace": counts.paths, "independent": counts.independent},
        "parameters": {"mace": size(loaded), "reduced": size(invgen.mace.reduce(loaded))},
        "frames": len(test),
    }
    exact: tuple[torch.Tensor, ...] = ()
    for dtype in (torch.float64, torch.float32):
        torch.set_default_dtype(dtype)
        batch = torch_geometric.Batch.from_data_list(graphs(numbers, frames["test"], table))
        before = loaded.to(dtype)
        energy, forces = evaluated(before, batch)
        exact = exact or (energy, forces)
        found[f"{str(dtype).removeprefix('torch.')} mace, against its float64"] = deviations((energy, forces), exact)
        for backend in ("auto", "torch", invgen.mace.models.OWN):
            after = evaluated(invgen.mace.reduce(before, backend), batch)
            name = f"{str(dtype).removeprefix('torch.')} reduced ({backend})"
            found[name] = {**deviations(after, (energy, forces)), "against_float64": deviations(after, exact)}
    found["largest"] = {"energy_eV": float(exact[0].abs().max()), "force_eV_per_A": float(exact[1].abs().max())}
    return found


def deviations(found: tuple[torch.Tensor, ...], wanted: tuple[torch.Tensor, ...]) -> dict[str, float]:
    """The largest ones; molecules are equally large."""
    energy, force = (float((a.double() - b.double()).abs().max()) for a, b in zip(found, wanted, strict=True))
    atoms = len(wanted[1]) // len(wanted[0])
    return {"energy_eV": energy, "energy_per_atom_eV": energy / atoms, "force_eV_per_A": force}


def size(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def trained(model: torch.nn.Module, train: list[Any], test: list[Any], seconds: float) -> tuple[int, dict[str, float]]:
    """Adam on energies and forces for some processor time; number of steps, and errors of the test frames in meV."""
    loss = modules.WeightedEnergyForcesLoss(1.0, 100.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    rng, start, steps = np.random.default_rng(0), time.process_time(), 0
    while time.process_time() - start < seconds:
        rows = rng.integers(0, len(train), 5)
        batch = torch_geometric.Batch.from_data_list([train[i] for i in rows])
        optimizer.zero_grad(set_to_none=True)
        output = model(batch.to_dict(), training=True, compute_force=True)
        loss(pred=output, ref=batch).backward()
        optimizer.step()
        steps += 1
    batch = torch_geometric.Batch.from_data_list(test)
    energy, forces = evaluated(model, batch)
    errors = {
        "energy_mae_meV": 1000 * float((energy - batch.energy).abs().mean()),
        "force_mae_meV_per_A": 1000 * float((forces - batch.forces).abs().mean()),
    }
    return steps, errors


# ---- time -------------------------------------------------------------------------------------------------------


def best(action: Callable[[], Any], repeats: int) -> float:
    """The smallest processor time of some runs, in seconds, after one that is not counted."""
    action()
    gc.collect()
    return min(record.processor_seconds(action) for _ in range(repeats))


def times(value: Callable[[], torch.Tensor], gradient: Callable[[bool], Any], step: Callable[[], Any], n: int) -> dict:
    def without() -> Any:
        with torch.no_grad():
            return value()

    return {
        "value": best(without, n),
        "value_and_gradient": best(lambda: gradient(False), n),
        "training_step": best(step, n),
    }


def contraction_times(module: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, repeats: int) -> dict[str, float]:
    """Of one contraction."""
    x = x.clone().requires_grad_()

    def gradient(graph: bool) -> torch.Tensor:
        module.requires_grad_(graph)
        return torch.autograd.grad(module(x, y).square().sum(), x, create_graph=graph)[0]

    def step() -> None:
        module.requires_grad_(True)
        loss = gradient(True).square().sum()
        torch.autograd.grad(loss, [p for p in module.parameters() if p.requires_grad])

    return times(lambda: module(x, y), gradient, step, repeats)


def lean_couplings(irreps_in: Any, irreps_out: Any, correlation: int, dtype: Any = None, **_: Any) -> list[Any]:
    """MACE's couplings column by column, without those to other irreps, which take gigabytes at order 4 meanwhile."""
    irreps, (out,) = o3.Irreps(irreps_in), [ir for _, ir in o3.Irreps(irreps_out)]
    natural = [o3.Irrep(r, (-1) ** r) for r in range(12)] if correlation == 4 else None
    if correlation == 1:
        return cg.U_matrix_real(irreps_in, irreps_out, 1, dtype=dtype, use_cueq_cg=False)
    columns = []
    for left, _, coupling in cg._wigner_nj([irreps] * (correlation - 1), "component", natural, dtype):
        for (_, ir), place in zip(irreps, irreps.slices(), strict=True):
            if out in left * ir:
                three = o3.wigner_3j(out.l, left.l, ir.l, dtype=dtype) * out.dim**0.5
                column = torch.zeros(out.dim, *coupling.shape[1:], irreps.dim, dtype=dtype)
                column[..., place] = torch.tensordot(three, coupling, dims=([1], [0])).movedim(1, -1)
                columns.append(column.squeeze(0))
    return [out, torch.stack(columns, dim=-1)]


def one_contraction(module: torch.nn.Module) -> torch.nn.Module:
    """In a model, so that it can be reduced."""

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.contraction = module

        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return self.contraction(x, y)

    return Model()


def contraction(features: int, elements: int) -> list[dict[str, Any]]:
    """Rows for every order and output; the first call of compiled kernels, which compiles them, is told apart."""
    rows = []
    for correlation in ORDERS:
        for outputs in OUTPUTS:
            for dtype in (torch.float32, torch.float64) if correlation < 4 else (torch.float32,):
                torch.set_default_dtype(dtype)
                torch.manual_seed(0)
                atoms = 64 if correlation < 4 else 32
                ranks = "+".join(f"{features}x{rank}{'eo'[rank % 2]}" for rank in range(L_MAX + 1))
                made = time.process_time()
                theirs = modules.SymmetricContraction(
                    ranks, outputs.format(n=features), correlation, num_elements=elements
                )
                made = time.process_time() - made
                model = one_contraction(theirs)
                read = time.process_time()
                reduced = invgen.mace.reduce(model)
                read = time.process_time() - read
                own = invgen.mace.reduce(model, invgen.mace.models.OWN)
                x = torch.randn(atoms, features, (L_MAX + 1) ** 2)
                y = torch.nn.functional.one_hot(torch.arange(atoms) % elements, elements).to(x.dtype)
                compiled = record.processor_seconds(lambda m=reduced: contraction_times(m, x, y, 1))  # noqa: B023
                counts = invgen.mace.count(model)
                repeats = 15 if correlation < 4 else 1
                sides = {
                    "mace": contraction_times(model, x, y, repeats),
                    "mace_reduced": contraction_times(own, x, y, repeats),
                    "invgen": contraction_times(reduced, x, y, 20),
                }
                rows.append(
                    {
                        "correlation": correlation,
                        "outputs": outputs.format(n=features),
                        "dtype": str(dtype).removeprefix("torch."),
                        "atoms": atoms,
                        "features": features,
                        "paths": counts.paths,
                        "independent": counts.independent,
                        "mace_construction_seconds": made,
                        "reduce_seconds": read,
                        "compile_seconds": compiled,
                        "deviation": float((model(x, y) - reduced(x, y)).abs().max() / model(x, y).abs().max()),
                        "seconds": sides,
                        "ratio": {k: sides["mace"][k] / sides["invgen"][k] for k in sides["mace"]},
                    }
                )
                print(json.dumps(rows[-1]), flush=True)
                del theirs, model, own
                gc.collect()
    return rows


def model_times(model: torch.nn.Module, batch: Any, repeats: int) -> dict[str, float]:
    """Energies and forces, and a training step, of a whole model."""
    loss = modules.WeightedEnergyForcesLoss(1.0, 100.0)
    inputs = batch.to_dict()

    def forces() -> None:
        model.requires_grad_(False)
        model(inputs, training=False, compute_force=True)

    def step() -> None:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_("atomic_numbers" not in name)
            parameter.grad = None
        loss(pred=model(inputs, training=True, compute_force=True), ref=batch).backward()

    return {"energies_and_forces": best(forces, repeats), "training_step": best(step, repeats)}


def models(folder: Path, features: int) -> list[dict[str, Any]]:
    """Rows for every order and output of a network of two layers, on some molecules of ethanol."""
    rows = []
    for correlation in ORDERS:
        for outputs in OUTPUTS:
            torch.set_default_dtype(torch.float32)
            numbers, frames = ethanol(folder, 5, 1)
            table = tools.AtomicNumberTable(sorted(set(numbers.tolist())))
            batch = torch_geometric.Batch.from_data_list(graphs(numbers, frames["train"], table))
            model = network(table, outputs.format(n=features), correlation, L_MAX, len(numbers) - 1)
            reduced = invgen.mace.reduce(model)
            model_times(reduced, batch, 1)
            sides = {
                "mace": model_times(model, batch, 3 if correlation < 4 else 1),
                "invgen": model_times(reduced, batch, 5),
            }
            rows.append(
                {
                    "correlation": correlation,
                    "hidden": outputs.format(n=features),
                    "atoms": 5 * len(numbers),
                    "seconds": sides,
                    "ratio": {k: sides["mace"][k] / sides["invgen"][k] for k in sides["mace"]},
                }
            )
            print(json.dumps(rows[-1]), flush=True)
            del model
            gc.collect()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with rmd17/ethanol_split01.npz")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure; the rest stays as it was recorded")
    parser.add_argument("--seconds", type=float, default=60.0, help="processor time of the training")
    parser.add_argument("--features", type=int, default=64)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    symmetric_contraction.U_matrix_real = lean_couplings
    file = record.RESULTS / "mace_contraction.json"
    found = json.loads(file.read_text()) if file.exists() else {}
    found.pop("stamp", None)
    made = {
        "equality": lambda: equality(arguments.data, arguments.seconds),
        "contraction": lambda: contraction(arguments.features, 3),
        "models": lambda: models(arguments.data, arguments.features // 2),
    }
    for part in arguments.parts.split(","):
        found[part] = made[part]()
        record.write("mace_contraction", {name: found[name] for name in PARTS if name in found})


if __name__ == "__main__":
    main()
