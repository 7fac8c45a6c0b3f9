"""dscribe's SOAP and ACSF under audit: how many of their components are functionally independent.

    python -m venv peers && peers/bin/pip install dscribe numpy rich
    PYTHONPATH=. peers/bin/python benchmarks/audit_peers.py        -> results/audit_peers.json, results/audit_peers.png

Runs in an environment of its own. The first centre's components are functions of the positions of all atoms, so that
at most 3N - 6 are independent (3N - 3 in a periodic cell, which does not turn with its atoms). SOAP has a second bound,
whatever the number of neighbours: p_nn'l is a scalar product of expansion coefficients c_nlm and c_n'lm, which are
2l + 1 numbers each. S = species x n_max of these vectors have S(S+1)/2 products, of which S(2l+1) - l(2l+1) can be
independent if S > 2l+1.
"""

from __future__ import annotations

import time
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import record
from ase import Atoms
from ase.build import bulk, molecule
from dscribe.descriptors import ACSF, SOAP

import invgen
from invgen.compiler.auditing.sampling import Space

RATTLE = 0.1
"""Å; of the atoms of molecules and crystals."""
CONFIGURATIONS = 3
ACSF_G2 = [[eta, shift] for eta in (0.1, 0.5, 1.0, 2.0) for shift in (0.0, 1.0, 2.0, 3.0, 4.0)]
ACSF_G4 = [[eta, zeta, sign] for eta in (0.005, 0.05, 0.2, 0.5) for zeta in (1, 2, 4, 8) for sign in (1, -1)]


def soap_bound(species: int, n_max: int, l_max: int) -> int:
    """The largest number of independent components with any number of neighbours, l by l."""
    vectors = species * n_max
    total = 0
    for rank in range(l_max + 1):
        width = 2 * rank + 1
        products, freedom = vectors * (vectors + 1) // 2, vectors * width - width * (width - 1) // 2
        total += products if vectors <= width else min(products, freedom)
    return total


def descriptor(kind: str, species: list[str], cutoff: float, periodic: bool, size: tuple[int, int] = (4, 3)) -> Any:
    """A SOAP of ``(n_max, l_max)`` or an ACSF of fixed parameters."""
    if kind == "SOAP":
        return SOAP(species=species, r_cut=cutoff, n_max=size[0], l_max=size[1], periodic=periodic)
    return ACSF(species=species, r_cut=cutoff, g2_params=ACSF_G2, g4_params=ACSF_G4, periodic=periodic)


def rattled(atoms: Atoms) -> np.ndarray:
    """Positions ``(configurations, atoms, 3)`` around those given."""
    rng = np.random.default_rng(0)
    return atoms.positions + RATTLE * rng.normal(size=(CONFIGURATIONS, *atoms.positions.shape))


def audited(name: str, atoms: Atoms, made: Any, points: np.ndarray, **more: Any) -> dict[str, Any]:
    """One row of the results: components, rank and bound, and what the singular values say."""

    def components(x: np.ndarray) -> np.ndarray:
        moved = atoms.copy()
        moved.positions = x
        return made.create(moved, centers=[0], n_jobs=1)[0]

    start = time.perf_counter()
    found = invgen.audit(components, atoms=len(atoms), points=points)
    row = {
        "system": name,
        "atoms": len(atoms),
        "descriptor": type(made).__name__,
        **more,
        "components": len(found.members),
        "constant": sum(m.status == "constant" for m in found.members),
        "rank": found.rank,
        "bound": found.bound,
        "bound_reason": found.bound_reason,
        "decided": found.decided,
        "gap": list(found.floating.gap),
        "kept": list(found.kept),
        "singular_values": list(found.floating.singular_values),
        "seconds": time.perf_counter() - start,
    }
    print({key: value for key, value in row.items() if key not in ("kept", "singular_values", "bound_reason")})
    return row


def rows() -> list[dict[str, Any]]:
    """Molecules, clusters of one element, and a crystal."""
    found = []
    ethanol = molecule("CH3CH2OH")
    at_rest = np.repeat(ethanol.positions[None], CONFIGURATIONS, axis=0)
    for kind in ("SOAP", "ACSF"):
        made = descriptor(kind, ["H", "C", "O"], 6.0, False)
        found.append(audited("ethanol", ethanol, made, rattled(ethanol)))
        found.append(audited("ethanol, mirror symmetric at rest", ethanol, made, at_rest))
    for number in (4, 6, 8, 10, 12, 16, 20):
        cluster = Atoms(f"C{number}")
        points = Space(atoms=number).sample(CONFIGURATIONS, "cluster")
        for size in ((4, 3), (6, 4)):
            made = descriptor("SOAP", ["C"], 8.0, False, size)
            bound = soap_bound(1, *size)
            found.append(audited("carbon cluster", cluster, made, points, size=list(size), soap_bound=bound))
        found.append(audited("carbon cluster", cluster, descriptor("ACSF", ["C"], 8.0, False), points))
    copper = bulk("Cu", cubic=True).repeat((2, 1, 1))
    for kind in ("SOAP", "ACSF"):
        made = descriptor(kind, ["Cu"], 5.0, True)
        found.append(audited("copper, periodic", copper, made, rattled(copper)))
    return found


def plot(found: list[dict[str, Any]]) -> None:
    """Rank over the number of atoms of clusters; a white dot where the singular values do not decide it."""
    figure, axis = plt.subplots(figsize=(6, 4), constrained_layout=True)
    clusters = [row for row in found if row["system"] == "carbon cluster"]
    kinds = {"SOAP [4, 3]": "o", "SOAP [6, 4]": "s", "ACSF": "^"}
    for name, marker in kinds.items():
        part = [row for row in clusters if f"{row['descriptor']} {row.get('size', '')}".strip() == name]
        label = f"{name}: {part[0]['components']} components"
        axis.plot([row["atoms"] for row in part], [row["rank"] for row in part], marker=marker, lw=1, label=label)
        guesses = [row for row in part if not row["decided"]]
        axis.plot([row["atoms"] for row in guesses], [row["rank"] for row in guesses], marker, color="white", ms=3)
    numbers = sorted({row["atoms"] for row in clusters})
    axis.plot(numbers, [3 * n - 6 for n in numbers], "k:", label="3N - 6", zorder=0)
    axis.axhline(soap_bound(1, 4, 3), color="grey", ls="--", lw=1, label="SOAP [4, 3], any N")
    axis.set(xlabel="atoms N", ylabel="independent components")
    axis.legend()
    figure.savefig(record.RESULTS / "audit_peers.png", dpi=130)


def main() -> None:
    """Audits, writes, and draws."""
    found = rows()
    print(record.write("audit_peers", {"rattle_A": RATTLE, "rows": found}))
    plot(found)


if __name__ == "__main__":
    main()
