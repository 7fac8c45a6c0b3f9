"""Energies and forces of a 108-atom copper cell by linear ACE potentials, one thread, in microseconds per atom.

Contenders, all in one process and float64, with the neighbour pairs given:

    full        all functions of order <= 3 up to a total degree
    independent the Langbein subset of the same
    one-channel the functions that the peer has (all factors of one radial channel), by the same kernels
    peer        MACE's SymmetricContraction with reduced couplings, of as many functions: its forward and backward alone
    pipeline    the same with the A-basis in torch before it (radial functions, e3nn's harmonics, sums over pairs) and
                forces by autograd

Leaving the A-basis and the forces out, as "peer" does, favours the peer. Before anything is timed the energies and
forces of one-channel and pipeline are compared: they are the same function, with coefficients solved from random A.

    pip install '.[all,peers]' && pip install --no-deps mace-torch==0.3.16
    python benchmarks/ace_speed.py [--quick]      -> results/ace_speed.json, results/ace_speed.svg
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import record
import torch
from ase.build import bulk
from torch import Tensor

import invgen
from invgen.ace import RadialBasis
from invgen.ace.neighbourhoods import Neighbourhoods
from invgen.ace.potential import LinearPotential
from invgen.compiler.candidates.ace import coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import Structure, from_ase
from invgen.runtime.tables_torch import Tables

CUTOFF, NEAREST, RANK = 6.0, 2.55, 3
AGREEMENT = 1e-9
"""Relative; coefficients come from a least-squares solution, sums run in another order."""
STYLES = {
    "full": "o-",
    "independent": "s-",
    "one-channel": "^-",
    "peer": "v--",
    "pipeline": "d--",
}


def copper() -> Structure:
    """A 3x3x3 cubic cell with atoms 0.1 Å off their places."""
    atoms = bulk("Cu", cubic=True) * (3, 3, 3)
    atoms.rattle(0.1, seed=1)
    return from_ase(atoms)


def potential(functions: Any, coefficients: np.ndarray | None = None) -> LinearPotential:
    """The functions with given or random coefficients."""
    products = product_basis(functions)
    radial = RadialBasis(CUTOFF, int(products.channels[:, 1].max()), NEAREST)
    if coefficients is None:
        coefficients = np.random.default_rng(0).normal(size=len(products))
    return LinearPotential(products, radial, ("Cu",), coefficients[None], np.zeros(1))


def basis(degree: int, objective: str) -> Any:
    """The basis of order <= 3."""
    return invgen.generate(invgen.BasisSpec(family="ace", total_degree=degree, n_max=3, objective=objective))


# ---- the peer ---------------------------------------------------------------------------------------------------


class Peer(torch.nn.Module):
    """A-basis in torch and MACE's contraction: ``channels`` radial functions, ranks up to RANK, order <= 3."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from e3nn import o3
            from mace.modules.symmetric_contraction import SymmetricContraction

            irreps = o3.Irreps([(channels, (rank, (-1) ** rank)) for rank in range(RANK + 1)])
            self.contraction = SymmetricContraction(
                irreps, o3.Irreps(f"{channels}x0e"), correlation=3, use_reduced_cg=True, num_elements=1
            )
            self.harmonics = o3.SphericalHarmonics(list(range(RANK + 1)), normalize=True, normalization="integral")
        self.radial = RadialBasis(CUTOFF, channels, NEAREST)
        self.channels = channels

    def moments(self, vectors: Tensor, first: Tensor, atoms: int) -> Tensor:
        """(atoms, channels, components)."""
        radial = torch.stack(self.radial.values(vectors.norm(dim=1)), dim=1)
        pairs = radial.unsqueeze(2) * self.harmonics(vectors).unsqueeze(1)
        return pairs.new_zeros(atoms, *pairs.shape[1:]).index_add(0, first, pairs)

    def energies(self, a: Tensor) -> Tensor:
        """(atoms, channels, components) -> (atoms, channels)."""
        return self.contraction(a, a.new_ones(len(a), 1))

    def gradient(self, a: Tensor) -> Tensor:
        """Contraction only: its forward and backward."""
        leaf = a.detach().requires_grad_()
        return torch.autograd.grad(self.energies(leaf).sum(), leaf)[0]

    def forces(self, vectors: Tensor, first: Tensor, second: Tensor, atoms: int) -> tuple[float, Tensor]:
        """Energy and forces of the whole pipeline."""
        leaf = vectors.detach().requires_grad_()
        energy = self.energies(self.moments(leaf, first, atoms)).sum()
        (gradient,) = torch.autograd.grad(energy, leaf)
        zero = gradient.new_zeros(atoms, 3)
        return energy.item(), zero.index_add(0, first, gradient).index_add(0, second, -gradient)


def one_channel() -> list[coupling.Coupling]:
    """The functions of one radial channel that the peer spans."""
    return list(coupling.candidates(coupling.box(RANK, 1), (1, 2, 3)))


def in_channel(function: coupling.Coupling, n: int) -> coupling.Coupling:
    """The same function of radial channel ``n``."""
    return coupling.Coupling(tuple(c._replace(n=n) for c in function.factors), function.intermediates)


def same_functions(peer: Peer) -> LinearPotential:
    """The peer as a linear potential: coefficients of every channel from its values at random A."""
    functions = one_channel()
    products = product_basis(functions)
    points = np.random.default_rng(1).normal(size=(4 * len(functions), products.components))
    values = Tables(products).value(torch.from_numpy(points), axis=-1).numpy()
    with torch.no_grad():
        wanted = peer.energies(torch.from_numpy(points)[:, None].expand(-1, peer.channels, -1).contiguous()).numpy()
    solution, *_ = np.linalg.lstsq(values, wanted, rcond=None)
    error = abs(values @ solution - wanted).max() / abs(wanted).max()
    if error > AGREEMENT:
        raise SystemExit(f"the peer's functions are not spanned ({error:.1e}): nothing is timed")
    listed = [in_channel(f, n) for n in range(1, peer.channels + 1) for f in functions]
    return potential(listed, solution.T.reshape(-1))


# ---- timing -----------------------------------------------------------------------------------------------------


Pairs = tuple[Tensor, Tensor, Tensor]
"""Vectors (pairs, 3), first and second atom (pairs,)."""


def check_agreement(model: LinearPotential, peer: Peer, structure: Structure, pairs: Pairs) -> None:
    """Energies and forces of both; stops the benchmark if they differ."""
    energy, forces = peer.forces(*pairs, structure.atoms)
    ours = model.energy_forces_stress(structure)
    force_error = abs(ours.forces - forces.numpy()).max() / abs(ours.forces).max()
    error = max(abs(ours.energy - energy) / abs(energy), force_error)
    if error > AGREEMENT:
        raise SystemExit(f"energies or forces differ by {error:.1e}: nothing is timed")


def pair_tensors(near: Neighbourhoods, structure: Structure) -> Pairs:
    """The same pairs for the peer."""
    first = np.repeat(np.arange(structure.atoms), near.start[:, -1] - near.start[:, 0])
    vectors = structure.positions[near.second] - structure.positions[first] + near.shift
    return torch.from_numpy(vectors), torch.from_numpy(first), torch.from_numpy(near.second)


def seconds(actions: dict[str, Callable[[], Any]], repeats: int) -> dict[str, dict[str, float]]:
    """Median and least time of every action, taken in turn."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    for _ in range(repeats):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            times[name].append(time.perf_counter() - start)
    return {name: {"median": statistics.median(t), "least": min(t)} for name, t in times.items()}


def measure(degree: int, structure: Structure, repeats: int) -> list[dict[str, Any]]:
    """One row for every contender at one degree; the peer is as large as the full basis."""
    models = {"full": potential(basis(degree, "linear")), "independent": potential(basis(degree, "independent"))}
    per_channel = len(one_channel())
    peer = Peer(max(1, round(len(models["full"].products) / per_channel))).eval()
    models["one-channel"] = same_functions(peer)
    near = models["full"].neighbourhoods(structure)
    pairs = pair_tensors(near, structure)
    check_agreement(models["one-channel"], peer, structure, pairs)
    with torch.no_grad():
        a = peer.moments(pairs[0], pairs[1], structure.atoms)
    actions: dict[str, Callable[[], Any]] = {
        name: (lambda m=m: m.energy_forces_stress(structure, near)) for name, m in models.items()
    }
    actions["peer"] = lambda: peer.gradient(a)
    actions["pipeline"] = lambda: peer.forces(*pairs, structure.atoms)
    sizes = {name: len(m.products) for name, m in models.items()}
    nodes = {name: m.products.nodes for name, m in models.items()}
    return [
        {
            "contender": name,
            "degree": degree,
            "functions": sizes.get(name, per_channel * peer.channels),
            "products": nodes.get(name),
            "us_per_atom": {key: 1e6 * value / structure.atoms for key, value in found.items()},
        }
        for name, found in seconds(actions, repeats).items()
    ]


def plot(rows: list[dict[str, Any]]) -> None:
    """Microseconds per atom against the number of functions."""
    figure, axes = plt.subplots(figsize=(5.2, 3.8), constrained_layout=True)
    for name, style in STYLES.items():
        mine = [r for r in rows if r["contender"] == name]
        axes.loglog([r["functions"] for r in mine], [r["us_per_atom"]["median"] for r in mine], style, label=name)
    axes.set(xlabel="functions", ylabel="µs per atom, energies and forces", title="Cu, 108 atoms, 6 Å, one thread")
    axes.legend()
    figure.savefig(record.RESULTS / "ace_speed.svg")


def main() -> None:
    """Measures, writes, and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two degrees, few repeats, nothing written")
    quick = parser.parse_args().quick
    record.need("mace", "e3nn")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    structure = copper()
    rows = []
    for degree in (8, 12) if quick else (8, 10, 12, 14, 15, 16, 18, 20):
        rows += measure(degree, structure, 3 if quick else 15)
        for row in rows[-len(STYLES) :]:
            median, least = row["us_per_atom"]["median"], row["us_per_atom"]["least"]
            print(
                f"{row['contender']:12s} {row['functions']:5d} functions: {median:.1f} (least {least:.1f}) µs per atom"
            )
    if not quick:
        peers = {name: version(name) for name in ("mace-torch", "e3nn")}
        print(record.write("ace_speed", {"cutoff": CUTOFF, "atoms": structure.atoms, "peers": peers, "rows": rows}))
        plot(rows)


if __name__ == "__main__":
    main()
