"""What small systems cost on one thread: energies and forces, a training step, a step in ASE; against another checkout.

HIP-HOP-NN on cartesian-l3-n4-flexible with its default settings (20 sensitivities, cutoff 10.3 Å; all atoms of these
molecules hear each other, and would with a cutoff of 6 Å), float32, weights drawn at random. Benzene has 12 atoms and
132 pairs, ethanol 9 and 72; a training step takes 50 methanes (250 atoms, 1,000 pairs) from the data set to the new
weights, Adam's. In ASE all atoms move a little before each step. Numbers are medians over the repeats of all rounds, of
processor time and of the wall. A process for each checkout stays alive, and they work in turns.

    git worktree add ../before COMMIT
    python benchmarks/latency.py [--other ../before] [--rounds 9]                       -> results/latency.json
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
BASIS = "cartesian-l3-n4-flexible"
REPEATS = 40
"""In a round; the first of them are not counted."""
WARM = 3
TARGETS = {
    "energies and forces, benzene, 32 features, 1 layer": 2.0,
    "energies and forces, benzene, 128 features, 2 layers": 4.0,
    "training step, 50 methanes, 32 features, 1 layer": 12.0,
    "step in ASE, ethanol, compiled folder, 32 features, 1 layer": 1.2,
}
"""ms."""


def cases() -> dict[str, Callable[[], Any]]:
    """The work of every row, made with the package that is imported first."""
    import numpy as np
    import torch
    from ase.build import molecule

    from invgen.data.dataset import Dataset, batch_structures
    from invgen.data.neighbours import neighbour_pairs
    from invgen.data.structures import Structure, from_ase
    from invgen.nn.energy import EnergyForces
    from invgen.nn.network import HipHopNN
    from invgen.potentials import InvgenCalculator, compile_model

    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    works: dict[str, Callable[[], Any]] = {}

    def network(features: int, layers: int, species: tuple[int, ...] = (1, 6, 8)) -> Any:
        torch.manual_seed(0)
        return HipHopNN(BASIS, species=species, features=features, interactions=layers)

    def forces(features: int, layers: int) -> Callable[[], Any]:
        model = EnergyForces(network(features, layers)).eval()
        batch = batch_structures([from_ase(molecule("C6H6"))], model.model.cutoff)
        return lambda: model(batch)

    for features, layers in ((32, 1), (128, 2)):
        name = f"{features} features, {layers} layer{'s' * (layers > 1)}"
        works[f"energies and forces, benzene, {name}"] = forces(features, layers)

    methane = molecule("CH4")
    frames = [
        Structure(
            methane.numbers,
            methane.positions + random.normal(scale=0.05, size=(5, 3)),
            energy=float(random.normal()),
            forces=random.normal(size=(5, 3)),
        )
        for _ in range(200)
    ]
    training = EnergyForces(network(32, 1, (1, 6))).train()
    data = Dataset.from_structures(frames, training.model.cutoff)
    optimizer = torch.optim.Adam(training.parameters(), lr=1e-4, fused=True)

    def step() -> float:
        systems = torch.from_numpy(random.permutation(len(frames))[:50])
        optimizer.zero_grad()
        predicted, labels = training(data.batch(systems)), data.labels(systems)
        loss = (predicted.energy - labels.energy).square().mean() + (predicted.forces - labels.forces).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    works["training step, 50 methanes, 32 features, 1 layer"] = step

    def in_ase(calculator: Any) -> Callable[[], Any]:
        atoms = molecule("CH3CH2OH")
        atoms.calc = calculator
        start = atoms.positions.copy()

        def move() -> None:
            atoms.positions = start + random.normal(scale=0.02, size=start.shape)
            atoms.get_forces()

        return move

    ethanol = from_ase(molecule("CH3CH2OH"))
    works["step in ASE, ethanol, network, 32 features, 1 layer"] = in_ase(InvgenCalculator(network(32, 1)))
    folder = Path(tempfile.mkdtemp()) / "compiled"
    compile_model(network(32, 1), folder)
    works["step in ASE, ethanol, compiled folder, 32 features, 1 layer"] = in_ase(InvgenCalculator(folder))
    works["neighbour pairs of ethanol"] = lambda: neighbour_pairs(ethanol, 10.3)
    works["batch of ethanol, neighbours included"] = lambda: batch_structures([ethanol], 10.3)
    return works


def worker(root: str) -> None:
    """Answers every name of a case with its processor and wall times, in ms."""
    import invgen

    assert os.path.samefile(Path(invgen.__file__).parent.parent, root), invgen.__file__
    works = cases()
    print(json.dumps(list(works)), flush=True)
    for line in sys.stdin:
        work, times = works[json.loads(line)], []
        for _ in range(REPEATS + WARM):
            wall, processor = time.perf_counter(), time.process_time()
            work()
            times.append([1e3 * (time.process_time() - processor), 1e3 * (time.perf_counter() - wall)])
        print(json.dumps(times[WARM:]), flush=True)


class Side:
    """A process that runs the cases on one checkout."""

    def __init__(self, root: Path) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--worker", str(root)], env={**os.environ, **threads, "PYTHONPATH": str(root)},
            cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.cases: list[str] = self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith("["):
            if not line:
                raise SystemExit(f"the process ended with {self.process.wait()}")
        return json.loads(line)

    def times(self, case: str) -> list[list[float]]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        return self._answer()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, help="a checkout of the commit to compare with")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        return worker(arguments.worker)
    import record

    roots = {"here": HERE, **({"other": arguments.other.resolve()} if arguments.other else {})}
    sides = {name: Side(root) for name, root in roots.items()}
    table: list[dict[str, Any]] = []
    for case in sides["here"].cases:
        found: dict[str, list[list[float]]] = {name: [] for name in sides}
        for _ in range(arguments.rounds):
            for name, side in sides.items():
                found[name] += side.times(case)
        medians = {
            name: dict(zip(("processor_ms", "wall_ms"), map(statistics.median, zip(*times, strict=True)), strict=True))
            for name, times in found.items()
        }
        table.append({"case": case, "target_ms": TARGETS.get(case), **medians})
        print(case, *(f"{n}: {m['processor_ms']:.2f} ({m['wall_ms']:.2f})" for n, m in medians.items()), flush=True)
    commit = None
    if arguments.other:
        command = ["git", "-C", str(roots["other"]), "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    about = {"unit": "ms, medians", "threads": 1, "basis": BASIS, "cutoff_angstrom": 10.3, "dtype": "float32"}
    record.write("latency", {**about, "other_commit": commit, "repeats": arguments.rounds * REPEATS, "table": table})


if __name__ == "__main__":
    main()
