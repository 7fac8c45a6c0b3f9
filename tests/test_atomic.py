"""Radial functions, spherical harmonics and the A-basis against libraries, exact integrals and finite differences."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import ace_reference
import numpy as np
import pytest
import sphericart
from scipy.special import roots_jacobi
from tolerances import ACE, CENTRAL_DIFFERENCE, DIRECT_SUM

from invgen.ace import RadialBasis, abasis, energy, planes
from invgen.ace.abasis import ABasis, a_basis
from invgen.ace.adjoint import harmonic_of
from invgen.ace.fitting import design
from invgen.ace.harmonics import MAX_RANK, harmonic_table
from invgen.ace.neighbourhoods import element_numbers, neighbourhoods
from invgen.ace.planes import Planes, angular_of, gather, make_planes, moments_of, radial_of
from invgen.ace.radial import RadialError
from invgen.compiler.candidates.ace.coupling import Channel
from invgen.data import DataError, Structure, UnknownSpeciesError, neighbour_pairs
from invgen.runtime.cpu import compiled as compiled_module

BASES = [
    RadialBasis(5.0, 12, 2.5),
    RadialBasis(4.0, 6, 1.1, "agnesi", 1, 3, 4),
    RadialBasis(6.5, 9, 2.5, "power"),
    RadialBasis(6.5, 1, 2.5, "power", 3),
]


PAIRS = RadialBasis(4.5, 6, 2.0, pair_r0=((1.4, 1.0, 1.3), (1.0, 2.2, 1.1), (1.3, 1.1, 1.5)))


def directions(count: int = 40) -> np.ndarray:
    special = [[0, 0, 1], [0, 0, -1], [1, 0, 0], [0, -1, 0], [1e-9, 0, 1]]
    return np.concatenate([special, np.random.default_rng(3).normal(size=(count, 3)) * 2])


def planes_of(tables: ABasis, vectors: np.ndarray) -> tuple[Planes, int]:
    """Planes of an atom whose neighbours are at ``vectors`` (n, 3) Å, however far, and their number with padding."""
    count = len(vectors)
    made = make_planes(tables, 1, 1, count)
    positions, start = np.concatenate([np.zeros((1, 3)), vectors]), np.array([[0, count]])
    return made, gather(made, 0, 0, positions, start, np.arange(1, count + 1), np.zeros((count, 3)), 1e3)


def harmonics(vectors: np.ndarray, l_max: int) -> tuple[np.ndarray, np.ndarray]:
    """Y_lm (pairs, (l_max+1)^2) of the directions of ``vectors`` and their derivatives (pairs, (l_max+1)^2, 3)."""
    tables = a_basis(np.array([[0, 1, l_max]]), BASES[0], 1)
    made, pairs = planes_of(tables, vectors)
    angular_of(made, 0, pairs, tables.harmonics)
    found = []
    for rank in range(l_max + 1):
        for m in range(-rank, rank + 1):
            harmonic_of(made, 0, tables.harmonics, 0, rank, m)
            found.append(made.scratch[:4, : len(vectors)].copy())
    values = np.array(found)
    return values[:, 0].T, values[:, 1:].transpose(2, 0, 1)


def radial(basis: RadialBasis, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """R_n and their derivatives by r (1/Å), each (pairs, functions)."""
    tables = a_basis(np.array([[0, 1, 0]]), basis, 1)
    made, pairs = planes_of(tables, r[:, None] * [0.0, 0.0, 1.0])
    radial_of(made, 0, 0, pairs, tables.radial, tables.recurrence)
    return made.values[0, :, : len(r)].T, made.slopes[0, :, : len(r)].T


def transform_slope(basis: RadialBasis, r: np.ndarray) -> np.ndarray:
    """du/dr (pairs,) from R_1 = P_0 u^e and its derivative."""
    (values, slopes), e = radial(basis, r), basis.envelope
    return slopes[:, 0] / (basis.first * e * (values[:, 0] / basis.first) ** ((e - 1) / e))


# ---- harmonics --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("l_max", [0, 1, 2, 5, MAX_RANK])
def test_harmonics_are_those_of_sphericart(l_max):
    values, gradients = harmonics(directions(), l_max)
    wanted, slopes = sphericart.SphericalHarmonics(l_max).compute_with_gradients(directions())
    np.testing.assert_allclose(values, wanted, rtol=0, atol=ACE["float64"])
    np.testing.assert_allclose(gradients, slopes.transpose(0, 2, 1), rtol=0, atol=10 * ACE["float64"])


def test_the_first_harmonics_are_y_z_x():
    values, _ = harmonics(np.eye(3), 1)
    np.testing.assert_allclose(values[:, 1:], np.sqrt(3 / (4 * np.pi)) * np.eye(3)[[1, 2, 0]].T, atol=ACE["float64"])


def quadrature(degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights exact for polynomials of ``degree`` on the sphere."""
    z, weights = np.polynomial.legendre.leggauss(degree // 2 + 1)
    angle = 2 * np.pi * np.arange(degree + 1) / (degree + 1)
    ring = np.sqrt(1 - z**2)
    points = np.stack(np.broadcast_arrays(ring[:, None] * np.cos(angle), ring[:, None] * np.sin(angle), z[:, None]), -1)
    return points.reshape(-1, 3), np.repeat(weights * 2 * np.pi / (degree + 1), degree + 1)


def orthonormality_error(values: np.ndarray, weights: np.ndarray) -> float:
    return float(abs((values.T * weights) @ values - np.eye(values.shape[1])).max())


def test_harmonics_are_orthonormal_on_the_sphere():
    points, weights = quadrature(2 * MAX_RANK)
    values, _ = harmonics(points, MAX_RANK)
    assert orthonormality_error(values, weights) < DIRECT_SUM["float64"]
    values[:, 7] *= 1.001
    assert orthonormality_error(values, weights) > 1e-3


def test_harmonics_refuse_high_ranks():
    with pytest.raises(ValueError, match="between 0 and 12, got 13"):
        harmonic_table(13)


# ---- radial functions -------------------------------------------------------------------------------------------


def overlap(basis: RadialBasis, functions: RadialBasis) -> np.ndarray:
    """Integrals of ``functions`` over u of ``basis`` by Gauss-Jacobi quadrature, which is exact: r(u) by bisection."""
    envelope = basis.envelope
    y, weights = roots_jacobi(basis.functions + 1, 0, 2 * envelope)
    u = (y + 1) / 2
    lower, upper = np.zeros_like(u), np.full_like(u, basis.cutoff)
    for _ in range(80):
        middle = (lower + upper) / 2
        high = ace_reference.transformed(middle, basis) > u
        lower, upper = np.where(high, middle, lower), np.where(high, upper, middle)
    values = radial(functions, middle)[0] / u[:, None] ** envelope
    return (values.T * (weights / 2 ** (2 * envelope + 1))) @ values


@pytest.mark.parametrize("basis", BASES)
def test_radial_functions_are_orthonormal_in_the_transformed_distance(basis):
    np.testing.assert_allclose(overlap(basis, basis), np.eye(basis.functions), atol=DIRECT_SUM["float64"])
    other = replace(basis, r0=1.1 * basis.r0)
    assert abs(overlap(basis, other) - np.eye(basis.functions)).max() > 1e-2


@pytest.mark.parametrize("basis", BASES)
def test_radial_functions_are_scaled_jacobi_polynomials(basis):
    r = np.linspace(1e-3, 1.1 * basis.cutoff, 200)
    values = radial(basis, r)[0]
    np.testing.assert_allclose(values.T, ace_reference.radial(r, basis), atol=1e-10)
    np.testing.assert_allclose(np.array(basis.values(r)), values.T, atol=1e-13)


def slope_error(basis: RadialBasis, slopes_of: RadialBasis) -> float:
    r, h = np.linspace(0.3, basis.cutoff, 97)[:-1], 1e-5
    difference = (radial(basis, r + h)[0] - radial(basis, r - h)[0]) / (2 * h)
    slopes = radial(slopes_of, r)[1]
    return float(abs(slopes - difference).max() / abs(slopes).max())


@pytest.mark.parametrize("basis", BASES)
def test_radial_slopes_are_derivatives(basis):
    assert slope_error(basis, basis) < CENTRAL_DIFFERENCE["float64"]
    assert slope_error(basis, replace(basis, r0=1.01 * basis.r0)) > 1e-4


def kink(basis: RadialBasis, envelope: float) -> float:
    """Second difference of R_1 just inside the cutoff, in units of that of a function with a jump in it."""
    h = 1e-3
    r = basis.cutoff - h * np.arange(1, 4)
    u = (radial(basis, r)[0][:, 0] / basis.first) ** (envelope / basis.envelope)
    return float(abs(u[0] - 2 * u[1] + u[2]) / h**2)


@pytest.mark.parametrize("basis", BASES)
def test_radial_functions_end_with_two_continuous_derivatives(basis):
    assert not np.any(radial(basis, np.array([basis.cutoff, basis.cutoff + 1e-9, 99.0])))
    slope = abs(transform_slope(basis, np.array([basis.cutoff - 1e-6])))
    assert kink(basis, basis.envelope) < 0.05 * slope[0] ** 2
    assert kink(basis, 2) > slope[0] ** 2


@pytest.mark.parametrize("basis", BASES)
def test_radial_functions_are_bounded_at_short_distances(basis):
    values, slopes = radial(basis, np.array([1e-12, 1e-6, 1e-3]))
    assert np.isfinite(slopes).all()
    assert abs(values).max() < 10


def test_agnesi_falls_fastest_at_r0():
    basis = RadialBasis(6.0, 4, 2.5)
    r = np.linspace(1.0, 5.0, 4001)
    slope = transform_slope(basis, r)
    assert r[slope.argmin()] == pytest.approx(2.5, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cutoff": -1.0}, "cutoff .* positive length in Å, got -1.0"),
        ({"r0": float("nan")}, "r0 .* got nan"),
        ({"functions": 0}, "functions .* at least 1, got 0"),
        ({"envelope": 2}, "envelope .* at least 3, got 2"),
        ({"transform": "agnessi"}, "did you mean 'agnesi'"),
        ({"p": 4}, "needs q > p, got p=4, q=4"),
        ({"p": 2.0}, "p .* whole number"),
        ({"pair_r0": ((1.0, 2.0),)}, "pair_r0 must hold a positive length"),
        ({"pair_r0": ((1.0, -2.0), (-2.0, 1.0))}, "pair_r0 must hold a positive length"),
        ({"pair_r0": ((1.0, 2.0), (1.5, 1.0))}, "pair_r0 must be symmetric"),
    ],
)
def test_radial_parameters_are_checked(arguments, message):
    with pytest.raises(RadialError, match=message):
        RadialBasis(**{"cutoff": 5.0, "functions": 3, "r0": 2.5, **arguments})


def test_radial_parameters_survive_json():
    basis = BASES[1]
    assert "pair_r0" not in basis.to_json()
    for each in (basis, PAIRS):
        assert RadialBasis.from_json(json.loads(json.dumps(each.to_json()))) == each
    with pytest.raises(RadialError, match=r"missing': \['q'\], 'unknown': \['w'\]"):
        RadialBasis.from_json({**{k: v for k, v in basis.to_json().items() if k != "q"}, "w": 1})


# ---- neighbourhoods and A ---------------------------------------------------------------------------------------

ELEMENTS = ("O", "H", "C")


def mixture() -> Structure:
    rng = np.random.default_rng(5)
    return Structure(rng.choice([1, 6, 8], 9), 4 * rng.random((9, 3)), 4.5 * np.eye(3) + 0.3 * rng.random((3, 3)), True)


def test_neighbours_are_grouped_by_species():
    structure, numbers = mixture(), element_numbers(ELEMENTS)
    near = neighbourhoods(structure, numbers, 4.0)
    assert near.start[-1, -1] == len(near.second) == len(neighbour_pairs(structure, 4.0).first)
    for atom in range(9):
        for z in range(3):
            group = near.second[near.start[atom, z] : near.start[atom, z + 1]]
            assert set(structure.numbers[group]) <= {numbers[z]}
    np.testing.assert_array_equal(near.start[1:, 0], near.start[:-1, -1])
    first = np.repeat(np.arange(9), near.start[:, -1] - near.start[:, 0])
    vectors = structure.positions[near.second] - structure.positions[first] + near.shift
    assert abs(np.linalg.norm(vectors, axis=1) - 2).max() < 2


def test_elements_are_checked():
    with pytest.raises(UnknownSpeciesError, match="has C, but this potential knows only O, H"):
        neighbourhoods(mixture(), element_numbers(("O", "H")), 4.0)
    for wrong in ((), ("Xx",), ("H", "H")):
        with pytest.raises(DataError, match="different chemical symbols"):
            element_numbers(wrong)


@pytest.mark.parametrize("basis", [*BASES[:3], PAIRS])
def test_moments_are_the_sums_of_their_definition(basis):
    structure, numbers = mixture(), element_numbers(ELEMENTS)
    channels = [Channel(z, n, rank) for z in range(3) for n in (1, 4) for rank in (0, 1, 4)]
    tables = a_basis(np.array(channels), basis, 3)
    near = neighbourhoods(structure, numbers, basis.cutoff)
    made = make_planes(tables, 1, 3, near.widest)
    for atom, wanted in enumerate(ace_reference.moments(structure, tuple(numbers), channels, basis)):
        a = np.empty(tables.components)
        pairs = gather(made, 0, atom, structure.positions, near.start, near.second, near.shift, basis.cutoff)
        radial_of(made, 0, near.species[atom], pairs, tables.radial, tables.recurrence)
        angular_of(made, 0, pairs, tables.harmonics)
        moments_of(made, 0, tables, a.reshape(-1, 1))
        np.testing.assert_allclose(a, list(wanted.values()), rtol=0, atol=ACE["float64"] * abs(a).max())
        assert not np.allclose(a[::-1], list(wanted.values()))
        if basis.pair_r0:
            radial_of(made, 0, (near.species[atom] + 1) % 3, pairs, tables.radial, tables.recurrence)
            moments_of(made, 0, tables, a.reshape(-1, 1))
            assert not np.allclose(a, list(wanted.values()))


def test_channels_must_exist():
    with pytest.raises(ValueError, match="channels of 2 species, but 1 elements"):
        a_basis(np.array([[1, 1, 0]]), BASES[0], 1)
    with pytest.raises(ValueError, match="up to n=13, the radial basis has 12"):
        a_basis(np.array([[0, 13, 0]]), BASES[0], 1)
    with pytest.raises(ValueError, match="r0 for pairs of 3 species, but 2 elements"):
        a_basis(np.array([[0, 1, 0]]), PAIRS, 2)


# ---- the cache of compiled functions ----------------------------------------------------------------------------


def loads_cached(folder, name: str) -> str:
    """The value of ``module.outer(1.0)`` in a fresh process, and whether it was compiled anew."""
    code = f"import module; r = module.outer(1.0); print(r, sum(module.{name}.stats.cache_hits.values()))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_compiled_functions_last_as_long_as_what_they_call(tmp_path):
    called = tmp_path / "called.py"
    called.write_text("from invgen.runtime.cpu.compiled import compiled\n@compiled\ndef inner(x):\n    return x + 1\n")
    (tmp_path / "module.py").write_text(
        "from called import inner\nfrom invgen.runtime.cpu.compiled import compiled\n"
        "@compiled\ndef outer(x):\n    return inner(x)\n"
    )
    assert [loads_cached(tmp_path, "outer") for _ in range(2)] == ["2.0 0", "2.0 1"]
    called.write_text(called.read_text().replace("x + 1", "x + 20"))
    assert loads_cached(tmp_path, "outer") == "21.0 0"


def test_functions_are_compiled_anew_where_a_type_of_their_arguments_is_gone(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "from typing import NamedTuple\nfrom invgen.runtime.cpu.compiled import compiled\n"
        "class Point(NamedTuple):\n    x: float\n"
        "@compiled\ndef inner(p):\n    return p.x + 1\n"
        "def outer(x):\n    return inner(Point(x))\n"
    )
    assert [loads_cached(tmp_path, "inner") for _ in range(2)] == ["2.0 0", "2.0 1"]
    module.write_text(module.read_text().replace("Point", "Place"))
    assert loads_cached(tmp_path, "inner") == "2.0 0"


def test_processes_that_save_at_a_time_never_read_each_others_code(tmp_path):
    """Each finds an empty index; the second saves all that it has between the index and the code of the first."""
    (tmp_path / "twice.py").write_text("def twice(x):\n    return x + x\n")
    spec = importlib.util.spec_from_file_location("twice", tmp_path / "twice.py")
    spec.loader.exec_module(module := importlib.util.module_from_spec(spec))
    first, second, reader = (compiled_module.compiled(module.twice) for _ in range(3))
    second._cache._cache_file._load_index = dict
    file = first._cache._cache_file
    save_data = file._save_data

    def overtaken(name, data):
        assert second(1.5) == 3.0
        save_data(name, data)

    file._save_data = overtaken
    assert first(2) == 4
    assert (reader(1.5), reader(2)) == (3.0, 4)
    assert sum(reader.stats.cache_hits.values()) == 1, "what the second saved is read, what it overwrote is not"


def test_functions_of_the_design_last_as_long_as_the_a_basis_that_they_call():
    for caller in (design, energy):
        sources = compiled_module._room(Path(caller.__file__))
        assert {Path(m.__file__) for m in (abasis, planes, design)} <= set(sources)
