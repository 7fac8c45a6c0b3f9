"""The whole way in a few minutes: a basis beyond rank 3 and order 4, its proof, its kernels, a network that uses it.

Run by ``make demo``. Everything it makes lies in the folder given by ``--into``; a second run takes the labelled
structures and finished trainings from there.
"""

from __future__ import annotations

import argparse
import json
import textwrap
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

import invgen
from invgen.cli.application import training_bar
from invgen.compiler.inspect.draw import write_drawings
from invgen.compiler.inspect.report import describe, summary, table
from invgen.data import methane
from invgen.data.dataset import Dataset
from invgen.data.structures import Structure, write_npz
from invgen.nn.energy import EnergyForces
from invgen.potentials.plots import learning_curves, parity
from invgen.potentials.training.config import Config, parse_config
from invgen.potentials.training.run import TrainingResult, train
from invgen.potentials.training.sets import load_splits
from invgen.runs.heartbeat import heartbeat

FRAMES, VALIDATION, TEST = 10_000, 500, 1_500
FRAME_SEED = 1
"""Of the drawing of frames. Settings were chosen on frames of other seeds, so these have never been looked at."""
SMALLEST_TOLERANCE = 1e-10
REQUESTS = {
    "independent": {"objective": "independent"},
    "robust, the cheapest members first": {"objective": "robust", "ordering": "cost"},
}
"""The last one is what the network is made with."""
WITHOUT, WITH = "HIP-NN", "HIP-HOP-NN"
KINDS = {WITHOUT: "hip-nn", WITH: "hip-hop-nn"}
MODEL = {
    "features": 48,
    "sensitivities": 6,
    "soft_min": 0.4,
    "soft_max": 5.0,
    "sigma": 3.0,
    "cutoff": 6.5,
    "interactions": 1,
    "atom_layers": 2,
}
LOSS = {"kind": "mae", "energy": 0.2, "per_atom": False}
TRAINING = {
    "epochs": 10,
    "batch_size": 50,
    "learning_rate": 5e-3,
    "sensitivity_rate": 0.2,
    "optimizer": "muon",
    "schedule": "one-cycle",
    "average": 0.0,
}
LABELS = ("energy", "force")
CLAIMED = tuple(f"{label}_mae" for label in LABELS)
LARGEST_RATIO = 0.5
"""Of either of these test errors with invariants to that without; docs/training.md has five seeds."""

console = Console(highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Lines of progress."""
    console.print(textwrap.indent(text, "  "), markup=False)


def chapter(title: str) -> None:
    """A heading between the stages."""
    console.print(f"\n[bold]{title}[/bold]")


def specification(request: str) -> invgen.BasisSpec:
    """Ranks to 4, up to five factors."""
    return invgen.BasisSpec(l_max=4, n_max=5, **REQUESTS[request])


def generate_and_prove(into: Path) -> invgen.Basis:
    """Rank 4, order 5, each with its proof: an independent set, and the one for the network."""
    chapter("1. Generate, exactly: rank 4, correlation order 5 (body order 6)")
    for request in REQUESTS:
        start = time.perf_counter()
        with heartbeat(say, lambda: "still selecting"):
            basis = invgen.generate(specification(request))
        say(f"{request}, {time.perf_counter() - start:.1f} s:")
        say(str(basis))
        with heartbeat(say, lambda: "still verifying"):
            verification = basis.verify()
        if not verification:
            raise SystemExit(str(verification))
        say(str(verification))
    basis.save(into / "basis")
    return basis


def look(basis: invgen.Basis, into: Path) -> None:
    """The invariants on the screen, as LaTeX and JSON, and their graphs as drawings."""
    chapter("2. Look at it")
    console.print(table(basis, console.width), crop=False)
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
        with heartbeat(say, lambda: "still compiling"):
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
    with heartbeat(say, lambda: "still labelling") as tell:
        arrays = methane.generate(into / "methane.npz", FRAMES, FRAME_SEED, processes=2, progress=tell)
    frames = write_npz(into / "methane_frames.npz", methane.structures(arrays))
    configurations = {name: configuration(kind, folder, frames) for name, kind in KINDS.items()}
    results = {name: _train(name, config, into) for name, config in configurations.items()}
    picture = draw(results, load_splits(configurations[WITH].data, Path())["test"], into / "result.png")
    errors = _report(results)
    say(f"learning curves and predictions: {picture}")
    for key in CLAIMED:
        ratio = errors[WITH][key] / errors[WITHOUT][key]
        say(f"{key} with invariants: {ratio:.2f} of that without")
        if not ratio <= LARGEST_RATIO:
            raise SystemExit(f"the invariants helped too little: {key} is not at most {LARGEST_RATIO} of that without")


def _train(name: str, config: Config, into: Path) -> TrainingResult:
    """A bar on a terminal, elsewhere lines."""
    say(f"training {name}")
    with training_bar() as (tell, bar):
        result = train(config, into, tell, bar)
    if not result.finished:
        raise SystemExit("interrupted; run make demo again to continue")
    return result


def _report(results: dict[str, TrainingResult]) -> dict[str, dict[str, float]]:
    """Prints and returns the test errors (eV, eV/Å)."""
    columns = ("network", "parameters", "energy MAE, RMSE (meV)", "force MAE, RMSE (meV/Å)")
    report, found = Table(*columns, title="test errors", title_justify="left"), {}
    for name, result in results.items():
        found[name] = result.test or {}
        errors = [", ".join(f"{1000 * found[name][f'{of}_{kind}']:.0f}" for kind in ("mae", "rmse")) for of in LABELS]
        report.add_row(name, f"{result.model.parameter_count():,}", *errors)
    console.print(report)
    return found


def configuration(kind: str, folder: Path, frames: Path, seed: int = 0) -> Config:
    """Settings of both networks; how they were chosen is in docs/training.md."""
    basis = {"basis": str(folder.resolve())} if kind == "hip-hop-nn" else {}
    return parse_config(
        {
            "data": {"train": str(frames.resolve()), "validation_size": VALIDATION, "test_size": TEST},
            "model": {"kind": kind, **MODEL, **basis},
            "loss": LOSS,
            "training": {**TRAINING, "seed": seed},
            "output": {"folder": f"training-{kind}"},
        }
    )


def draw(results: dict[str, TrainingResult], test: list[Structure], path: Path) -> Path:
    """Learning curves above, predictions against labels of the test set below."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(10, 8), layout="constrained")
    histories = {name: result.history for name, result in results.items()}
    learning_curves(axes[0, 0], histories, "energy_mae")
    learning_curves(axes[0, 1], histories, "force_mae")
    data = Dataset.from_structures(test, next(iter(results.values())).model.cutoff)
    batch, labels = data.batch(range(len(data))), data.labels(range(len(data)))
    energies, forces = {}, {}
    for name, result in results.items():
        found = EnergyForces(result.model).eval()(batch)
        energies[name], forces[name] = found.energy, found.forces
    origin = labels.energy.mean()
    shifted = {name: ((labels.energy - origin).numpy(), (e - origin).numpy()) for name, e in energies.items()}
    parity(axes[1, 0], shifted, "energy less the mean", "eV")
    parity(axes[1, 1], {name: (labels.forces.numpy(), f.numpy()) for name, f in forces.items()}, "force", "eV/Å")
    figure.suptitle(
        f"Methane, {FRAMES - VALIDATION - TEST:,} training structures: the same network with and without invariants"
    )
    figure.savefig(path, dpi=150)
    plt.close(figure)
    return path


def next_steps(into: Path) -> None:
    """What to try after this."""
    chapter("What next")
    for what, how in (
        ("look at the invariants", f"invgen show {into}/basis"),
        ("prove them to others", f"invgen certify {into}/basis"),
        ("another basis", "invgen generate --l-max 3 --n-max 4 --objective robust --ordering program -o my_basis"),
        ("train on your own frames (extended XYZ or npz)", "invgen train config.toml   # docs/training.md has one"),
        (
            "a network as one fast folder",
            f"invgen compile {into}/training-hip-hop-nn/model.safetensors --basis {into}/basis",
        ),
        ("read on", "docs/concepts.md, docs/training.md, docs/compiling.md"),
    ):
        say(f"{what}: {how}")


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
    next_steps(into)


if __name__ == "__main__":
    main()
