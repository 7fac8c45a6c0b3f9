"""QM9: the error of U0 (as atomization energy) against the number of molecules learnt from, tested on 100,000 others.

One permutation of all 130,831 molecules: the first 100,000 are the test set, the next 1,000 choose the best epoch, and
the smaller training sets are the beginnings of the larger ones. Energies alone. Settings are those of ``qm7.py``, with
more epochs for small sets.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/qm9.py --data DATA --into qm9 [--kinds hip-hop-nn ..] [--sizes 1000 ..]      -> results/qm9.json

``--report`` writes what is finished; the JSON names what is missing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import molecules
import numpy as np
import qm7
import record
from molecules import KCAL, Run, Sets, configuration, grouped, say, spread, told

KINDS, SEEDS, SETTINGS = qm7.KINDS, qm7.SEEDS, qm7.SETTINGS
TEST, VALIDATION = 100_000, 1_000
EPOCHS = {1_000: 160, 3_000: 80, 10_000: 40}
"""By size: small sets take fewer steps all the same."""
SIZES = tuple(EPOCHS)
PUBLISHED = {
    "HIP-NN, about 110,000 molecules": "0.26 kcal/mol (Lubbers, Smith, Barros, J. Chem. Phys. 148, 241715 (2018)); "
    "other sizes and splits than here: the end of the curve, not a point on it",
}
EXTRAPOLATED = 110_000
"""Molecules: where the fitted lines are read off beside the published error, far beyond what was trained."""
everything = cache(molecules.qm9)


def runs(
    data: Any, kinds: tuple[str, ...] = KINDS, sizes: tuple[int, ...] = SIZES, seeds: tuple[int, ...] = SEEDS
) -> list[Run]:
    """Small sets first, for all kinds; then the next seed."""
    return [run(data, kind, size, seed) for seed in seeds for size in sizes for kind in kinds]


def run(data: Any, kind: str, size: int, seed: int) -> Run:
    """One size of the training set."""

    def sets() -> Sets:
        structures = everything(data)
        order = np.random.default_rng(0).permutation(len(structures))
        edges = np.cumsum([0, TEST, VALIDATION, size])
        names = ("test", "validation", "train")
        return {
            name: [structures[i] for i in order[a:b]] for name, a, b in zip(names, edges[:-1], edges[1:], strict=True)
        }

    config = configuration(
        SETTINGS,
        data={"train": "qm9.npz", "validation_size": VALIDATION, "train_size": size},
        model={"kind": kind},
        training={"seed": seed, "epochs": EPOCHS[size]},
    )
    return Run(f"qm9-{kind}-{size}-{seed}", {"kind": kind, "size": size, "seed": seed}, config, sets)


def report(planned: list[Run], into: Any) -> None:
    """``results/qm9.json``: errors against sizes, and the slope of their logarithms where there are two sizes."""
    data = molecules.collect("qm9", planned, into)
    summary = []
    for (kind, size), rows in sorted(grouped(data["rows"], "kind", "size").items()):
        mae = spread(row["test"]["test"]["energy_mae"] / KCAL for row in rows)
        summary.append({"kind": kind, "size": size, "seeds": [row["seed"] for row in rows], "mae_kcal_per_mol": mae})
        say(f"{kind}, {size} molecules: MAE {told(mae)} kcal/mol")
    record.write(
        "qm9",
        {
            "published": PUBLISHED,
            "summary": summary,
            "fits": fits(summary),
            **data,
        },
    )


def fits(summary: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """error = factor · size^slope through the mean errors of every kind: a description, no measurement beyond them."""
    found = []
    for (kind,), lines in grouped(summary, "kind").items():
        if len(lines) > 1:
            sizes = np.log([line["size"] for line in lines])
            slope, factor = np.polyfit(sizes, np.log([line["mae_kcal_per_mol"]["mean"] for line in lines]), 1)
            far = float(np.exp(factor) * EXTRAPOLATED**slope)
            found.append(
                {
                    "kind": kind,
                    "slope": float(slope),
                    "factor_kcal_per_mol": float(np.exp(factor)),
                    "extrapolated_kcal_per_mol": far,
                }
            )
    return found


def table_row(line: dict[str, Any]) -> str:
    """A line of ``summary`` as it stands in docs/performance.md."""
    return f"| {line['kind']} | {line['size']:,} | {told(line['mae_kcal_per_mol'])} |"


if __name__ == "__main__":
    molecules.script("qm9", __doc__, runs, report, kinds=KINDS, sizes=SIZES, seeds=SEEDS)
