"""Many structures at once give what ASE's calculators give one by one, however they move and change."""

from __future__ import annotations

import ace_fixtures
import numpy as np
import pytest
import torch
from ase import Atoms
from network_fixtures import build
from processes import python
from tolerances import LAW, close

from invgen.ace import LinearPotential
from invgen.data import Structure
from invgen.engines.batched import Evaluated, evaluator
from invgen.nn.network import Network
from invgen.potentials import InvgenCalculator


def structures(seed: int) -> list[Structure]:
    """A crystal, a film, a molecule and an atom of copper and nickel, displaced at random."""
    random = np.random.default_rng(seed)
    sites = 2.6 * np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    cell = np.array([[5.2, 0, 0], [0.4, 5.2, 0], [0, 0.3, 5.2]])
    made = []
    for count, box, periodic in ((8, cell, True), (6, cell, (True, True, False)), (5, 0 * cell, False), (1, 0, False)):
        positions = sites[:count] + 0.1 * random.normal(size=(count, 3))
        made.append(Structure([29, 28, 28, 29, 29, 28, 29, 28][:count], positions, box + np.zeros((3, 3)), periodic))
    return made


def one_by_one(model: Network | LinearPotential, systems: list[Structure]) -> Evaluated:
    """By ASE's calculators."""
    energies, forces, stresses = [], [], []
    for s in systems:
        atoms = Atoms(s.numbers, s.positions, cell=s.cell, pbc=s.periodic)
        atoms.calc = model.calculator() if isinstance(model, LinearPotential) else InvgenCalculator(model)
        energies.append(atoms.get_potential_energy())
        forces.append(atoms.get_forces())
        stresses.append(atoms.get_stress() if s.periodic.all() else np.full(6, np.nan))
    return Evaluated(*(torch.tensor(np.array(a)) for a in (energies, np.concatenate(forces), stresses)))


def compare(found: Evaluated, expected: Evaluated) -> None:
    for a, b in zip(found[:2], expected[:2], strict=True):
        close(a, b, LAW["float64"])
    np.testing.assert_allclose(found.stress, expected.stress, rtol=0, atol=LAW["float64"])


@pytest.mark.parametrize("kind", ["network", "linear potential"])
def test_the_same_as_one_by_one(kind: str) -> None:
    model = build("hip-hop-nn", species=(28, 29)) if kind == "network" else ace_fixtures.potential()
    evaluate, systems = evaluator(model, skin=0.6), structures(0)
    compare(evaluate(systems), one_by_one(model, systems))
    moved = [Structure(s.numbers, s.positions + 0.05, s.cell, s.periodic) for s in systems]
    jumped = structures(1)
    for now in (moved, jumped, jumped[:2], jumped[::-1], jumped):
        compare(evaluate(now), one_by_one(model, now))
    assert torch.isnan(evaluate(systems, stress=True).stress).any(1).tolist() == [False, True, True, True]


def test_networks_need_no_numba() -> None:
    code = """
import sys
sys.modules["numba"] = sys.modules["llvmlite"] = sys.modules["sympy"] = sys.modules["jinja2"] = None
import invgen.engines.typed, invgen.hippynn
from invgen.data import Structure
from invgen.engines.batched import evaluator
from invgen.nn import HipNN
systems = [Structure([1, 1], [[0.0, 0.0, 0.0], [0.0, 0.0, 0.8]])] * 2
print(evaluator(HipNN(species=[1], features=2, sensitivities=3))(systems).forces.shape)
"""
    assert python(code).strip() == "torch.Size([4, 3])"
