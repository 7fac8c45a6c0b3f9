"""The pictures of ``docs/concepts.md``, each from numbers that invgen computes: ``python docs/figures/concepts.py``.

``tests/test_concepts.py`` asserts what the pictures are said to show.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import scipy.optimize

import invgen
from invgen.compiler.algebra.arithmetic import Floating
from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.algebra.harmonics import harmonics
from invgen.compiler.candidates.cartesian.contraction import Contraction
from invgen.compiler.candidates.cartesian.evaluate import Evaluator

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).resolve().parent
SQUARE, CUBE, FOURTH = "2ab.2ab", "2ab.2ac.2bc", "2ab.2ac.2bd.2cd"


def neighbourhoods(count: int, ranks: tuple[int, ...], seed: int = 0, neighbours: int = 5) -> np.ndarray:
    """(count, components) tensors of random neighbours with random weights, reduced Cartesian components."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, neighbours, 3))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    weights = rng.uniform(0.2, 1.0, size=(count, neighbours, 1))
    return np.concatenate([np.sum(weights * harmonics(vectors, rank), axis=1) for rank in ranks], axis=-1)


def traces(count: int = 3000) -> dict[str, np.ndarray]:
    """(count,) each: tr Q^2, tr Q^3, tr Q^4 of random quadrupoles, by label."""
    evaluator = Evaluator(cartesian([(2, 0)]), neighbourhoods(count, (2,)), Floating())
    return {label: evaluator.values(Contraction.from_label(label)) for label in (SQUARE, CUBE, FOURTH)}


def twin(basis: invgen.Basis, others: invgen.Basis, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two neighbourhoods (components,) with equal invariants, of which ``others`` can tell one from the other.

    The second solves f(x) = f(first) from random starts, until a function of ``others`` differs by more than a tenth.
    """
    first, *starts = neighbourhoods(400, basis.spec.ranks, seed)
    f, identity = invgen.load(basis, backend="numba"), np.eye(len(basis))
    target, told = f(first[None])[0], others.evaluate(first)

    def residual(x: np.ndarray) -> np.ndarray:
        return np.asarray(f(x[None])[0] / target - 1)

    def jacobian(x: np.ndarray) -> np.ndarray:
        return np.asarray(f.vjp(np.tile(x, (len(basis), 1)), identity) / target[:, None])

    for start in starts:
        found = scipy.optimize.least_squares(
            residual, start, jac=jacobian, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=300
        )
        same = np.abs(found.fun).max() < 1e-12
        if same and np.abs(others.evaluate(found.x) / told - 1).max() > 0.1:
            return first, found.x
    raise RuntimeError(f"{basis.id}: none of {len(starts)} starts led to a twin")


def dying_dipole(bases: dict[str, invgen.Basis], scales: np.ndarray, seed: int = 3) -> dict[str, np.ndarray]:
    """By name (scales,) the smallest singular value that a complete set keeps while the dipole is scaled to zero.

    Ranks 0..3. Without a dipole the shape has 1 + 5 + 7 - 3 = 10 coordinates, so the tenth one must not vanish.
    """
    x = neighbourhoods(1, (0, 1, 2, 3), seed)[0]
    points = np.array([np.concatenate([x[:1], scale * x[1:4], x[4:]]) for scale in scales])
    return {name: np.linalg.svd(basis.jacobian(points), compute_uv=False)[:, 9] for name, basis in bases.items()}


def draw_independent(file: Path) -> None:
    """Clouds of values: an area for two independent functions, a line for two dependent ones."""
    found = traces()
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), constrained_layout=True)
    names = {CUBE: "tr $Q^3$", FOURTH: "tr $Q^4$"}
    for axis, label, verdict in zip(axes, (CUBE, FOURTH), ("independent", "dependent"), strict=True):
        axis.plot(found[SQUARE], found[label], ".", markersize=2)
        axis.set(xlabel="tr $Q^2$", ylabel=names[label], title=verdict)
    figure.savefig(file, dpi=120)
    plt.close(figure)


def draw_twins(file: Path, basis: invgen.Basis, others: invgen.Basis) -> None:
    """Two neighbourhoods told apart by none of a complete set, and by functions of it."""
    first, second = twin(basis, others)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True, width_ratios=(1, 2))
    for axis, functions, title in zip(axes, (basis, others), ("a complete set", "more functions"), strict=True):
        values = functions.evaluate(np.stack([first, second]))
        values = values / np.abs(values[0])
        axis.plot(values[0], "o", markersize=8, fillstyle="none", label="one neighbourhood")
        axis.plot(values[1], "x", markersize=5, label="another one")
        axis.set(title=f"{title}: {len(functions)}", xlabel="invariant", ylabel="value, one of them set to ±1")
    axes[0].set_ylim(axes[1].get_ylim())
    axes[0].legend(fontsize=8)
    figure.savefig(file, dpi=120)
    plt.close(figure)


def draw_flexible(file: Path, bases: dict[str, invgen.Basis]) -> None:
    """What is left to see with when the dipole vanishes."""
    scales = np.logspace(0, -6, 40)
    figure, axis = plt.subplots(figsize=(5.5, 3.6), constrained_layout=True)
    for name, values in dying_dipole(bases, scales).items():
        axis.loglog(scales, values, label=name)
    axis.invert_xaxis()
    axis.set(xlabel="length of the dipole", ylabel="tenth singular value of the Jacobian")
    axis.legend(fontsize=8)
    figure.savefig(file, dpi=120)
    plt.close(figure)


def example_bases() -> dict[str, invgen.Basis]:
    """The sets for ranks 0..3 that the page speaks of."""
    wanted = (("independent", 4), ("flexible", 4), ("flexible", 10))
    return {
        f"{objective}, orders to {n_max}": invgen.generate(invgen.BasisSpec(l_max=3, n_max=n_max, objective=objective))
        for objective, n_max in wanted
    }


def twin_bases() -> tuple[invgen.Basis, invgen.Basis]:
    """For ranks 0..3 and orders to 4: a complete set, and all linearly independent functions."""
    spec = {"l_max": 3, "n_max": 4}
    complete = invgen.generate(invgen.BasisSpec(**spec, objective="independent"))
    return complete, invgen.generate(invgen.BasisSpec(**spec, objective="linear"))


def main() -> None:
    """Draws them all beside this file."""
    draw_independent(HERE / "independent.png")
    draw_twins(HERE / "twins.png", *twin_bases())
    draw_flexible(HERE / "flexible.png", example_bases())


if __name__ == "__main__":
    main()
