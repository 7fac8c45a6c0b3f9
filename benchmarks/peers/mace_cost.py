"""mace-torch's side of benchmarks/materials_cost.py: processor seconds of energy, forces and stress on one thread.

Networks of random weights, which no cost depends on: two layers, spherical harmonics to l = 3, correlation 3, all but
the channels and the cutoff as ``mace_run_train`` has them unless told. Eager evaluation, as in its ASE calculator; its
graph of neighbours is made beforehand.

    ENV/bin/python benchmarks/peers/mace_cost.py CELLS.json RESULT.json [--repeats 3]

CELLS.json: a list with ``element``, ``numbers``, ``positions``, ``cell`` (Å) and ``cutoff`` (Å) of periodic cells.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mace import data, modules, tools  # before e3nn, which can then read its constants with this torch
from mace.tools import torch_geometric

from e3nn import o3  # isort: skip

warnings.simplefilter("ignore")
LAYERS, RANK, CORRELATION = 2, 3, 3
NETWORKS = ((64, "float32"), (64, "float64"), (128, "float32"))
"""Scalar channels, and precision."""


def graph(cell: Mapping[str, Any], table: Any) -> dict[str, torch.Tensor]:
    """One cell as a batch of its own."""
    arrays = {key: np.array(cell[key]) for key in ("positions", "cell")}
    configuration = data.Configuration(
        np.array(cell["numbers"]), properties={}, property_weights={}, pbc=(True,) * 3, **arrays
    )
    found = data.AtomicData.from_config(configuration, z_table=table, cutoff=cell["cutoff"])
    return dict(torch_geometric.Batch.from_data_list([found]).to_dict())


def network(cell: Mapping[str, Any], table: Any, channels: int, neighbours: float) -> torch.nn.Module:
    """With random weights."""
    block = modules.interaction_classes["RealAgnosticResidualInteractionBlock"]
    made = modules.ScaleShiftMACE(
        r_max=cell["cutoff"],
        num_bessel=8,
        num_polynomial_cutoff=5,
        max_ell=RANK,
        interaction_cls=block,
        interaction_cls_first=block,
        num_interactions=LAYERS,
        num_elements=len(table),
        hidden_irreps=o3.Irreps(f"{channels}x0e"),
        MLP_irreps=o3.Irreps("16x0e"),
        gate=torch.nn.functional.silu,
        atomic_energies=np.zeros(len(table)),
        avg_num_neighbors=neighbours,
        atomic_numbers=table.zs,
        correlation=CORRELATION,
        radial_MLP=[64, 64, 64],
        atomic_inter_scale=1.0,
        atomic_inter_shift=0.0,
    )
    for parameter in made.parameters():
        parameter.requires_grad_(False)
    return made.eval()


def seconds(cell: Mapping[str, Any], channels: int, repeats: int) -> tuple[list[float], float]:
    """Of each evaluation after the first, and neighbours of an atom; in torch's default precision."""
    table = tools.AtomicNumberTable(sorted(set(cell["numbers"])))
    batch = graph(cell, table)
    neighbours = batch["edge_index"].shape[1] / len(cell["numbers"])
    tools.set_seeds(0)
    model, taken = network(cell, table, channels, neighbours), []
    for _ in range(1 + repeats):
        start = time.process_time()
        found = model(batch, training=False, compute_force=True, compute_stress=True)
        taken.append(time.process_time() - start)
        if not all(torch.isfinite(found[key]).all() for key in ("energy", "forces", "stress")):
            raise SystemExit(f"{cell['element']}: energies, forces or stresses are not finite; nothing is timed")
    return taken[1:], neighbours


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for cell in json.loads(given.cells.read_text()):
        for channels, dtype in NETWORKS:
            torch.set_default_dtype(getattr(torch, dtype))
            taken, neighbours = seconds(cell, channels, given.repeats)
            per_atom = [1e6 * t / len(cell["numbers"]) for t in taken]
            row = {"element": cell["element"], "channels": channels, "dtype": dtype, "neighbours": neighbours}
            rows.append({**row, "us_per_atom": float(np.median(per_atom)), "least_us_per_atom": min(per_atom)})
            print(f"{cell['element']} {channels}x0e {dtype}: {rows[-1]['us_per_atom']:.0f} µs per atom", flush=True)
    versions = {name: version(name) for name in ("mace-torch", "e3nn", "torch")}
    settings = {"layers": LAYERS, "l_max": RANK, "correlation": CORRELATION}
    temporary = given.result.with_suffix(".tmp")
    temporary.write_text(json.dumps({"versions": versions, "settings": settings, "rows": rows}, indent=1) + "\n")
    temporary.replace(given.result)


if __name__ == "__main__":
    main()
