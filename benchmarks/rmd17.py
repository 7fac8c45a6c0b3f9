"""rMD17: energies and forces of ten molecules, each learnt from 950 frames of official split 01, beside published ones.

Of the 1,000 training frames 50, the same for all seeds, choose the best epoch; the 1,000 test frames are looked at
once, after the training. One setting for all molecules, found on validation errors of ethanol with seed 10 and 40
epochs; the longer budget takes the same with more epochs.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/rmd17.py --data DATA --into rmd17 [--molecules ethanol ..] [--seeds 0 ..] [--epochs 40]
      -> results/rmd17.json

``--report`` writes what is finished; the JSON names what is missing.
"""

from __future__ import annotations

from typing import Any

import molecules
import record
from molecules import Run, Sets, configuration, grouped, say, spread

MOLECULES = (
    "ethanol",
    "malonaldehyde",
    "aspirin",
    "azobenzene",
    "benzene",
    "naphthalene",
    "paracetamol",
    "salicylic",
    "toluene",
    "uracil",
)
SEEDS = (0, 1, 2)
EPOCHS = (40, 120)
"""The budgets: about 100 and 300 seconds of one core for ethanol."""
VALIDATION = 50
SETTINGS: dict[str, dict[str, Any]] = {
    "model": {
        "kind": molecules.HIP_HOP_NN,
        "basis": "cartesian-l3-n4-flexible",
        "features": 64,
        "sensitivities": 10,
        "sigma": 4.0,
        "soft_min": 0.8,
        "soft_max": 5.0,
        "cutoff": 5.5,
        "interactions": 2,
        "atom_layers": 2,
    },
    "loss": {"kind": "mae", "energy": 0.05, "forces": 1.0},
    "training": {
        "batch_size": 10,
        "learning_rate": 1.5e-3,
        "sensitivity_rate": 0.2,
        "optimizer": "muon",
        "schedule": "one-cycle",
        "average": 0.99,
    },
}
SOURCE = (
    "MAE (meV, meV/Å) as in the table of rMD17 in Batatia et al., MACE (NeurIPS 2022, arXiv 2206.07697), 1,000 frames; "
    "its columns MACE, NequIP, PaiNN. PaiNN's, after conversion, are those of its own paper for the original MD17, "
    "whose labels are of another method: read them as a scale, not as a result for these frames"
)
MODELS = ("MACE", "NequIP", "PaiNN")
PUBLISHED: dict[str, dict[str, tuple[float, float]]] = {
    "ethanol": {"MACE": (0.4, 2.1), "NequIP": (0.4, 2.8), "PaiNN": (2.7, 10.0)},
    "malonaldehyde": {"MACE": (0.8, 4.1), "NequIP": (0.8, 5.1), "PaiNN": (3.9, 13.8)},
    "aspirin": {"MACE": (2.2, 6.6), "NequIP": (2.3, 8.2), "PaiNN": (6.9, 16.1)},
    "azobenzene": {"MACE": (1.2, 3.0), "NequIP": (0.7, 2.9)},
    "benzene": {"MACE": (0.4, 0.3), "NequIP": (0.04, 0.3)},
    "naphthalene": {"MACE": (0.5, 1.6), "NequIP": (0.9, 1.3), "PaiNN": (5.1, 3.6)},
    "paracetamol": {"MACE": (1.3, 4.8), "NequIP": (1.4, 5.9)},
    "salicylic": {"MACE": (0.9, 3.1), "NequIP": (0.7, 4.0), "PaiNN": (4.9, 9.1)},
    "toluene": {"MACE": (0.5, 1.5), "NequIP": (0.3, 1.6), "PaiNN": (4.2, 4.4)},
    "uracil": {"MACE": (0.5, 2.1), "NequIP": (0.4, 3.1), "PaiNN": (4.5, 6.1)},
}


def runs(
    data: Any,
    names: tuple[str, ...] = MOLECULES,
    seeds: tuple[int, ...] = SEEDS,
    budgets: tuple[int, ...] = EPOCHS,
) -> list[Run]:
    """The short budget first; in it the first seed of every molecule, then the second of every molecule, and so on."""
    return [run(data, molecule, seed, epochs) for epochs in budgets for seed in seeds for molecule in names]


def run(data: Any, molecule: str, seed: int, epochs: int) -> Run:
    """One molecule, one seed, one budget."""

    def sets() -> Sets:
        parts = molecules.rmd17(data, molecule)
        return {**molecules.held_out(parts["train"], VALIDATION), "test": parts["test"]}

    config = configuration(
        SETTINGS,
        data={"train": f"rmd17/{molecule}_split01.npz", "validation_size": VALIDATION},
        training={"seed": seed, "epochs": epochs},
    )
    facts = {"molecule": molecule, "seed": seed, "epochs": epochs}
    return Run(f"rmd17-{molecule}-{epochs}-{seed}", facts, config, sets)


def report(planned: list[Run], into: Any) -> None:
    """``results/rmd17.json``, and a row of the table for every molecule and budget."""
    data = molecules.collect("rmd17", planned, into)
    summary = []
    for (molecule, epochs), rows in grouped(data["rows"], "molecule", "epochs").items():
        alike = [row for row in rows if row["processor"] == rows[0]["processor"]]
        spent = [row["processor_seconds"] for row in alike if row["processor_seconds"] is not None]
        line = {
            "molecule": molecule,
            "epochs": epochs,
            "seeds": [row["seed"] for row in rows],
            "energy_mae_meV": spread(1000 * row["test"]["test"]["energy_mae"] for row in rows),
            "force_mae_meV_per_A": spread(1000 * row["test"]["test"]["force_mae"] for row in rows),
            "processor_seconds": spread(spent) if spent else None,
            "published": PUBLISHED[molecule],
        }
        summary.append(line)
        say(f"{epochs} epochs {table_row(line)}")
    record.write("rmd17", {"published_source": SOURCE, "summary": summary, **data})


def table_row(line: dict[str, Any]) -> str:
    """A line of the summary as a row of the table in docs/performance.md."""
    ours = f"{rounded(line['energy_mae_meV'])} / {rounded(line['force_mae_meV_per_A'])}"
    seconds = "-" if line["processor_seconds"] is None else f"{line['processor_seconds']['mean']:.0f}"
    theirs = [line["published"].get(model) for model in MODELS]
    cells = [line["molecule"], ours, seconds, *("-" if pair is None else f"{pair[0]} / {pair[1]}" for pair in theirs)]
    return f"| {' | '.join(cells)} |"


def rounded(values: dict[str, Any]) -> str:
    """Mean and deviation with two decimals below 10, one above."""
    digits = 2 if values["mean"] < 10 else 1
    numbers = [x for x in (values["mean"], values["deviation"]) if x is not None]
    return " ± ".join(f"{x:.{digits}f}" for x in numbers)


if __name__ == "__main__":
    molecules.script("rmd17", __doc__, runs, report, molecules=MOLECULES, seeds=SEEDS, epochs=EPOCHS)
