"""Draws ``overview.png``: three invariants as graphs, and how many functions are left of the linearly independent ones.

python docs/figures/overview.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import invgen
from invgen.compiler.candidates.cartesian.contraction import Contraction, contraction_text, tensor_name
from invgen.compiler.candidates.drawing import COLOURS
from invgen.files import whole_file

SHOWN = ("2ab.2ac.2bc", "1a.1b.2ac.2bc", "3abc.3ade.3bcf.3def")
RANKS = (2, 3, 4)
ORDER = 4


def sizes() -> list[tuple[int, int, int]]:
    """For each largest rank: linearly independent invariants, functionally independent ones, and their bound."""
    found = []
    for l_max in RANKS:
        linear = invgen.count(invgen.BasisSpec(l_max=l_max, n_max=ORDER, objective="linear")).total
        basis = invgen.find_basis(f"cartesian-l{l_max}-n{ORDER}-independent")
        found.append((linear, len(basis), basis.evidence.bound))
    return found


def draw_graph(axis: Any, label: str) -> None:
    """One contraction: a vertex for each tensor, a line for each pair of indices that is summed over."""
    c = Contraction.from_label(label)
    angles = np.pi / 2 + 2 * np.pi * np.arange(len(c.tensors)) / len(c.tensors)
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for u, v, multiplicity in c.bonds:
        ends = places[[u, v]]
        across = np.array([ends[1, 1] - ends[0, 1], ends[0, 0] - ends[1, 0]])
        for k in range(multiplicity):
            bend = 0.22 * (k - (multiplicity - 1) / 2) * across
            middle = ends.mean(axis=0) + bend
            t = np.linspace(0, 1, 30)[:, None]
            curve = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * middle + t**2 * ends[1]
            axis.plot(*curve.T, color="#555555", lw=1.6, zorder=1)
    for place, tensor in zip(places, c.tensors, strict=True):
        axis.scatter(*place, s=620, color=COLOURS[tensor.rank], zorder=2)
        axis.text(*place, tensor_name(tensor), ha="center", va="center", color="white", fontsize=13, zorder=3)
    axis.set(xlim=(-1.5, 1.5), ylim=(-1.6, 1.45), aspect="equal")
    axis.axis("off")
    axis.set_title(label, family="monospace", fontsize=9)
    axis.text(0, -1.65, contraction_text(c), ha="center", fontsize=9, style="italic")


def draw(path: Path) -> None:
    """The whole picture."""
    figure = Figure(figsize=(9.6, 2.9), layout="constrained")
    axes = figure.subplots(1, 4, width_ratios=[1, 1, 1, 1.6])
    for axis, label in zip(axes, SHOWN, strict=False):
        draw_graph(axis, label)
    axis = axes[3]
    for k, (linear, independent, bound) in enumerate(sizes()):
        assert independent == bound
        axis.barh(k + 0.18, linear, 0.34, color="#c8ccd4")
        axis.barh(k - 0.18, independent, 0.34, color="#1f77b4")
        axis.text(linear + 1, k + 0.18, f"{linear} linearly independent", va="center", fontsize=8)
        axis.text(independent + 1, k - 0.18, f"{independent} are enough: proven", va="center", fontsize=8)
    axis.set_yticks(range(len(RANKS)), [f"ranks 0 to {rank}" for rank in RANKS], fontsize=8)
    axis.set_xlim(0, 118)
    axis.invert_yaxis()
    axis.set_xticks([])
    for side in ("top", "right", "bottom"):
        axis.spines[side].set_visible(False)
    axis.set_title(f"invariants of up to {ORDER} tensors", fontsize=9)
    with whole_file(path) as stream:
        figure.savefig(stream, format="png", dpi=130, metadata={"Software": None})


if __name__ == "__main__":
    draw(Path(__file__).with_name("overview.png"))
