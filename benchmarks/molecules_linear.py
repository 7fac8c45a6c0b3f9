"""Linear ACE potentials of acetylacetone and 3BPA: root mean square errors of energies and forces, and published ones.

acac: the 500 frames of train_300K; the published test sets are MD at 300 K and 600 K, a dihedral scan and the transfer
of the hydrogen, the last two with energies alone. 3BPA, whose test sets are not to be had here: 450 frames of
train_300K, and the 50 others (those of ``acac.py``) as the test set.

Everything is chosen by the product of the errors of energies and forces in training frames that are held out, for each
molecule by itself. With small bases, every third frame, and every fourth of these held out, one setting after the other
goes through its options (``STAGES``, each of about one size), the others being the best so far. Then large bases
(``LARGE``) with these settings but for what they say themselves, a ninth of the frames held out for lambda and told,
are fitted to all of them; that of the least product is chosen. What is not named is what ``invgen.ace.fit`` does by
default, but without repulsion at short range.
Test frames choose nothing: root mean square errors as published ones are, and, since a few frames may decide them, the
median over the frames of their root mean square errors.

    python benchmarks/molecules_linear.py DATA [3bpa acac] -> results/molecules_linear.json

Fits that are in the file are not repeated; a molecule that is not named keeps what was measured before. Bases that
``LARGE`` does not name, and the search called ``earlier``, are of versions of this script in which all elements had the
same functions and the same r0, and held-out errors were those of four-fold cross-validation.
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

Degrees = Mapping[str, tuple[float, ...]]

ELEMENTS = {"acac": ("H", "C", "O"), "3bpa": ("H", "C", "N", "O")}
EVERY, HELD, HELD_LARGE = 3, 4, 9
"""Of the training frames, which the search takes; of those which are held out; and of all frames for a large basis."""
CANDIDATES = 30_000
"""Functions of the largest basis, before elements have their degrees."""
SAME: Degrees = {"H": (8, 5, 3), "C": (8, 5, 3), "N": (8, 5, 3), "O": (8, 5, 3)}
CARBON: Degrees = {"H": (8, 4), "C": (9, 6, 4), "N": (8, 5, 3), "O": (8, 4)}
MORE: Degrees = {"H": (8, 4), "C": (9, 6, 6), "N": (9, 6, 5), "O": (9, 6, 5)}
THREE: Degrees = {"H": (8, 4), "C": (9, 6, 5), "N": (8, 5, 3), "O": (8, 5, 3)}
"""Total degrees by order at the atoms of each element; the last two are of one size, since the former goes with
neighbours of N and O that count more."""
BONDS = {
    **{"H-H": 1.8, "C-H": 1.1, "N-H": 1.0, "O-H": 2.0, "C-C": 1.4},
    **{"C-N": 1.35, "C-O": 1.38, "N-N": 2.4, "N-O": 2.4, "O-O": 2.4},
}
"""Å: lengths of bonds, or of the shortest distances where there are none."""
SHELLS = {
    **{"H-H": 2.3, "C-H": 1.5, "N-H": 1.4, "O-H": 2.3, "C-C": 2.0},
    **{"C-N": 2.0, "C-O": 2.0, "N-N": 2.4, "N-O": 2.4, "O-O": 2.4},
}
"""Å: between the first and the second neighbours."""
START: Mapping[str, Any] = {
    **{"w_L": "1/2", "degrees": SAME, "neighbours": {}, "cutoff": 5.2, "r0": 1.6, "pair_r0": {}},
    **{"power": 4.0, "energy": 43.0},
}
"""What the search starts from, the best of an earlier one: Å, ``power`` of the prior, ``energy`` the weight (1/eV)."""
STAGES: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"degrees": CARBON}, {"degrees": CARBON, "pair_r0": BONDS}, {"degrees": CARBON, "pair_r0": SHELLS}),
    ({"degrees": MORE, "neighbours": {"N": 1, "O": 1}}, {"degrees": THREE}),
    (
        {"cutoff": 4.4},
        {"cutoff": 4.4, "r0": 2.0},
        {"cutoff": 4.4, "pair_r0": SHELLS},
        {"cutoff": 5.2, "pair_r0": SHELLS},
    ),
    ({"degrees": {**MORE, "C": (9, 7, 6)}}, {"degrees": {**MORE, "C": (9, 6, 5, 5)}}),
)
MORE_CARBON: Mapping[str, Any] = {
    "degrees": {"H": (9, 6, 5), "C": (12, 10, 9), "N": (10, 7, 6), "O": (10, 6, 5)},
    "neighbours": {"N": 1, "O": 2},
}
LARGE: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "acac": {
        "by element": {"degrees": {"H": (10, 8, 7), "C": (12, 10, 8), "O": (10, 7, 6)}},
        "more at carbon, plain prior": {
            "degrees": {"H": (10, 8, 7), "C": (12, 10, 9), "O": (10, 7, 6)},
            "normalise": False,
        },
    },
    "3bpa": {
        "by element": {"degrees": {"H": (9, 6, 5), "C": (12, 10, 8), "N": (10, 7, 6), "O": (10, 7, 6)}},
        "more at carbon": MORE_CARBON,
        "more at carbon, plain prior": {**MORE_CARBON, "normalise": False},
        "more at carbon, plain prior, 4.4 Å": {**MORE_CARBON, "normalise": False, "cutoff": 4.4},
        "more at carbon, with oxygen": {**MORE_CARBON, "normalise": False, "neighbours": {"N": 1, "O": 1}},
        "pairs at carbon": {
            "degrees": {**MORE_CARBON["degrees"], "C": (14, 12, 9)},
            "normalise": False,
            "neighbours": {"N": 1, "O": 1},
        },
        "triples at carbon": {
            "degrees": {**MORE_CARBON["degrees"], "C": (14, 12, 10)},
            "normalise": False,
            "neighbours": {"N": 1, "O": 2},
        },
    },
}
"""By name what large bases change of the settings that were found; ``normalise`` is the solver's, true unless told."""
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


def basis_of(settings: Mapping[str, Any], elements: Sequence[str]) -> dict[str, Any]:
    """The keys of ``[basis]``: the largest degrees of all elements, and those of each."""
    orders = max(len(settings["degrees"][e]) for e in elements)
    centres = {e: [*settings["degrees"][e], *[0] * (orders - len(settings["degrees"][e]))] for e in elements}
    largest = [max(degrees) for degrees in zip(*centres.values(), strict=True)]
    neighbours = {e: added for e, added in settings["neighbours"].items() if e in elements}
    return {
        "w_L": settings["w_L"],
        "n_max": orders,
        "total_degree": largest,
        "centres": centres,
        "neighbours": neighbours,
    }


def fitted(train: Sequence[Structure], every: int, settings: Mapping[str, Any], elements: Sequence[str]) -> FitResult:
    """One fit to all frames, with lambda from every so manieth; what is not a setting is the default of a fit."""
    radial = {key: settings[key] for key in ("cutoff", "r0")}
    pairs = {pair: r0 for pair, r0 in settings["pair_r0"].items() if set(pair.split("-")) <= set(elements)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one composition leaves one-body energies open, which is reported
        return invgen.ace.fit(
            [frame for k, frame in enumerate(train) if k % every],
            validation=train[::every],
            basis={**basis_of(settings, elements), "max_candidates": CANDIDATES},
            radial={**radial, "pair_r0": pairs},
            solver={"threads": 1, "smoothness": (settings["power"],), "normalise": settings.get("normalise", True)},
            weights={"energy": settings["energy"], "forces": 1.0},
            short_range={"zbl": False},
        )


def told(result: FitResult, atoms: int) -> dict[str, Any]:
    """Held-out errors (root mean square: meV, meV/Å), size and cost of a fit."""
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
        self.molecule, self.elements = molecule, ELEMENTS[molecule]
        self.train, self.tests = read(data, molecule)
        before = kept().get(molecule, {})
        self.tried: list[dict[str, Any]] = before.get("tried", [])
        self.bases: list[dict[str, Any]] = before.get("bases", [])
        self.earlier: list[dict[str, Any]] = before.get("earlier", [])

    def small(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a fit of small size."""
        wanted = plain(settings)
        for row in self.tried:
            if row["settings"] == wanted:
                return row
        row = {"settings": wanted}
        result = fitted(self.train[::EVERY], HELD, settings, self.elements)
        row |= told(result, self.train[0].atoms)
        self.tried.append(row)
        self.write()
        seconds = row["processor_seconds"]
        print(f"{self.molecule} {settings}: {row['coefficients']}, {row['held_out']}, {seconds:.0f} s", flush=True)
        return row

    def searched(self) -> dict[str, Any]:
        """The best settings."""
        best = self.small(START)
        for stage in STAGES:
            best = min([best, *(self.small({**best["settings"], **option}) for option in stage)], key=score)
        return dict(best["settings"])

    def large(self, name: str, settings: Mapping[str, Any]) -> None:
        """A large basis and its test errors."""
        wanted = plain(settings)
        if any(row.get("settings") == wanted for row in self.bases):
            return
        result = fitted(self.train, HELD_LARGE, settings, self.elements)
        row = {"name": name, "settings": wanted, "basis": plain(basis_of(settings, self.elements))}
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
            "earlier": self.earlier,
            "tried": self.tried,
            "bases": self.bases,
            "chosen": min(self.bases, key=score)["name"] if self.bases else None,
            "published": PUBLISHED.get(self.molecule),
        }
        how = {"every": EVERY, "held": HELD, "held_large": HELD_LARGE}
        record.write("molecules_linear", {**how, "molecules": {**kept(), self.molecule: made}})


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As it is read from JSON."""
    return dict(json.loads(json.dumps(settings)))


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


def search_table(molecules: Mapping[str, Any]) -> list[str]:
    """Rows of the table of the search in ``docs/potentials.md``: coefficients and held-out errors of both molecules."""
    cells: dict[str, dict[str, str]] = {}
    for molecule, found in molecules.items():
        for row in found["tried"]:
            held = row["held_out"]
            errors = f"{held['energy_rmse_meV']:.1f} / {held['force_rmse_meV_per_A']:.1f}"
            cells.setdefault(described(row["settings"]), {})[molecule] = f"{row['coefficients']:,}: {errors}"
    return [f"| {name} | {row.get('3bpa', '')} | {row.get('acac', '')} |" for name, row in cells.items()]


def described(settings: Mapping[str, Any]) -> str:
    """Settings as cells of a table."""
    by_element = settings["degrees"]
    listed = {e: " ".join(map(str, degrees)) for e, degrees in by_element.items()}
    same = len(set(listed.values())) == 1
    degrees = f"all {listed['C']}" if same else ", ".join(f"{e} {text}" for e, text in listed.items())
    added = "1" if settings["neighbours"] else "0"
    pairs = {None: f"{settings['r0']:.1f}", 1.4: "bonds", 2.0: "shells"}[settings["pair_r0"].get("C-C")]
    return f"{degrees} | {added} | {settings['cutoff']:.1f} | {pairs}"


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("molecules", nargs="*", default=["3bpa", "acac"])
    given = parser.parse_args()
    for molecule in given.molecules:
        search = Search(given.data, molecule)
        found = search.searched()
        for name, changes in LARGE[molecule].items():
            search.large(name, {**found, **changes})


def kept() -> dict[str, Any]:
    """By molecule what was measured before."""
    path = record.RESULTS / "molecules_linear.json"
    return dict(json.loads(path.read_text())["molecules"]) if path.exists() else {}


if __name__ == "__main__":
    main()
