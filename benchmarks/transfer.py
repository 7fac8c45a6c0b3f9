"""Transfer, tested as COMP6 tests it: trained on small molecules, tested on larger ones, dimers, and dynamics.

Everything is labelled here by GFN2-xTB. Training: geometries of QM9 molecules of H, C, N, O with at most six heavy
atoms, displaced along their normal modes at 300 to 1,200 K. Tests, each a part of its own:

    larger      displaced QM9 molecules of nine heavy atoms, several conformations of each
    dimers      the geometries of S66x8
    dynamics    frames of rMD17 molecules (split 01, test)

Of each part energies, energies relative to the other conformations of the same molecule, and forces. HIP-NN, HIP-NN-TS
(l = 2) and HIP-HOP-NN (3,4), equal settings, three seeds. Settings are those found for rMD17 and QM7 (by validation
errors) with fewer epochs, since there are more frames.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/transfer.py --data FOLDER --into FOLDER [--models "HIP-HOP-NN (3,4)" ..] [--seeds 0 ..]

Whichever are trained, the report is of all that are finished, and the JSON names what is missing. Displacements follow
eigenvectors, whose signs libraries of linear algebra choose: another machine may draw other frames of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import ase.units
import molecules
import numpy as np
import record
import torch
from molecules import HIP_HOP_NN, HIP_NN, Run, configuration

from invgen.data.dataset import Dataset
from invgen.data.npz import write_npz
from invgen.data.recipes import load_recipe
from invgen.data.structure import Structure
from invgen.data.structures import read_structures
from invgen.data.xtb import label_one
from invgen.nn.energy import EnergyForces
from invgen.nn.network import Network
from invgen.potentials.evaluation import evaluate
from invgen.potentials.saved import MODEL, load_model

HEAVIEST, LARGER = 6, 9
"""Heavy atoms of the largest training molecules, and of those of the part ``larger``."""
TRAIN, VALIDATION = 20_000, 1_000
LARGER_MOLECULES, CONFORMATIONS, FRAMES = 60, 10, 50
RMD17 = ("aspirin", "ethanol", "malonaldehyde", "paracetamol", "salicylic", "toluene", "uracil")
SPECIES = (1, 6, 7, 8)
COLD, HOT = 300.0, 1200.0
"""K."""
STEP, SOFTEST = 0.01, 0.5
"""Å of the differences of forces; eV/Å^2 of the softest mode, below which displacements are no longer thermal."""
SEEDS = (0, 1, 2)
MODELS = {
    "HIP-NN": {"kind": HIP_NN},
    "HIP-NN-TS l=2": {"kind": "hip-nn-ts", "l_max": 2},
    "HIP-HOP-NN (3,4)": {"kind": HIP_HOP_NN, "basis": "cartesian-l3-n4-flexible"},
}
SETTINGS: dict[str, dict[str, Any]] = {
    "data": {"train": "made here", "validation_size": VALIDATION},
    "model": {
        "features": 64, "sensitivities": 10, "sigma": 4.0, "soft_min": 0.8, "soft_max": 5.0, "cutoff": 5.5,
        "interactions": 2, "atom_layers": 2,
    },
    "loss": {"kind": "mae", "energy": 0.1},
    "training": {
        "epochs": 15, "batch_size": 25, "learning_rate": 1.5e-3, "optimizer": "muon", "sensitivity_rate": 0.2,
        "schedule": "one-cycle", "average": 0.99,
    },
}  # fmt: skip
"""One for all networks."""


# ---- structures ---------------------------------------------------------------------------------------------------


def hessian(numbers: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """(3 atoms, 3 atoms) eV/Å^2 by central differences of forces, symmetric."""
    size = positions.size
    rows = np.zeros((size, size))
    for k in range(size):
        shift = np.zeros(size)
        shift[k] = STEP
        moved = (positions + sign * shift.reshape(-1, 3) for sign in (1, -1))
        ahead, behind = (label_one((numbers, r)) for r in moved)
        if ahead is None or behind is None:
            raise RuntimeError(f"GFN2-xTB does not converge beside a minimum of {numbers.tolist()}")
        rows[k] = (behind[1] - ahead[1]).ravel() / (2 * STEP)
    return (rows + rows.T) / 2


def displaced(numbers: np.ndarray, positions: np.ndarray, count: int, rng: np.random.Generator) -> Iterator[Structure]:
    """Thermal displacements along the modes of the matrix of force constants, labelled; failures are drawn again."""
    stiffness, modes = np.linalg.eigh(hessian(numbers, positions))
    moving = stiffness > 0.01 * STEP
    stiffness, modes = np.maximum(stiffness[moving], SOFTEST), modes[:, moving]
    made = 0
    while made < count:
        spread = np.sqrt(ase.units.kB * rng.uniform(COLD, HOT) / stiffness)
        moved = positions + (modes @ (spread * rng.normal(size=len(spread)))).reshape(-1, 3)
        found = label_one((numbers, moved))
        if found is not None:
            yield Structure(numbers, moved, energy=found[0], forces=found[1])
            made += 1


def heavy_atoms(structure: Structure) -> int:
    """Atoms that are no hydrogen."""
    return int((structure.numbers > 1).sum())


def chosen(pool: Sequence[Structure], least: int, most: int) -> list[Structure]:
    """Those of H, C, N, O with so many heavy atoms."""
    return [s for s in pool if least <= heavy_atoms(s) <= most and set(s.numbers.tolist()) <= set(SPECIES)]


def relabelled(structures: Sequence[Structure], group: str) -> Iterator[Structure]:
    """The geometries with labels of GFN2-xTB; what does not converge is left out."""
    for structure in structures:
        found = label_one((structure.numbers, structure.positions))
        if found is not None:
            yield Structure(structure.numbers, structure.positions, energy=found[0], forces=found[1], group=group)


def make(data: Path, into: Path) -> None:
    """Training, validation and test parts as npz files; what is there is kept."""
    pool = molecules.qm9(data)
    small, large = chosen(pool, 1, HEAVIEST), chosen(pool, LARGER, LARGER)
    rng = np.random.default_rng(0)
    picked = [large[k] for k in rng.permutation(len(large))[:LARGER_MOLECULES]]
    each = -(-(TRAIN + VALIDATION) // len(small))
    parts = {
        "train": lambda: [x for s in small for x in displaced(s.numbers, s.positions, each, rng)],
        "larger": lambda: [x for s in picked for x in displaced(s.numbers, s.positions, CONFORMATIONS, rng)],
        "dimers": lambda: list(relabelled(load_recipe("s66x8", data / "comp6")["test"], "dimers")),
        "dynamics": lambda: [
            x for m in RMD17 for x in relabelled(molecules.rmd17(data, m)["test"][: FRAMES * 20 : 20], m)
        ],
    }
    for name, build in parts.items():
        if not (into / f"{name}.npz").exists():
            found = build()
            write_npz(into / f"{name}.npz", found)
            molecules.say(f"{name}: {len(found)} structures")


def sets(into: Path) -> molecules.Sets:
    """What ``make`` wrote; of the first file ``VALIDATION`` structures at random are for validation."""
    pool = molecules.held_out(read_structures(into / "train.npz"), VALIDATION)
    return {"train": pool["train"][:TRAIN], "validation": pool["validation"], **tests(into)}


def tests(into: Path) -> molecules.Sets:
    """The test parts."""
    return {name: read_structures(into / f"{name}.npz") for name in ("larger", "dimers", "dynamics")}


# ---- relative energies --------------------------------------------------------------------------------------------


def relative(model: Network, structures: Sequence[Structure]) -> dict[str, float]:
    """MAE and RMSE (eV) of differences between conformations of equal elements in equal order, over all pairs."""
    found = evaluate(EnergyForces(model).eval(), Dataset.from_structures(structures, model.cutoff)).energy
    kinds: dict[bytes, list[int]] = {}
    for k, s in enumerate(structures):
        kinds.setdefault(s.numbers.tobytes(), []).append(k)
    error = found[:, 1] - found[:, 0]
    pairs = np.array([error[a] - error[b] for same in kinds.values() for a, b in combinations(same, 2)])
    return {"mae": float(np.abs(pairs).mean()), "rmse": float(np.sqrt(np.mean(pairs**2))), "pairs": len(pairs)}


# ---- trainings and report -----------------------------------------------------------------------------------------


def runs(into: Path, names: Sequence[str] = tuple(MODELS), seeds: Sequence[int] = SEEDS) -> list[Run]:
    """All networks with the first seed, then with the next."""
    return [
        Run(
            run_name(name, seed), {"model": name, "seed": seed},
            configuration(SETTINGS, model=MODELS[name], training={"seed": seed}), lambda: sets(into),
        )
        for seed in seeds
        for name in names
    ]  # fmt: skip


def run_name(model: str, seed: int) -> str:
    """Of a training and its folder."""
    return f"transfer-{model.replace(' ', '-').lower()}-{seed}"


def report(into: Path) -> dict[str, Any]:
    """Errors by network and part: mean and spread over the seeds, in kcal/mol and kcal/mol/Å."""
    data = molecules.collect("transfer", runs(into), into)
    parts = tests(into)
    for row in [row for row in data["rows"] if "relative" not in row]:
        model = load_model(into / run_name(row["model"], row["seed"]) / MODEL)
        row["relative"] = {part: relative(model, structures) for part, structures in parts.items()}
    table = []
    for (name,), rows in molecules.grouped(data["rows"], "model").items():
        for part in parts:
            measured = {
                "energy_mae": [r["test"][part]["energy_mae"] for r in rows],
                "relative_mae": [r["relative"][part]["mae"] for r in rows],
                "force_mae": [r["test"][part]["force_mae"] for r in rows],
            }
            errors = {key: molecules.spread(v / molecules.KCAL for v in values) for key, values in measured.items()}
            table.append({"model": name, "part": part, **errors})
            told = ", ".join(f"{key} {molecules.told(value)}" for key, value in errors.items())
            molecules.say(f"{name}, {part}: {told} kcal/mol(/Å)")
    return {**data, "table": table}


def table_row(row: dict[str, Any]) -> str:
    """A row of ``table`` as it stands in docs/performance.md."""
    told = [molecules.told(row[key]) for key in ("energy_mae", "relative_mae", "force_mae")]
    return f"| {row['part']} | {row['model']} | {' | '.join(told)} |"


def main() -> None:
    """Make, train, report."""
    parser = molecules.parser(__doc__)
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=list(SEEDS))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.into.mkdir(parents=True, exist_ok=True)
    make(arguments.data, arguments.into)
    chosen = runs(arguments.into, arguments.models, arguments.seeds)
    molecules.work("transfer", runs(arguments.into), chosen, arguments)
    record.write("transfer", report(arguments.into))


if __name__ == "__main__":
    main()
