"""Linear ACE potentials of acetylacetone and 3BPA: root mean square errors of energies and forces, and published ones.

acac: the 500 frames of train_300K; the published test sets are MD at 300 K and 600 K, a dihedral scan and the transfer
of the hydrogen, the last two with energies alone. 3BPA, whose test sets are not to be had here: 450 frames of
train_300K, and the 50 others (those of ``acac.py``) as the test set.

Everything is chosen by the product of the held-out errors of energies and forces in four-fold cross-validation over the
training frames, for each molecule by itself: with a small basis and every third frame one setting after the other goes
through its options (``STAGES``, the weight of the energies, ``SHAPES``), the others being the best so far. The shape
that is best then is fitted in a large size to all training frames (that of ``START`` was, too, before the others were
tried). What is not named is what ``invgen.ace.fit`` does by default, but without repulsion at short range.
Test frames choose nothing, but every basis is measured: root mean square errors as published ones are, and, since a few
frames may decide them, the median over the frames of their root mean square errors.

    python benchmarks/molecules_linear.py DATA [3bpa acac] -> results/molecules_linear.json

Fits that are in the file are not repeated; a molecule that is not named keeps what was measured before. Acetylacetone,
and the row "four orders" of 3BPA, are of an earlier version, which searched with a small basis of acetylacetone alone.
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
from invgen.ace.fitting.result import FitResult
from invgen.ace.fitting.validation import ALL, error_table, predict
from invgen.data.structures import Structure, read_structures

FOLDS = 4
SHAPES: Mapping[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {
    "w_L = 1": ("1", (8, 5, 4), (12, 8, 6)),
    "w_L = 1, pairs": ("1", (8, 6, 3), (12, 9, 5)),
    "w_L = 1, four orders": ("1", (8, 5, 4, 4), (10, 7, 6, 5)),
    "w_L = 3/2": ("3/2", (10, 5, 4), (12, 9, 6)),
    "w_L = 1/2": ("1/2", (7, 4, 4), (8, 6, 5)),
    "w_L = 1/2, pairs": ("1/2", (8, 5, 3), (9, 7, 5)),
}
"""w_L, and the total degrees by order of a small and of a large basis; small ones have about the same size."""
EVERY, LARGE = 3, 1
"""Of the training frames, which the search takes; and how many shapes are fitted in a large size, the best first."""
START: Mapping[str, Any] = {
    "shape": "w_L = 1", "cutoff": 5.2, "r0": 1.6, "transform": "agnesi", "p": 2, "q": 4, "power": 4.0, "energy": None
}  # fmt: skip
"""What the search starts from; lengths in Å, ``power`` of the prior, ``energy`` the weight of energies (1/eV)."""
STAGES: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"cutoff": 4.4}, {"cutoff": 6.0}),
    ({"r0": 1.2}, {"r0": 2.0}),
    ({"transform": "agnesi", "p": 2, "q": 6}, {"transform": "power", "p": 2, "q": 4}),
    ({"power": 2.0}, {"power": 6.0}),
)
ENERGY_FACTORS = (0.5, 2.0)
"""Of the weight of the energies that a fit finds by itself, in the stage after these."""
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


def basis_of(shape: str, large: bool) -> dict[str, Any]:
    """The keys of ``[basis]``."""
    weight, *sizes = SHAPES[shape]
    degrees = sizes[large]
    return {"w_L": weight, "n_max": len(degrees), "total_degree": list(degrees)}


def fitted(train: Sequence[Structure], settings: Mapping[str, Any], large: bool) -> FitResult:
    """One fit; what is not a setting is the default of a fit."""
    solver = {"folds": FOLDS, "threads": 1, "smoothness": (settings["power"],)}
    radial = {key: settings[key] for key in ("cutoff", "r0", "transform", "p", "q")}
    weights = {} if settings["energy"] is None else {"energy": settings["energy"], "forces": 1.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one composition leaves one-body energies open, which is reported
        return invgen.ace.fit(
            train,
            basis=basis_of(settings["shape"], large),
            radial=radial,
            solver=solver,
            weights=weights,
            short_range={"zbl": False},
        )


def told(result: FitResult, atoms: int) -> dict[str, Any]:
    """Settings, held-out errors (root mean square: meV, meV/Å) and cost of a fit."""
    report = result.report
    details = report["solution"]["details"]
    curve = next(c for c in details["curve"] if c["smoothness"] == details["smoothness"])
    at = int(np.argmin(curve["error"]))
    energy, force = (1e3 * curve["kinds"][kind][at] for kind in ("energy", "forces"))
    return {
        "functions": report["functions"],
        "coefficients": report["coefficients"],
        "rank": report["solution"]["rank"],
        "weights": {kind: report["weights"][kind] for kind in ("energy", "forces")},
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


class Search:
    """All fits of one molecule; those that are in the file are not repeated."""

    def __init__(self, data: Path, molecule: str) -> None:
        self.molecule = molecule
        self.train, self.tests = read(data, molecule)
        before = kept().get(molecule, {})
        self.tried: list[dict[str, Any]] = before.get("tried", [])
        self.bases: list[dict[str, Any]] = before.get("bases", [])

    def small(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a fit of small size."""
        for row in self.tried:
            if row["settings"] == settings:
                return row
        row = {"settings": dict(settings), "basis": basis_of(settings["shape"], False)}
        row |= told(fitted(self.train[::EVERY], settings, False), self.train[0].atoms)
        self.tried.append(row)
        self.write()
        seconds = row["processor_seconds"]
        print(f"{self.molecule} {settings}: {row['coefficients']}, {row['held_out']}, {seconds:.0f} s", flush=True)
        return row

    def searched(self) -> list[dict[str, Any]]:
        """The settings of each shape, the best first."""
        best = self.small(START)
        for stage in STAGES:
            best = min([best, *(self.small({**best["settings"], **option}) for option in stage)], key=score)
        weight = best["weights"]["energy"]
        options = [{**best["settings"], "energy": factor * weight} for factor in ENERGY_FACTORS]
        best = min([best, *map(self.small, options)], key=score)
        rows = sorted((self.small({**best["settings"], "shape": shape}) for shape in SHAPES), key=score)
        return [row["settings"] for row in rows]

    def large(self, settings: Mapping[str, Any]) -> None:
        """A large basis and its test errors."""
        if any(row.get("settings") == settings for row in self.bases):
            return
        result = fitted(self.train, settings, True)
        row = {"name": settings["shape"], "settings": dict(settings), "basis": basis_of(settings["shape"], True)}
        row |= {**told(result, self.train[0].atoms), "test": errors(result, self.tests)}
        train = result.errors["train"][ALL]
        row["train"] = {
            "energy_rmse_meV": train["energy_rmse"] * self.train[0].atoms,
            "force_rmse_meV_per_A": 1e3 * train["forces_rmse"],
        }
        self.bases = [*(other for other in self.bases if other["name"] != row["name"]), row]
        self.write()
        print(f"{self.molecule} {row['name']}: {row['coefficients']} coefficients, {row['processor_seconds']:.0f} s")
        print(row["held_out"], row["train"], row["test"], flush=True)

    def write(self) -> None:
        """All that there is."""
        sizes = {"train": len(self.train), **{name: len(structures) for name, structures in self.tests.items()}}
        made = {
            "sizes": sizes,
            "tried": self.tried,
            "bases": self.bases,
            "chosen": min(self.bases, key=score)["name"] if self.bases else None,
            "published": PUBLISHED.get(self.molecule),
        }
        record.write("molecules_linear", {"folds": FOLDS, "every": EVERY, "molecules": {**kept(), self.molecule: made}})


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
    parser.add_argument("molecules", nargs="*", default=["3bpa", "acac"])
    given = parser.parse_args()
    for molecule in given.molecules:
        search = Search(given.data, molecule)
        for settings in search.searched()[:LARGE]:
            search.large(settings)


def kept() -> dict[str, Any]:
    """By molecule what was measured before."""
    path = record.RESULTS / "molecules_linear.json"
    return dict(json.loads(path.read_text())["molecules"]) if path.exists() else {}


if __name__ == "__main__":
    main()
