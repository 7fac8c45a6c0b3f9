"""What ``docs/concepts.md`` says of its pictures."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import invgen
from invgen.compiler.pipeline import find_basis

DOCS = Path(__file__).resolve().parent.parent / "docs"
TWIN = np.array([
    3.01459946, 0.14007869, 0.14394165, 0.57384862, 0.2329622, 0.48284337, 0.11449519, -0.63189848,
    -0.09818526, 0.39885803, 0.21547979, -0.0683684, 0.08094723, 0.17580968, -0.02297889, 0.09982883,
])  # fmt: skip
"""Where the search of ``concepts.twin`` ends, to eight digits; the test goes on from here."""


@pytest.fixture(scope="module")
def concepts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("concepts", DOCS / "figures" / "concepts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_trace_of_fourth_power_lies_on_a_curve_and_that_of_the_third_does_not(concepts: ModuleType) -> None:
    found = concepts.traces(200)
    square, cube, fourth = (found[label] for label in (concepts.SQUARE, concepts.CUBE, concepts.FOURTH))
    np.testing.assert_allclose(fourth, square**2 / 2, rtol=1e-12)
    assert np.ptp(cube / square**1.5) > 0.5


def test_two_neighbourhoods_share_a_complete_set_and_are_different(concepts: ModuleType) -> None:
    complete, everything = concepts.twin_bases()
    assert len(complete) == complete.evidence.bound == 13
    first = concepts.neighbourhoods(400, complete.spec.ranks)[0]
    target = complete.evaluate(first)
    second = TWIN
    for _ in range(4):
        second = second - np.linalg.lstsq(complete.jacobian(second), complete.evaluate(second) - target)[0]
    np.testing.assert_allclose(complete.evaluate(second), target, rtol=1e-12)
    differences = np.abs(everything.evaluate(second) / everything.evaluate(first) - 1)
    assert np.sum(differences > 1e-3) == 4
    assert np.sum(differences < 1e-10) == len(everything) - 4


def test_only_the_whole_flexible_set_keeps_its_slopes_without_a_dipole(concepts: ModuleType) -> None:
    bases = {objective: find_basis(f"cartesian-l3-{objective}") for objective in ("n4-independent", "n10-flexible")}
    bases["n4-flexible"] = find_basis("cartesian-l3-n4-flexible")
    left = concepts.dying_dipole(bases, np.array([1.0, 1e-5, 1e-6]))
    assert all(values[0] > 1e-2 for values in left.values())
    slopes = {name: np.log10(values[1] / values[2]) for name, values in left.items()}
    assert slopes["n4-independent"] == pytest.approx(2, abs=0.05)
    assert slopes["n4-flexible"] == pytest.approx(1, abs=0.05)
    assert slopes["n10-flexible"] == pytest.approx(0, abs=0.05)
    assert left["n10-flexible"][2] == pytest.approx(6e-5, rel=0.1)


def test_sizes_that_the_page_states() -> None:
    sizes = [len(find_basis(i)) for i in ("cartesian-l3-n4-independent", "cartesian-l3-n10-flexible")]
    assert sizes == [13, 15]
    assert invgen.count(invgen.BasisSpec(l_max=3, n_max=4, objective="linear")).total == 36
