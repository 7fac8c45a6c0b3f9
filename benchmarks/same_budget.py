"""rMD17 with the same processor seconds of training: invgen, hippynn and MACE, each with its own network and loss.

950 frames of split 01 to learn from, 50 that choose weights and settings, 1,000 for the test, one thread. Every
package runs in a process and an environment of its own (``peers/``); what is counted, and the loop that all share, is
described in ``peers/budget.py``. All compute in float32, with energies less their mean taken in float64 before.
Settings of the peers are the best of ``TRIALS`` by ``budget.score`` of the validation frames: ethanol,
``TRIAL_SEED``, a budget of ``TRIAL_BUDGET`` seconds. invgen's are those of ``rmd17.py``, which had been chosen on the
same frames and seed by ten trainings of up to 40 epochs, about 100 seconds each. Trials and their errors are in the
JSON.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/same_budget.py --data DATA --into same_budget --hippynn ENV/bin/python --mace ENV/bin/python
      [--trials] [--budgets 100] [--molecules ..] [--seeds 0 ..] [--packages ..]           -> results/same_budget.json

The environments hold torch and ``hippynn==0.1.3 numba``; or ``e3nn==0.4.4 mace-torch==0.3.16`` (``pip --no-deps``) with
what MACE imports. Finished trainings lie in ``--into`` and are not repeated. The report has them, and those of the last
one that were made elsewhere; ``--report`` writes what is finished, and the JSON names what is missing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import molecules
import numpy as np
import record
import rmd17
from molecules import grouped, say, spread

PEERS = Path(__file__).resolve().parent / "peers"
MOLECULES = ("ethanol", "aspirin")
SEEDS = (0, 1, 2)
BUDGETS = (100, 300)
"""Processor seconds."""
TRIAL_SEED, TRIAL_BUDGET = 10, 40
QUAD: dict[str, Any] = {
    "batch": 10,
    "rate": 1e-3,
    "kind": "HipnnQuad",
    "arguments": {
        "n_features": 64,
        "n_sensitivities": 20,
        "dist_soft_min": 0.75,
        "dist_soft_max": 5.5,
        "dist_hard_max": 6.5,
        "n_interaction_layers": 2,
        "n_atom_layers": 3,
    },
    "energy": 1.0,
    "dtype": "float32",
}
"""hippynn: HIP-NN-TS l=2; but for the features, the arguments are the defaults of its example for ANI-1x."""
SCALARS: dict[str, Any] = {
    "batch": 10,
    "rate": 1e-2,
    "hidden": "32x0e",
    "l_max": 3,
    "correlation": 3,
    "cutoff": 5.0,
    "forces": 100.0,
    "dtype": "float32",
}
"""MACE: all but ``hidden`` is the default of its ``mace_run_train``."""
TRIALS: dict[str, list[dict[str, Any]]] = {
    "hippynn": [
        {},
        {"rate": 3e-3},
        {"rate": 3e-3, "batch": 5},
        {"rate": 6e-3, "batch": 5},
        {"rate": 3e-3, "batch": 5, "kind": "HipnnVec"},
    ],
    "mace": [
        {},
        {"rate": 2e-2},
        {"rate": 2e-2, "batch": 5, "stage_two": True},
        {"rate": 2e-2, "batch": 5, "stage_two": True, "hidden": "16x0e + 16x1o"},
        {"rate": 2e-2, "batch": 5, "stage_two": True, "l_max": 2},
    ],
}
"""Changes of ``QUAD`` and ``SCALARS``."""
BASES = {"hippynn": QUAD, "mace": SCALARS}
SETTINGS: dict[str, dict[str, Any]] = {
    "invgen": {
        "batch": rmd17.SETTINGS["training"]["batch_size"],
        "rate": rmd17.SETTINGS["training"]["learning_rate"],
        "config": rmd17.SETTINGS,
    },
    "hippynn": {**QUAD, **TRIALS["hippynn"][3]},
    "mace": {**SCALARS, **TRIALS["mace"][2]},
}
KEYS = {"energy_mae": "energy_mae_meV", "force_mae": "force_mae_meV_per_A"}


@dataclass(frozen=True)
class Run:
    """One training of one package."""

    package: str
    molecule: str
    budget: float
    seed: int
    settings: dict[str, Any]
    trial: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What its row begins with."""
        return {key: getattr(self, key) for key in ("package", "molecule", "budget", "seed")}

    @property
    def name(self) -> str:
        """Of its file."""
        last = f"trial-{self.trial}" if self.trial is not None else str(self.seed)
        return f"{self.package}-{self.molecule}-{self.budget:g}-{last}"

    def finished(self, into: Path) -> dict[str, Any] | None:
        """The kept result, if there is one. Fails if it is of other settings."""
        path = into / f"run-{self.name}.json"
        if not path.exists():
            return None
        kept: dict[str, Any] = json.loads(path.read_text())
        if kept["settings"] != json.loads(json.dumps(self.settings)):
            raise SystemExit(f"{path} has other settings than this script: move it away, or take another --into")
        return kept

    def execute(self, into: Path, data: Path, python: str) -> None:
        """Train in a process of its own."""
        if self.finished(into):
            return
        say(f"training {self.name}")
        into.mkdir(parents=True, exist_ok=True)
        found = into / f"{self.name}.json"
        script, sets = PEERS / f"{self.package}_budget.py", write_sets(into, data, self.molecule)
        command = [python, str(script), str(sets), str(found), "--settings", json.dumps(self.settings)]
        command += ["--seed", str(self.seed), "--budget", str(self.budget)]
        done = subprocess.run([*command, *(["--untested"] if self.trial is not None else [])], capture_output=True)
        if done.returncode:
            raise SystemExit(f"{self.name} failed:\n{done.stderr.decode()[-2000:]}")
        stamp = record.stamp()
        facts = {**self.facts, "settings": self.settings}
        facts |= {"processor": stamp["processor"], "trained_at": stamp["commit"]}
        temporary = into / f"{self.name}.tmp"
        temporary.write_text(json.dumps({**facts, **json.loads(found.read_text())}, indent=1) + "\n")
        temporary.replace(into / f"run-{self.name}.json")
        found.unlink()


def write_sets(into: Path, data: Path, molecule: str) -> Path:
    """The three parts as npz, in eV and Å: Z, and R, E, F of every part."""
    path = into / f"{molecule}.npz"
    if path.exists():
        return path
    parts = molecules.rmd17(data, molecule)
    sets = {**molecules.held_out(parts["train"], rmd17.VALIDATION), "test": parts["test"]}
    arrays = {"Z": sets["train"][0].numbers}
    for part, structures in sets.items():
        arrays[f"R_{part}"] = np.array([s.positions for s in structures])
        arrays[f"E_{part}"] = np.array([s.energy for s in structures])
        arrays[f"F_{part}"] = np.array([s.forces for s in structures])
    np.savez(path, **arrays)
    return path


def trials() -> list[Run]:
    """All that the settings of the peers were chosen by; the packages take turns."""
    longest = max(map(len, TRIALS.values()))
    return [
        Run(package, MOLECULES[0], TRIAL_BUDGET, TRIAL_SEED, {**BASES[package], **changes[k]}, k)
        for k in range(longest)
        for package, changes in TRIALS.items()
        if k < len(changes)
    ]


def runs() -> list[Run]:
    """The least budget first; in it the first seed of all, then the second; packages take turns."""
    return [
        Run(package, molecule, budget, seed, SETTINGS[package])
        for budget in BUDGETS
        for seed in SEEDS
        for molecule in MOLECULES
        for package in SETTINGS
    ]


def recorded() -> dict[str, dict[str, Any]]:
    """Rows of the last report by name, trained elsewhere perhaps. Fails if they are of other settings."""
    path = record.RESULTS / "same_budget.json"
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    if kept["settings"] != json.loads(json.dumps(SETTINGS)):
        raise SystemExit(f"{path} has other settings than this script: move it away")
    rows = [(run, row) for run in runs() for row in kept["rows"] if run.facts.items() <= row.items()]
    return {run.name: row for run, row in rows}


def report(into: Path) -> None:
    """``results/same_budget.json``, and the rows of the table in docs/performance.md."""
    before = recorded()
    kept = [(run, run.finished(into) or before.get(run.name)) for run in runs()]
    rows = [row for _, row in kept if row]
    summary = []
    for (budget, molecule, package), members in grouped(rows, "budget", "molecule", "package").items():
        summary.append(
            {
                "budget": budget,
                "molecule": molecule,
                "package": package,
                "seeds": [row["seed"] for row in members],
                "parameters": members[0]["parameters"],
                "epochs": spread(row["epochs"] for row in members),
                **{name: spread(1000 * row["test"][key] for row in members) for key, name in KEYS.items()},
            }
        )
    for line in table(summary):
        say(line)
    write = {
        "what": "processor seconds of training steps on one thread; see benchmarks/peers/budget.py",
        "settings": SETTINGS,
        "trials": tried(into),
        "summary": summary,
        "missing": [run.name for run, row in kept if not row],
        "rows": [{k: v for k, v in row.items() if k not in ("settings", "looks")} for row in rows],
    }
    record.write("same_budget", write)


def tried(into: Path) -> list[dict[str, Any]]:
    """The trials with their errors on the validation frames; those of the last report if none were made here."""
    path = record.RESULTS / "same_budget.json"
    made = [(run, run.finished(into)) for run in trials()]
    if path.exists() and not any(found for _, found in made):
        return json.loads(path.read_text())["trials"]
    return [
        {"package": run.package, "settings": run.settings} | {key: found[key] for key in ("validation", "steps")}
        for run, found in made
        if found
    ]


def table(summary: list[dict[str, Any]]) -> list[str]:
    """Rows of the table in docs/performance.md: a line for each budget and molecule, energy / force MAE, epochs."""
    lines = []
    for (budget, molecule), members in grouped(summary, "budget", "molecule").items():
        cells = [f"{budget:g} s", molecule]
        for package in SETTINGS:
            found = [line for line in members if line["package"] == package]
            cells += [cell(found[0])] if found else ["-"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def cell(line: dict[str, Any]) -> str:
    """Errors, and how far the budget went."""
    errors = " / ".join(rmd17.rounded(line[name]) for name in KEYS.values())
    return f"{errors} ({line['epochs']['mean']:.0f})"


def main() -> None:
    parser = molecules.parser(__doc__)
    parser.add_argument("--hippynn", help="Python of its environment")
    parser.add_argument("--mace", help="Python of its environment")
    parser.add_argument("--trials", action="store_true", help="the trainings that choose settings, and nothing else")
    parser.add_argument("--packages", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--molecules", nargs="+", choices=MOLECULES, default=list(MOLECULES))
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=list(SEEDS))
    parser.add_argument("--budgets", nargs="+", type=int, choices=BUDGETS, default=list(BUDGETS))
    arguments = parser.parse_args()
    pythons = {"invgen": sys.executable, "hippynn": arguments.hippynn, "mace": arguments.mace}
    chosen = [run for run in (trials() if arguments.trials else runs()) if wanted(run, arguments)]
    for run in [] if arguments.report else chosen:
        if pythons[run.package] is None:
            parser.error(f"say which Python has {run.package}: --{run.package} ENV/bin/python")
    for run in [] if arguments.report else chosen:
        run.execute(arguments.into, arguments.data, pythons[run.package])
    report(arguments.into)


def wanted(run: Run, arguments: argparse.Namespace) -> bool:
    """Whether it was asked for."""
    if run.package not in arguments.packages:
        return False
    asked = run.molecule in arguments.molecules and run.seed in arguments.seeds and run.budget in arguments.budgets
    return asked or run.trial is not None


if __name__ == "__main__":
    main()
