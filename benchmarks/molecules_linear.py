"""Linear ACE potentials of acetylacetone and 3BPA: root mean square errors of energies and forces, and published ones.

acac: the 500 frames of train_300K; the published test sets are MD at 300 K and 600 K, a dihedral scan and the transfer
of the hydrogen, the last two with energies alone. 3BPA, whose test sets are not to be had here: 450 frames of
train_300K, and the 50 others (those of ``acac.py``) as the test set.

Everything is chosen by the product of the held-out errors of energies and forces in four-fold cross-validation over the
training frames: the cutoff with a basis of about 900 coefficients, then r0 and the power of the prior with the same,
then the basis among ``BASES``, whose degrees fall with the order. For 3BPA, whose fits are longer, cutoff, r0 and power
are those of acac. All else is what ``invgen.ace.fit`` does by default, but without repulsion at short range.
Test frames choose nothing, but every basis is measured: root mean square errors as published ones are, and, since a few
frames may decide them, the median over the frames of their root mean square errors.

    python benchmarks/molecules_linear.py DATA [acac 3bpa] -> results/molecules_linear.json

What was tried with the small basis is kept, and a molecule that is not named keeps what was measured before.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import acac
import numpy as np
import record

import invgen
from invgen.ace.fitting.fit import FitResult
from invgen.ace.fitting.validation import ALL, error_table, predict
from invgen.data.structures import Structure, read_structures

FOLDS = 4
CUTOFFS = (4.4, 5.2, 6.0)
R0 = (None, 1.6, 2.2)
"""Å; ``None`` is the default, the median distance of nearest neighbours."""
POWERS = (2.0, 3.0, 4.0)
"""Of the prior; the first where the cutoff is chosen."""
SMALL = {"n_max": 3, "total_degree": (10, 7, 6)}
BASES: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "acac": {
        "three orders": {"n_max": 3, "total_degree": (12, 8, 7)},
        "four orders": {"n_max": 4, "total_degree": (12, 8, 6, 5)},
        "four orders, more": {"n_max": 4, "total_degree": (12, 9, 7, 6)},
        "five orders": {"n_max": 5, "total_degree": (12, 8, 6, 5, 5)},
    },
    "3bpa": {
        "four orders": {"n_max": 4, "total_degree": (12, 8, 6, 5)},
        "three orders": {"n_max": 3, "total_degree": (12, 8, 7)},
    },
}
"""Total degrees by order, w_L = 3/2."""
PUBLISHED = {"3bpa": {"300K": {"energy_rmse_meV": 7.1, "force_rmse_meV_per_A": 27.1}}}
"""Kovacs et al., J. Chem. Theory Comput. 17, 7696 (2021): linear ACE, 500 training frames of 300 K, own test set."""


def read(data: Path, molecule: str) -> tuple[list[Structure], dict[str, list[Structure]]]:
    """Training frames, and the test sets by name."""
    if molecule == "acac":
        names = ("train_300K", *acac.TESTS)
        found = {name: read_structures(data / molecule / f"{name}.extxyz.xz") for name in names}
        return found.pop("train_300K"), found
    sets = acac.read(data, molecule)
    return [*sets["train"], *sets["validation"]], {"held_out_300K": sets["held_out_300K"]}


def fitted(
    train: Sequence[Structure], basis: Mapping[str, Any], cutoff: float, r0: float | None, powers: Sequence[float]
) -> FitResult:
    """With the defaults of a fit."""
    solver = {"folds": FOLDS, "threads": 1, "smoothness": tuple(powers)}
    radial = {"cutoff": cutoff} | ({} if r0 is None else {"r0": r0})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one composition leaves one-body energies open, which is reported
        return invgen.ace.fit(
            train, basis={"w_L": "3/2", **basis}, radial=radial, solver=solver, short_range={"zbl": False}
        )


def told(result: FitResult, atoms: int) -> dict[str, Any]:
    """Settings, held-out errors (root mean square: meV, meV/Å) and cost of a fit."""
    report = result.report
    details = report["solution"]["details"]
    curve = next(c for c in details["curve"] if c["smoothness"] == details["smoothness"])
    at = int(np.argmin(curve["error"]))
    energy, force = (1e3 * curve["kinds"][kind][at] for kind in ("energy", "forces"))
    return {
        "cutoff": report["radial"]["cutoff"],
        "r0": report["radial"]["r0"],
        "functions": report["functions"],
        "coefficients": report["coefficients"],
        "rank": report["solution"]["rank"],
        "weights": {kind: report["weights"][kind] for kind in ("energy", "forces")},
        "smoothness": details["smoothness"],
        "relative_lambda": details["relative_lambda"],
        "held_out": {"energy_rmse_meV": energy * float(np.sqrt(atoms)), "force_rmse_meV_per_A": force},
        "processor_seconds": sum(stage["processor"] for stage in report["seconds"].values()),
    }


def score(row: Mapping[str, Any]) -> float:
    """The product of the held-out errors."""
    return float(np.prod(list(row["held_out"].values())))


def errors(result: FitResult, tests: Mapping[str, Sequence[Structure]]) -> dict[str, dict[str, float]]:
    """Errors of each test set: meV of a molecule, meV/Å."""
    found = {}
    for name, structures in tests.items():
        predictions = predict(result.potential, structures)
        row = error_table(structures, predictions)[ALL]
        found[name] = {"energy_rmse_meV": row["energy_rmse"] * structures[0].atoms}
        if "forces_rmse" in row:
            frames = [float(np.sqrt(np.mean((pair[1] - pair[0]) ** 2))) for pair in predictions.forces if pair]
            found[name]["force_rmse_meV_per_A"] = 1e3 * row["forces_rmse"]
            found[name]["median_force_rmse_meV_per_A"] = 1e3 * float(np.median(frames))
        pairs = [abs(pair[1] - pair[0]) for pair in predictions.energy if pair]
        found[name]["median_energy_error_meV"] = 1e3 * float(np.median(pairs))
    return found


def chosen_with_acac(data: Path) -> list[dict[str, Any]]:
    """All that was tried with a small basis: first cutoffs, then, at the best of them, r0 and the power."""
    train, _ = read(data, "acac")
    tried = []

    def small(cutoff: float, r0: float | None, powers: Sequence[float]) -> dict[str, Any]:
        row = told(fitted(train, SMALL, cutoff, r0, powers), train[0].atoms)
        tried.append(row)
        print(f"cutoff {cutoff}, r0 {row['r0']:.2f}: {row['held_out']}", flush=True)
        return row

    cutoff = min((small(cutoff, R0[0], POWERS[:1]) for cutoff in CUTOFFS), key=score)["cutoff"]
    for r0 in R0:
        small(cutoff, r0, POWERS)
    return tried


def measured(data: Path, molecule: str, small: Sequence[Mapping[str, Any]]) -> None:
    """All bases; the file is written after each."""
    train, tests = read(data, molecule)
    best = min(small[len(CUTOFFS) :], key=score)
    sizes = {"train": len(train), **{name: len(structures) for name, structures in tests.items()}}
    rows: list[dict[str, Any]] = []
    for name, basis in BASES[molecule].items():
        result = fitted(train, basis, best["cutoff"], best["r0"], (best["smoothness"],))
        rows.append({"name": name, "basis": basis, **told(result, train[0].atoms), "test": errors(result, tests)})
        print(f"{molecule} {name}: {rows[-1]['coefficients']} coefficients, {rows[-1]['processor_seconds']:.0f} s")
        print(rows[-1]["held_out"], rows[-1]["test"], flush=True)
        missing = [other for other in BASES[molecule] if other not in [row["name"] for row in rows]]
        chosen, published = min(rows, key=score)["name"], PUBLISHED.get(molecule)
        made = {"sizes": sizes, "bases": rows, "missing": missing, "chosen": chosen, "published": published}
        found = {**kept().get("molecules", {}), molecule: made}
        record.write("molecules_linear", {"folds": FOLDS, "small": small, "molecules": found})


def table(molecules: Mapping[str, Any]) -> list[str]:
    """Rows of the table in ``docs/potentials.md``: RMSE of energies and forces, medians over frames in brackets."""
    made = []
    for molecule, found in molecules.items():
        for row in found["bases"]:
            held = row["held_out"]
            cells = [molecule, row["name"] + (" (chosen)" if row["name"] == found["chosen"] else "")]
            cells += [f"{row['coefficients']:,}", f"{held['energy_rmse_meV']:.1f} / {held['force_rmse_meV_per_A']:.1f}"]
            for errors in row["test"].values():
                energy = f"{errors['energy_rmse_meV']:,.1f}"
                medians = f"{errors['median_energy_error_meV']:,.1f}"
                if "force_rmse_meV_per_A" in errors:
                    energy += f" / {errors['force_rmse_meV_per_A']:,.1f}"
                    medians += f" / {errors['median_force_rmse_meV_per_A']:,.1f}"
                cells.append(f"{energy} ({medians})")
            made.append(f"| {' | '.join(cells + [''] * (8 - len(cells)))} |")
    return made


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("molecules", nargs="*", default=["acac", "3bpa"])
    given = parser.parse_args()
    small = kept().get("small") or chosen_with_acac(given.data)
    for molecule in given.molecules:
        measured(given.data, molecule, small)


def kept() -> dict[str, Any]:
    """What was measured before."""
    path = record.RESULTS / "molecules_linear.json"
    return json.loads(path.read_text()) if path.exists() else {}


if __name__ == "__main__":
    main()
