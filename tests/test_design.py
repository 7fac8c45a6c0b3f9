"""Design rows against the slow reference, their order, and wrong input."""

from __future__ import annotations

import ace_reference
import numpy as np
import pytest
from ace_fixtures import ELEMENTS, RADIAL, cluster, crystal, functions, products
from laws import moved
from tolerances import DIRECT_SUM

from invgen.ace.fitting.design import DesignEvaluator
from invgen.compiler.candidates.ace import coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import CoincidentAtomsError, DataError, Structure, UnknownSpeciesError

NUMBERS = (29, 28)


def evaluator(orders: tuple[int, ...] = (1, 2, 3, 4), species: int = 2) -> DesignEvaluator:
    return DesignEvaluator(products(orders, species), RADIAL, ELEMENTS[:species])


@pytest.mark.parametrize("orders", [(1,), (2,), (3,), (4,), (5,), (1, 2, 3, 4)])
def test_energy_rows_are_those_of_the_reference(orders):
    rows = evaluator(orders).rows
    for structure in (cluster(), crystal()):
        wanted = ace_reference.energy_row(structure, NUMBERS, list(functions(orders)), RADIAL)
        energy = rows(structure).energy
        np.testing.assert_allclose(energy, wanted, rtol=0, atol=DIRECT_SUM["float64"] * abs(wanted).max())
        assert abs(energy - np.roll(wanted, len(wanted) // 2)).max() > 1e-3 * abs(wanted).max()


def test_one_species_is_two_with_one_absent():
    structure = cluster(elements=(29,))
    single = evaluator(species=1).rows(structure)
    double = DesignEvaluator(product_basis(functions(species=1)), RADIAL, ELEMENTS).rows(structure)
    for a, b in zip(single, double, strict=True):
        np.testing.assert_array_equal(a, b[..., : a.shape[-1]])
        assert not b[..., a.shape[-1] :].any()


def test_rows_are_contiguous_and_deterministic():
    first, second = evaluator().rows(cluster()), evaluator().rows(cluster())
    for a, b in zip(first, second, strict=True):
        assert a.dtype == np.float64
        assert a.flags.c_contiguous
        np.testing.assert_array_equal(a, b)
    assert first.forces.shape == (18, evaluator().columns)


def test_no_atoms_and_a_single_atom_give_zeros():
    for numbers in ([], [29]):
        energy, forces, virial = evaluator().rows(Structure(numbers, np.zeros((len(numbers), 3))))
        assert forces.shape == (3 * len(numbers), evaluator().columns)
        assert not energy.any()
        assert not virial.any()


def test_wrong_input_is_named():
    with pytest.raises(UnknownSpeciesError, match="has H, but this potential knows only Cu, Ni"):
        evaluator().rows(Structure([1, 29], [[0.0, 0, 0], [0, 0, 1]]))
    with pytest.raises(CoincidentAtomsError, match=r"atoms 0 .* and 1"):
        evaluator().rows(moved(cluster(), cluster().positions * np.array([[0.0], [0]] + 4 * [[1.0]])))
    with pytest.raises(ValueError, match="2 species, but 1 elements"):
        DesignEvaluator(products(), RADIAL, ("Cu",))
    with pytest.raises(DataError, match="chemical symbols"):
        DesignEvaluator(products(), RADIAL, ("Cu", "Cv"))
    high = product_basis([coupling.Coupling.from_label("ace:9.0")])
    with pytest.raises(ValueError, match="up to n=9, the radial basis has 6"):
        DesignEvaluator(high, RADIAL, ("Cu",))
