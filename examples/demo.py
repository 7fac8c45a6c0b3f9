"""The whole way in a few minutes: a basis beyond rank 3 and order 4, its proof, its kernels, a network that uses it.

Run by ``make demo``. Everything it makes lies in the folder given by ``--into``; a second run takes the labelled
structures and finished trainings from there.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

import invgen
from invgen.data import methane
from invgen.data.structures import write_npz
from invgen.inspect.draw import write_drawings
from invgen.inspect.report import describe, summary, table
from invgen.potentials.config import Config, parse_config
from invgen.potentials.training import TrainingResult, train

FRAMES, VALIDATION, TEST = 11_000, 500, 500
SMALLEST_TOLERANCE = 1e-10

console = Console(highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line of progress."""
    console.print(f"  {text}", markup=False)


def chapter(title: str) -> None:
    """A heading between the stages."""
    console.print(f"\n[bold]{title}[/bold]")


def generate_and_prove(into: Path) -> invgen.Basis:
    """Rank 4, order 5: the independent set with its proof, and the flexible one for the network."""
    chapter("1. Generate, exactly: rank 4, correlation order 5 (body order 6)")
    for objective in ("independent", "flexible"):
        start = time.perf_counter()
        basis = invgen.generate(invgen.BasisSpec(l_max=4, n_max=5, objective=objective))
        say(f"{objective}, {time.perf_counter() - start:.1f} s:")
        say(str(basis))
        verification = basis.verify()
        if not verification:
            raise SystemExit(str(verification))
        say(str(verification))
    basis.save(into / "basis")
    return basis


def look(basis: invgen.Basis, into: Path) -> None:
    """The invariants on the screen, as LaTeX and JSON, and their graphs as drawings."""
    chapter("2. Look at it")
    console.print(table(basis))
    console.print("\n".join(summary(basis).splitlines()[-4:]))
    write_drawings(basis, into / "drawings")
    (into / "basis.tex").write_text("".join(f"${basis.latex(i)}$\n\n" for i in range(len(basis))))
    (into / "basis.show.json").write_text(json.dumps(describe(basis), indent=1) + "\n")


def compile_kernels(basis: invgen.Basis, into: Path) -> Path:
    """Emits Numba and Torch sources, compiles them, and compares them with direct contraction."""
    chapter("3. Emit and compile kernels")
    folder = invgen.emit(basis, into=into / "basis")
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(64, basis.components)), rng.normal(size=(64, len(basis)))
    gradient = np.einsum("nk,nkc->nc", g, basis.jacobian(x))
    for backend in ("numba", "torch"):
        start = time.perf_counter()
        f = invgen.load(folder, backend=backend, component_axis=-1)
        value, product = f(x), f.vjp(x, g)
        seconds = time.perf_counter() - start
        worst = max(_deviation(value, basis.evaluate(x)), _deviation(product, gradient))
        say(f"{backend}: ready in {seconds:.1f} s, largest relative deviation from direct contraction {worst:.1e}")
        if not worst < SMALLEST_TOLERANCE:
            raise SystemExit(f"the {backend} kernels are wrong")
    return folder


def _deviation(got: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(got - wanted).max() / np.abs(wanted).max())


def learn(folder: Path, into: Path) -> None:
    """HIP-NN and HIP-HOP-NN on the same methane frames, same settings, same number of steps."""
    chapter(f"4. Learn energies and forces of methane ({FRAMES:,} distorted molecules, labelled here by GFN2-xTB)")
    arrays = methane.generate(into / "methane.npz", FRAMES, seed=0, processes=2, progress=say)
    frames = write_npz(into / "methane_frames.npz", methane.structures(arrays))
    results: dict[str, TrainingResult] = {}
    for kind, name in (("hip-nn", "HIP-NN"), ("hip-hop-nn", "HIP-HOP-NN with the basis above")):
        say(f"training {name}")
        results[name] = train(_configuration(kind, folder, frames, into), into, _sparse(say))
    report = Table(
        "network", "parameters", "energy RMSE (meV)", "force RMSE (meV/Å)", title="test errors", title_justify="left"
    )
    for name, result in results.items():
        if result.test is None:
            raise SystemExit("interrupted; run make demo again to continue")
        errors = (f"{1000 * result.test['energy_rmse']:.0f}", f"{1000 * result.test['force_rmse']:.0f}")
        report.add_row(name, f"{result.model.parameter_count():,}", *errors)
    console.print(report)
    without, with_basis = (result.test or {} for result in results.values())
    for key in ("energy_rmse", "force_rmse"):
        if not with_basis[key] < without[key]:
            raise SystemExit(f"the invariants did not help: {key} with them is not lower than without")


def _configuration(kind: str, folder: Path, frames: Path, into: Path) -> Config:
    return parse_config(
        {
            "data": {"train": str(frames.resolve()), "validation_size": VALIDATION, "test_size": TEST},
            "model": {"kind": kind} | ({"basis": str(folder.resolve())} if kind == "hip-hop-nn" else {}),
            "training": {"epochs": 12, "batch_size": 50, "learning_rate": 5e-3, "schedule": "one-cycle"},
            "output": {"folder": f"training-{kind}"},
        }
    )


def _sparse(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Passes on every third epoch, and all that is not an epoch."""

    def hear(text: str) -> None:
        words = text.split()
        if words[:1] != ["epoch"] or int(words[1].strip(":,").split("/")[0]) % 3 == 0:
            tell(text)

    return hear


def main() -> None:
    """Runs the stages in order and says where their products lie."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("products/demo"))
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # batches this small gain nothing from a second thread, and lose much on a busy machine
    start = time.perf_counter()
    basis = generate_and_prove(into)
    look(basis, into)
    folder = compile_kernels(basis, into)
    learn(folder, into)
    chapter(f"Done in {time.perf_counter() - start:.0f} s. The products:")
    for path in sorted(into.iterdir()):
        say(str(path))


if __name__ == "__main__":
    main()
