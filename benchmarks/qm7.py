"""QM7: atomization energies by the published five splits, energies alone, HIP-NN and HIP-HOP-NN with the basis (3, 4).

Each split is the test set once, the other four are for training; 500 molecules of these, drawn alike for all seeds,
choose the best epoch. Settings are those of rMD17; batch and cutoff are guesses, and the rate is the better of two by
the validation error of HIP-HOP-NN (1.5e-3 and 3e-3; 20 epochs, seed 10, split 0). HIP-NN takes the same.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/qm7.py --data DATA --into qm7 [--kinds hip-hop-nn ..] [--seeds 0 ..]       -> results/qm7.json

``--report`` writes what is finished; the JSON names what is missing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import molecules
import numpy as np
import record
from molecules import HIP_HOP_NN, HIP_NN, KCAL, Run, Sets, configuration, grouped, say, spread, told

KINDS = (HIP_HOP_NN, HIP_NN)
SPLITS = 5
SEEDS = (0, 1, 2)
VALIDATION = 500
SETTINGS: dict[str, dict[str, Any]] = {
    "model": {
        "basis": "cartesian-l3-n4-flexible",
        "features": 64,
        "sensitivities": 10,
        "sigma": 4.0,
        "soft_min": 0.8,
        "soft_max": 5.0,
        "cutoff": 6.0,
        "interactions": 2,
        "atom_layers": 2,
    },
    "loss": {"kind": "mae"},
    "training": {
        "epochs": 40,
        "batch_size": 25,
        "learning_rate": 1.5e-3,
        "sensitivity_rate": 0.2,
        "optimizer": "muon",
        "schedule": "one-cycle",
        "average": 0.99,
    },
}
PUBLISHED = {
    "Rupp 2012, kernel ridge regression of Coulomb matrices": "about 10 kcal/mol, cross-validation over these "
    "molecules (abstract of Phys. Rev. Lett. 108, 058301; arXiv 1109.2618)",
    "Montavon 2012, network on Coulomb matrices": "almost a third of that (abstract, NeurIPS 2012)",
    "Hansen 2013, kernels and representations compared": "3 kcal/mol for the best (abstract, doi 10.1021/ct400195d)",
}
"""What the abstracts say; the texts with tables, which would name the splits, were not at hand."""
everything = cache(molecules.qm7)


def runs(data: Any, kinds: tuple[str, ...] = KINDS, seeds: tuple[int, ...] = SEEDS) -> list[Run]:
    """All splits of the first seed and kind, then of the next kind, then of the next seed."""
    return [run(data, kind, split, seed) for seed in seeds for kind in kinds for split in range(SPLITS)]


def run(data: Any, kind: str, split: int, seed: int) -> Run:
    """One split as the test set."""

    def sets() -> Sets:
        structures, splits = everything(data)
        rest = np.concatenate([splits[k] for k in range(SPLITS) if k != split])
        learnt = molecules.held_out([structures[i] for i in rest], VALIDATION)
        return {**learnt, "test": [structures[i] for i in splits[split]]}

    config = configuration(
        SETTINGS,
        data={"train": "qm7.npz", "validation_size": VALIDATION},
        model={"kind": kind},
        training={"seed": seed},
    )
    return Run(f"qm7-{kind}-{split}-{seed}", {"kind": kind, "split": split, "seed": seed}, config, sets)


def report(planned: list[Run], into: Any) -> None:
    """``results/qm7.json``: the mean absolute error of every split, and mean and spread over splits of each seed."""
    data = molecules.collect("qm7", planned, into)
    summary = []
    for (kind, seed), rows in grouped(data["rows"], "kind", "seed").items():
        line = {
            "kind": kind,
            "seed": seed,
            "splits": [row["split"] for row in rows],
            "mae_kcal_per_mol": spread(row["test"]["test"]["energy_mae"] / KCAL for row in rows),
            "rmse_kcal_per_mol": spread(row["test"]["test"]["energy_rmse"] / KCAL for row in rows),
        }
        summary.append(line)
        splits = f"{len(rows)} of {SPLITS} splits"
        say(f"{kind}, seed {seed}, {splits}: MAE {told(line['mae_kcal_per_mol'])} kcal/mol")
    record.write("qm7", {"published": PUBLISHED, "summary": summary, "table": table(summary), **data})


def table(summary: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By network the spread over the seeds that have all splits: of every split, and of the mean over the splits."""
    whole = [line for line in summary if len(line["splits"]) == SPLITS]
    return [
        {
            "kind": kind,
            "seeds": [line["seed"] for line in lines],
            "splits": [spread(line["mae_kcal_per_mol"]["values"][k] for line in lines) for k in range(SPLITS)],
            "mean": spread(line["mae_kcal_per_mol"]["mean"] for line in lines),
        }
        for (kind,), lines in grouped(whole, "kind").items()
    ]


def table_row(line: dict[str, Any]) -> str:
    """A line of ``table`` as it stands in docs/performance.md."""
    return f"| {line['kind']} | {' | '.join(told(values) for values in (*line['splits'], line['mean']))} |"


if __name__ == "__main__":
    molecules.script("qm7", __doc__, runs, report, kinds=KINDS, seeds=SEEDS)
