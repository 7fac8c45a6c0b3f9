"""The exact map to e3nn's harmonics: against the library, orthogonal in exact numbers, and on ACE bases."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
import sphericart
import sympy
import tolerances
from rotation_fixtures import directions

import invgen
from invgen.compiler.algebra.conventions import e3nn_map, e3nn_matrix

FLOAT64 = tolerances.DIRECT_SUM["float64"]


def e3nn_harmonics(rank: int, vectors: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from e3nn import o3

        return o3.spherical_harmonics(rank, torch.tensor(vectors), normalize=False, normalization="integral").numpy()


@pytest.mark.parametrize("rank", range(9))
def test_the_map_turns_harmonics_of_sphericart_into_those_of_e3nn(rank):
    vectors = directions(20, rank)
    ours = sphericart.SphericalHarmonics(rank).compute(vectors)[:, rank**2 :]
    theirs = e3nn_harmonics(rank, vectors)
    assert abs(ours @ e3nn_matrix([rank]).T - theirs).max() < FLOAT64
    if rank:
        assert abs(ours - theirs).max() > 0.1


@pytest.mark.parametrize("rank", range(5))
def test_the_map_is_orthogonal_exactly(rank):
    rows = [[entry.sympy() for entry in row] for row in e3nn_map(rank)]
    for (i, a), (j, b) in itertools.combinations_with_replacement(enumerate(rows), 2):
        overlap = sympy.simplify(sum(x * y for x, y in zip(a, b, strict=True)))
        assert overlap == (1 if i == j else 0)


def test_rows_of_the_highest_rank_have_length_one_exactly():
    assert all(sum(entry.square for entry in row) == 1 for row in e3nn_map(12))


def test_the_vector_is_permuted():
    """(y, z, x) to (x, y, z)."""
    assert e3nn_matrix([1]).tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert [float(x) for x in e3nn_map(2)[2]] == [0, 0, -0.5, 0, -np.sqrt(0.75)]


def test_a_basis_evaluates_components_in_the_convention_of_e3nn():
    basis = invgen.generate(invgen.BasisSpec(family="ace", l_max=3, n_max=4, channels=2, parity="both"))
    rng = np.random.default_rng(3)
    vectors = directions(6, 4)
    radial = {c.n: rng.normal(size=6) for c in basis.channels}
    ranks = [c.rank for c in basis.channels]
    solid = sphericart.SphericalHarmonics(3).compute(vectors)
    ours = np.concatenate([radial[c.n] @ solid[:, c.rank**2 : (c.rank + 1) ** 2] for c in basis.channels])
    theirs = np.concatenate([radial[c.n] @ e3nn_harmonics(c.rank, vectors) for c in basis.channels])
    matrix = e3nn_matrix(ranks)
    assert abs(matrix @ ours - theirs).max() < FLOAT64
    assert abs(basis.evaluate(matrix.T @ theirs) - basis.evaluate(ours)).max() < FLOAT64


def test_invariants_take_either_convention_but_not_both_together():
    """Renaming the axes is a rotation of the neighbourhood, so invariants do not notice it, if all channels do it."""
    basis = invgen.generate(invgen.BasisSpec(family="ace", l_max=3, n_max=4, channels=2, parity="both"))
    ours = np.random.default_rng(5).normal(size=basis.components)
    theirs = e3nn_matrix(c.rank for c in basis.channels) @ ours
    assert abs(basis.evaluate(theirs) - basis.evaluate(ours)).max() < 100 * FLOAT64
    mixed = np.where(np.arange(basis.components) < basis.components // 2, ours, theirs)
    assert abs(basis.evaluate(mixed) - basis.evaluate(ours)).max() > 1e-3
