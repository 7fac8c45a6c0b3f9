"""Covariants: counts by characters, equivariance, spans by second methods, kernels, and the layer for heads."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from pathlib import Path

import brute_force
import flint
import numpy as np
import pytest
import torch
from processes import invgen as command
from rotation_fixtures import representation, rotation, turned
from tolerances import KERNEL, LAW

import invgen
from invgen.cli.checking import checks
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import Multiset, cartesian, factor_key
from invgen.compiler.algebra.characters import contents, count_covariants, count_invariants, generic_covariants
from invgen.compiler.algebra.components import contraction_matrix, inverse_contraction_matrix
from invgen.compiler.algebra.harmonics import harmonics
from invgen.compiler.candidates.cartesian.covariants import OPEN, Covariant, CovariantEvaluator
from invgen.compiler.candidates.cartesian.evaluate import Evaluator
from invgen.compiler.selection.covariants import select
from invgen.compiler.selection.setting import Setting
from invgen.errors import BasisFileError, SpecError, TooManyCandidates
from invgen.gpu.nvrtc import find_nvrtc
from invgen.nn import Covariants, Invariants
from invgen.spec import BasisSpec

PRIME = modular.prime_below(2**30)
PAGE = Path(__file__).resolve().parent.parent / "docs" / "generators.md"


@cache
def chosen(
    ranks: tuple[int, ...], rank: int, n_max: int, objective: str, parity: str = "proper", channels: int = 1
) -> invgen.CovariantBasis:
    spec = BasisSpec(ranks=ranks, n_max=n_max, objective=objective, parity=parity, channels=channels)
    return invgen.covariants(spec, rank)


# ---- counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rank", range(4))
@pytest.mark.parametrize("parity", ["proper", "pseudo", "both"])
@pytest.mark.parametrize(("ranks", "channels"), [((0, 1, 2), 1), ((3,), 1), ((1,), 3), ((2, 4), 1)])
def test_linear_sets_are_as_large_as_the_characters_say_and_independent(ranks, channels, parity, rank):
    basis = chosen(ranks, rank, 3, "linear", parity, channels)
    for order in range(1, 4):
        number = brute_force.molien(basis.spec.tensors, order, rank, parity)
        assert sum(c.order == order for c in basis) == number
        assert dict(basis.evidence.counts)[order] == number
    assert len(set(basis.labels)) == len(basis)
    points = modular.residues("linear", (len(basis) + 2) * basis.components, PRIME).reshape(-1, basis.components)
    evaluator = CovariantEvaluator(basis.channels, rank, points, Modular(PRIME))
    rows = [evaluator.values(c).reshape(-1) for c in basis]
    assert (modular.rank(np.array(rows), PRIME) if rows else 0) == len(basis)


@pytest.mark.parametrize(
    ("ranks", "channels", "rank", "n_max", "proper", "pseudo"),
    [
        ((0,), 1, 1, 3, 0, 0),
        ((1,), 1, 3, 4, 1, 0),
        ((1,), 2, 1, 3, 2, 1),
        ((1,), 2, 2, 4, 3, 2),
        ((1,), 2, 3, 5, 4, 3),
        ((1,), 3, 1, 2, 3, 3),
        ((2,), 1, 1, 5, 0, 0),
        ((2,), 1, 2, 5, 2, 0),
        ((2,), 1, 3, 5, 0, 1),
        ((1, 2), 1, 1, 5, 3, 3),
        ((1, 2), 1, 2, 5, 5, 5),
        ((1, 2), 1, 3, 5, 7, 7),
        ((2, 4), 1, 1, 5, 0, 3),
        ((2, 4), 1, 2, 3, 5, 0),
        ((1, 2, 3), 1, 3, 4, 7, 7),
    ],
)
def test_the_fewest_covariants_span_what_the_symmetry_of_the_tensors_allows(
    ranks, channels, rank, n_max, proper, pseudo
):
    """By hand: mirror planes of one or two vectors, the three axes of a quadrupole, the inversion of even ranks."""
    tensors = cartesian((r, c) for r in ranks for c in range(channels))
    for parity, number in (("proper", proper), ("pseudo", pseudo), ("both", min(2 * rank + 1, proper + pseudo))):
        basis = chosen(ranks, rank, n_max, "independent", parity, channels)
        assert len(basis) == basis.evidence.rank == basis.evidence.bound == number
        assert basis.evidence.float_agrees
        if parity != "both":
            assert generic_covariants(tensors, rank, parity == "pseudo") == number
        everything = chosen(ranks, rank, min(n_max, 4), "linear", parity, channels)
        x = modular.residues("generic", everything.components, PRIME)[None]
        vectors = [CovariantEvaluator(tensors, rank, x, Modular(PRIME)).values(c)[0] for c in everything]
        assert (modular.rank(np.array(vectors), PRIME) if vectors else 0) <= number


def test_what_the_orders_do_not_reach_is_told():
    basis = chosen((3,), 1, 5, "independent")
    assert (basis.evidence.rank, basis.evidence.bound) == (2, 3)
    assert "1 short of the bound" in str(basis)


# ---- the first fundamental theorem for modules --------------------------------------------------------------------


def check_module(ranks: tuple[int, ...], rank: int, n_max: int, generators: list[Covariant]) -> None:
    """Products of invariants and generators have, in every content, the rank that the characters give."""
    tensors = cartesian((r, 0) for r in ranks)
    width = sum(2 * r + 1 for r in ranks)
    scalars = brute_force.build(BasisSpec(ranks=ranks, n_max=n_max, objective="linear"))
    points = modular.residues(f"module/{ranks}", 12 * width, PRIME).reshape(12, width)
    value = Evaluator(tensors, points, Modular(PRIME)).values
    vector = CovariantEvaluator(tensors, rank, points, Modular(PRIME)).values
    products: dict[Multiset, list[list[int]]] = {}
    for c in generators:
        products.setdefault(c.content, []).append(vector(c).reshape(-1).tolist())
        for s in scalars:
            row = (value(s)[:, None] * vector(c) % PRIME).reshape(-1).tolist()
            products.setdefault(tuple(sorted(s.content + c.content, key=factor_key)), []).append(row)
    for order in range(1, n_max + 1):
        for content in contents(tensors, order):
            if (rank + sum(t.rank for t in content)) % 2 == 0:
                rows = products.get(content, [])
                flat = [v for row in rows for v in row]
                found = flint.nmod_mat(len(rows), 12 * (2 * rank + 1), flat, PRIME).rank() if rows else 0
                if found != count_covariants(content, rank):
                    raise AssertionError(f"{content}: {found} of {count_covariants(content, rank)}")


@pytest.mark.parametrize(("ranks", "rank"), [((1, 2), 1), ((1, 2), 2), ((2,), 2), ((2, 3), 1), ((1, 2, 3), 2)])
def test_generators_make_all_covariants_and_none_can_be_left_out(ranks, rank):
    n_max = 4 if len(ranks) < 3 else 3
    generators = list(chosen(ranks, rank, n_max, "generators"))
    check_module(ranks, rank, n_max, generators)
    for k, left_out in enumerate(generators[:6]):
        with pytest.raises(AssertionError) as failure:
            check_module(ranks, rank, n_max, generators[:k] + generators[k + 1 :])
        assert str(left_out.content) in str(failure.value)


def test_vectors_of_a_vector_and_a_quadrupole():
    """v, Qv and QQv make all: the module is free, which the third Cayley-Hamilton power shows."""
    basis = chosen((1, 2), 1, 6, "generators")
    assert [c.text for c in basis] == ["v_i", "v_i Q_ij", "v_i Q_ik Q_jk"]
    both = chosen((1, 2), 1, 4, "generators", "both")
    assert Counter(c.is_pseudo for c in both) == {False: 3, True: 2}
    assert "C2: v_i Q_ik Q_jk" in str(basis)


def test_the_vectors_of_an_octupole_span_the_pseudo_scalar_of_degree_fifteen():
    """Degrees 3, 5, 7: their determinant is the only odd invariant of rank 3 up to degree 15."""
    basis = chosen((3,), 1, 7, "independent")
    assert [c.order for c in basis] == [3, 5, 7]
    x = np.random.default_rng(0).normal(size=(5, 7))
    here, there = (np.linalg.det(basis.evaluate(y)) for y in (x, turned(x, ((3, 0),), -rotation(1))))
    assert (np.abs(here) > 0).all()
    np.testing.assert_allclose(here, -there, rtol=LAW["float64"])
    assert count_invariants(cartesian([(3, 0)] * 15)) == 1


def test_covariants_of_rank_zero_are_the_invariants():
    basis = chosen((0, 1, 2), 0, 3, "linear")
    invariants = brute_force.build(BasisSpec(l_max=2, n_max=3, objective="linear"))
    assert basis.labels == invariants.labels
    x = np.random.default_rng(0).normal(size=(4, 9))
    np.testing.assert_allclose(basis.evaluate(x)[..., 0], invariants.evaluate(x), rtol=LAW["float64"])


# ---- what they are ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label", ["1a.2ab", "1a.1b", "1a.3abc", "2ab.2bc", "eabc.1a.2bd", "1a.2bc", "eabc.2ad.2be.3cfg", "0.2ab"]
)
def test_a_covariant_is_the_traceless_part_of_an_open_contraction(label):
    """By einsum over full tensors, symmetrised and projected."""
    tensors = cartesian([(0, 0), (1, 0), (2, 0), (3, 0)])
    x = np.random.default_rng(3).normal(size=16)
    full = {r: brute_force.full_from_reduced(x[r * r : (r + 1) ** 2], r).astype(float) for r in range(4)}
    covariant = Covariant.from_label(label)
    factors = brute_force.parse(covariant.label)
    letters = [letter for _, indices in factors for letter in indices]
    once = "".join(letter for letter in letters if letters.count(letter) == 1)
    arrays = [brute_force.levi_civita().astype(float) if t is None else full[t[0]] for t, _ in factors]
    open_part = np.einsum(",".join(indices for _, indices in factors) + "->" + once, *arrays)
    rank = len(once)
    permutations = list(itertools.permutations(range(rank)))
    symmetric = sum(open_part.transpose(p) for p in permutations) / len(permutations)
    projected = (brute_force.traceless_projector(rank) @ symmetric.reshape(-1)).reshape((3,) * rank)
    expected = [projected[index] for index in brute_force.independent_indices(rank)]
    assert covariant.rank == rank
    found = CovariantEvaluator(tensors, rank, x[None], Floating()).values(covariant)[0]
    np.testing.assert_allclose(found, expected, atol=LAW["float64"])


def test_labels_round_trip_and_may_be_written_in_any_way():
    for c in chosen((1, 2, 3), 2, 3, "linear", "both"):
        assert Covariant.from_label(c.label) == c
    assert Covariant.from_label("2xy.1x").label == "1a.2ab"
    assert Covariant.from_label("2xy.1:1x").latex == "v^{[1]}_{i} Q_{ij}"
    assert Covariant.from_label("1:1b.eabc.1c").label == "eabc.1a.1:1b"
    assert Covariant.from_label("1:1b.eabc.1c").rank == 1
    with pytest.raises(ValueError, match="has 2 indices, rank 1 needs as many"):
        Covariant.from_label("1ab.2b")


def test_the_inverse_of_the_contraction_is_exact():
    for rank in range(5):
        exact = np.array(inverse_contraction_matrix(rank), dtype=object)
        unit = exact @ contraction_matrix(rank).astype(object)
        assert (unit == np.eye(2 * rank + 1, dtype=int)).all()
    x = np.random.default_rng(0).normal(size=(2, 7))
    a, b = (brute_force.full_from_reduced(v, 3).astype(float) for v in x)
    assert x[0] @ contraction_matrix(3) @ x[1] == pytest.approx((a * b).sum(), rel=LAW["float64"])


def check_equivariance(
    evaluate: Callable[[np.ndarray], np.ndarray], basis: invgen.CovariantBasis, axial: list[bool]
) -> None:
    """C(D(R) x) = D(R) C(x) for a rotation and for a rotation with inversion."""
    x = np.random.default_rng(1).normal(size=(6, basis.components))
    value = evaluate(x)
    assert value.shape == (6, len(basis), 2 * basis.rank + 1)
    for matrix in (rotation(2), -rotation(3)):
        found = evaluate(turned(x, basis.spec.tensors, matrix))
        for k, pseudo in enumerate(axial):
            expected = value[:, k] @ representation(basis.rank, matrix, pseudo).T
            scale = np.abs(value[:, k]).max()
            assert scale > 0
            assert np.abs(found[:, k] - expected).max() < LAW["float64"] * scale


@pytest.mark.parametrize("rank", range(4))
@pytest.mark.parametrize("channels", [1, 2])
def test_covariants_turn_with_their_tensors(rank, channels):
    basis = chosen((1, 2, 3), rank, 2 if channels == 2 else 3, "linear", "both", channels)
    check_equivariance(basis.evaluate, basis, [c.is_pseudo for c in basis])


def test_broken_covariants_fail_the_check():
    basis = chosen((1, 2), 2, 3, "linear", "both")
    axial = [c.is_pseudo for c in basis]
    scale = np.array([1.0, 1.0, 1.0, 1.0, 2.0])
    for evaluate, kinds in (
        (lambda x: basis.evaluate(x) * scale, axial),
        (lambda x: basis.evaluate(x)[..., ::-1], axial),
        (lambda x: basis.evaluate(x) + basis.evaluate(x)[:, ::-1], axial),
        (basis.evaluate, [not kind for kind in axial]),
    ):
        with pytest.raises(AssertionError):
            check_equivariance(evaluate, basis, kinds)


# ---- requests, evidence, files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "rank", "message"),
    [
        (
            {"family": "ace", "l_max": 2, "objective": "generators"},
            1,
            r"ace covariants are chosen by independent, linear",
        ),
        ({"l_max": 2, "objective": "flexible"}, 1, r"chosen by independent, linear, generators, got .*'flexible'"),
        ({"l_max": 2}, 0, r"of rank 0 are the invariants.* got rank=0 .*use invgen\.generate, or objective='linear'"),
        ({"l_max": 2}, 13, r"must be a whole number in 0\.\.12, got 13"),
        ({"l_max": 2}, "1", r"must be a whole number in 0\.\.12, got '1'"),
    ],
)
def test_requests_that_make_no_sense_are_refused(arguments, rank, message):
    with pytest.raises(SpecError, match=message):
        invgen.covariants(BasisSpec(n_max=2, **arguments), rank)


def test_other_bad_requests():
    with pytest.raises(TypeError, match=r"covariants takes a BasisSpec, got int; write invgen\.BasisSpec"):
        invgen.covariants(2)
    with pytest.raises(TooManyCandidates, match=r"linearly independent covariants of rank 1; lower n_max"):
        invgen.covariants(BasisSpec(l_max=3, n_max=6, channels=4), 1)
    with pytest.raises(SpecError, match=r"independent-rank1 holds no function.* at any order, by symmetry; ask for"):
        invgen.emit(chosen((2,), 1, 3, "independent"))
    with pytest.raises(SpecError, match=r"independent-rank1 holds no function.* up to order 3; raise n_max, or ask"):
        invgen.emit(chosen((4,), 1, 3, "independent", "pseudo"))
    basis = chosen((1, 2), 1, 3, "independent")
    with pytest.raises(ValueError, match=r"takes 8 components on the last axis, got an array of shape \(3, 7\)"):
        basis.evaluate(np.zeros((3, 7)))
    with pytest.raises(TypeError, match="floating-point components, got int64"):
        basis.evaluate(np.zeros((3, 8), dtype=np.int64))


@pytest.mark.parametrize("objective", ["independent", "linear", "generators"])
@pytest.mark.parametrize("parity", ["proper", "pseudo", "both"])
def test_selections_are_verified_elsewhere(objective, parity):
    basis = chosen((1, 2), 2, 3, objective, parity)
    assert bool(basis.verify())
    assert not basis.verify().problems
    assert "other covariants" in str(replace(basis, covariants=basis.covariants[1:]).verify())
    wrong = replace(basis, evidence=replace(basis.evidence, bound=6))
    assert "bound is 5, the evidence says 6" in str(wrong.verify())


def test_files_round_trip_and_damage_is_noticed(tmp_path: Path):
    basis = chosen((1, 2), 1, 3, "generators", "both")
    path = basis.save(tmp_path)
    assert path.name == "covariants.json"
    with pytest.raises(FileNotFoundError, match=r"no basis\.json in the folder .*, which holds covariants\.json"):
        invgen.find_basis(tmp_path)
    assert invgen.CovariantBasis.load(tmp_path) == basis
    assert basis.id == "cartesian-r1.2-n3-both-generators-rank1"
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "rank": 2}))
    with pytest.raises(BasisFileError, match="fails its checksum"):
        invgen.CovariantBasis.load(path)
    foreign = replace(basis, covariants=(Covariant.from_label("3abc.2ab"),))
    with pytest.raises(BasisFileError, match=r"labels 2bc\.3abc are not of rank 1 and of the specified tensors"):
        invgen.CovariantBasis.load(foreign.save(tmp_path))
    with pytest.raises(BasisFileError, match="cannot be read"):
        invgen.Basis.load(path)


def test_progress_is_told():
    told: list[tuple[str, int, int]] = []
    for objective in ("independent", "linear", "generators"):
        spec = BasisSpec(ranks=(1, 2), n_max=2, objective=objective)
        invgen.covariants(spec, 1, progress=lambda *a: told.append(a))
    assert {stage for stage, _, _ in told} == {"covariants of rank 1"}
    assert all(0 < done <= total for _, done, total in told)


# ---- kernels ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rank", "objective"), [(0, "linear"), (1, "generators"), (2, "independent"), (3, "independent")]
)
def test_kernels_are_exact(rank, objective):
    """In fractions: contracted with any tensor, a covariant is the derivative by that tensor of its invariant."""
    basis = chosen((1, 2), rank, 3, objective, "both")
    x = brute_force.fractions(basis.components, seed=rank)
    value = invgen.kernels_of(basis)["value"].evaluate(x).reshape(len(basis), 2 * rank + 1)
    tensors = (*basis.spec.tensors, (rank, OPEN - 1))
    for c, found in zip(basis, value, strict=True):
        padded = [*x, *[Fraction(0)] * (2 * rank + 1)]
        gradient = brute_force.gradient(c.contraction.label, tensors, padded)[-(2 * rank + 1) :]
        assert list(contraction_matrix(rank).astype(object) @ found) == gradient, c.label


def test_derivatives_of_kernels_are_those_of_the_values():
    basis = chosen((1, 2), 2, 3, "linear", "both")
    kernels = invgen.kernels_of(basis)
    generator = np.random.default_rng(0)
    x, u = generator.normal(size=(2, 5, basis.components))
    g = generator.normal(size=(5, len(basis) * 5))
    step = 1e-5
    ahead, behind = (basis.evaluate(x + s * u).reshape(5, -1) for s in (step, -step))
    slope = (ahead - behind) / (2 * step)
    hessian, tangent = kernels["second_order"].evaluate(x, g, u)
    np.testing.assert_allclose(tangent, slope, atol=1e-7)
    gradient = kernels["vjp"].evaluate(x, g)
    np.testing.assert_allclose((gradient * u).sum(1), (g * tangent).sum(1), rtol=LAW["float64"])
    ahead, behind = (kernels["vjp"].evaluate(x + s * u, g) for s in (step, -step))
    np.testing.assert_allclose(hessian, (ahead - behind) / (2 * step), atol=1e-6)


@pytest.fixture(scope="module")
def dipoles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Emitted covariants of rank 1: v and Qv."""
    basis = chosen((1, 2), 1, 2, "independent")
    return invgen.emit(basis, into=tmp_path_factory.mktemp("covariants") / "dipoles")


def test_every_backend_gives_the_same(dipoles: Path):
    assert {p.name for p in dipoles.iterdir()} == {
        *("covariants.json", "manifest.json", "numba_kernels.py", "torch_kernels.py", "cuda_kernels.cu"),
    }
    basis = invgen.CovariantBasis.load(dipoles)
    x = np.random.default_rng(0).normal(size=(7, basis.components))
    expected = invgen.kernels_of(basis)["value"].evaluate(x)
    for backend in ("numba", "torch"):
        f = invgen.load(dipoles, backend=backend)
        assert (f.kind, f.size, f.labels) == ("covariants", 6, basis.labels)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(f(x), expected, rtol=0, atol=KERNEL["float64"] * scale)


def test_the_layer_in_both_layouts_and_its_derivatives(dipoles: Path):
    basis = invgen.CovariantBasis.load(dipoles)
    x = torch.randn(4, basis.components, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = basis.evaluate(np.moveaxis(x.numpy(), 1, -1)).transpose(0, 2, 3, 1)
    for backend in ("numba", "torch"):
        layer = Covariants(dipoles, backend=backend)
        assert (layer.rank, layer.covariants, list(layer.parameters())) == (1, 2, [])
        np.testing.assert_allclose(layer(x).numpy(), expected, rtol=LAW["float64"])
        last = Covariants(dipoles, backend=backend, component_axis=-1)
        np.testing.assert_allclose(last(x.transpose(1, 2)).numpy(), expected.transpose(0, 3, 1, 2), rtol=LAW["float64"])
        assert torch.autograd.gradcheck(layer, x[:2].clone().requires_grad_())
        assert torch.autograd.gradgradcheck(layer, x[:2].clone().requires_grad_())
    with pytest.raises(ValueError, match=r"holds invariants, not covariants; make some with invgen\.covariants"):
        Covariants("cartesian-l2-n4-flexible", backend="torch")


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_everything_that_a_folder_claims_is_checked(rank: int, tmp_path: Path):
    basis = chosen((1, 2), rank, 2, "linear", "both")
    folder = invgen.emit(basis, ("torch",), tmp_path)
    assert {outcome for outcome, _, _ in checks(basis, folder)} == {"ok"}
    scaled = replace(basis, covariants=basis.covariants[::-1])
    failed = [name for outcome, name, _ in checks(scaled, folder) if outcome == "FAILED"]
    assert len(failed) == 4, failed


@pytest.mark.skipif(find_nvrtc() is None, reason="needs NVRTC: pip install nvidia-cuda-nvrtc")
def test_the_cuda_text_compiles(dipoles: Path):
    compiler = find_nvrtc()
    assert compiler is not None
    text = (dipoles / "cuda_kernels.cu").read_text()
    for real in ("float", "double"):
        found = compiler.compile(text, "sm_90", (f"REAL={real}",))
        assert set(found.usage) == {"value_0", "vjp_0", "second_order_0"}
        assert not any(usage.spill_stores for usage in found.usage.values())


@pytest.mark.gpu
@pytest.mark.skipif(torch.version.cuda is None or not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_the_layer_on_a_gpu(dipoles: Path):
    x = torch.randn(70, 8, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = invgen.CovariantBasis.load(dipoles).evaluate(np.moveaxis(x.numpy(), 1, -1)).transpose(0, 2, 3, 1)
    found = Covariants(dipoles, backend="cuda")(x.cuda()).cpu().numpy()
    np.testing.assert_allclose(found, expected, rtol=0, atol=LAW["float64"] * np.abs(expected).max())


def test_the_command_line_writes_a_folder(tmp_path: Path):
    run = partial(command, cwd=tmp_path)
    made = run("covariants", "--ranks", "1,2", "--rank", "2", "--n-max", "2", "--backends", "torch")
    assert made.returncode == 0, made.stderr
    assert "C0: Q_ij" in made.stdout
    found = Covariants(tmp_path / "cartesian-r1.2-n2-independent-rank2", backend="torch")
    assert (found.rank, found.labels[0]) == (2, "2ab")
    data = json.loads(run("show", found.id, "--json").stdout)
    assert [c["latex"] for c in data["covariants"]][:2] == ["Q_{ij}", "v_{i} v_{j}"]
    refused = run("covariants", "--l-max", "2", "--rank", "0")
    assert refused.returncode == 2
    assert "rank=0" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_basis_in_memory_is_emitted_into_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path))
    basis = chosen((1, 2), 2, 2, "independent")
    layer = Covariants(basis, backend="torch")
    assert layer(torch.ones(1, 8, 3)).shape == (1, len(basis), 5, 3)
    assert [p.name.startswith(basis.id) for p in tmp_path.iterdir()] == [True]
    assert Covariants(basis, backend="torch").key == layer.key


def test_the_layer_needs_no_compiler_half(dipoles: Path):
    code = f"""
import sys
sys.modules["sympy"] = sys.modules["jinja2"] = None
import torch, invgen.nn
print(tuple(invgen.nn.Covariants({str(dipoles)!r}, backend="torch")(torch.ones(2, 8, 4)).shape))
print([m for m in sys.modules if m.startswith("invgen.compiler")])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.split("\n")[:2] == ["(2, 2, 3, 4)", "[]"]


# ---- a head -----------------------------------------------------------------------------------------------------


class Dipole(torch.nn.Module):
    """mu = sum over atoms, covariants c and features a of w_ca(invariants) C_ca."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.invariants = Invariants("cartesian-l2-n4-flexible", backend="torch")
        self.covariants = Covariants(folder, backend="torch")
        size = self.covariants.covariants
        self.weights = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.SiLU(), torch.nn.Linear(8, size)).double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(atoms, 9, features) -> (3,)."""
        weights = self.weights(self.invariants(x).transpose(1, 2))
        return torch.einsum("afk,akcf->c", weights, self.covariants(x[:, 1:]))


class Leaky(Dipole):
    """Weights that depend on the direction of a tensor."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * (1 + x[0, 1].sum())


def neighbourhoods(positions: np.ndarray) -> torch.Tensor:
    """Components (atoms, 9, 2) of ranks 0 to 2 around every atom, with two radial weights as features."""
    vectors = positions[None] - positions[:, None]
    distance = np.linalg.norm(vectors, axis=-1, keepdims=True) + np.eye(len(positions))[..., None]
    planes = []
    for decay in (0.5, 1.0):
        weight = np.exp(-decay * distance) * (1 - np.eye(len(positions)))[..., None]
        parts = [(weight * harmonics(vectors / distance, rank)).sum(1) for rank in range(3)]
        planes.append(np.concatenate(parts, axis=1))
    return torch.from_numpy(np.stack(planes, axis=-1))


def check_dipole(head: torch.nn.Module) -> None:
    """A dipole turns with the molecule, and changes sign with it under inversion."""
    positions = np.random.default_rng(5).normal(size=(6, 3))
    with torch.no_grad():
        here = head(neighbourhoods(positions)).numpy()
        assert np.abs(here).max() > 1e-3
        for matrix in (rotation(4), -rotation(5)):
            there = head(neighbourhoods(positions @ matrix.T)).numpy()
            assert np.abs(there - matrix @ here).max() < LAW["float64"] * np.abs(here).max()


def test_a_dipole_head_turns_with_the_molecule(dipoles: Path):
    torch.manual_seed(0)
    check_dipole(Dipole(dipoles))
    with pytest.raises(AssertionError):
        check_dipole(Leaky(dipoles))


def test_a_dipole_head_learns_from_gradients(dipoles: Path):
    """Invariants and covariants pass gradients to weights and positions alike."""
    torch.manual_seed(0)
    head = Dipole(dipoles)
    x = neighbourhoods(np.random.default_rng(5).normal(size=(6, 3))).requires_grad_()
    head(x).pow(2).sum().backward()
    assert x.grad is not None
    assert float(x.grad.abs().max()) > 0
    assert all(p.grad is not None for p in head.parameters())


def test_the_choice_is_that_of_three_primes_and_three_witnesses():
    spec = BasisSpec(ranks=(1, 2, 3), n_max=3)
    primes = (PRIME, modular.DEFAULT_PRIME, modular.prime_below(2**29))
    labels = {tuple(c.label for c in select(spec, 2, Setting(p, seed))[0]) for p in primes for seed in "abc"}
    assert len(labels) == 1


# ---- the page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("objective", "sizes"), [("linear", (31, 46, 44)), ("generators", (18, 27, 31)), ("independent", (3, 5, 7))]
)
def test_sizes_that_the_page_states(objective, sizes):
    assert tuple(len(chosen((1, 2, 3), rank, 4, objective)) for rank in (1, 2, 3)) == sizes
    assert f"{sizes[0]} | {sizes[1]} | {sizes[2]} |" in PAGE.read_text()


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"{PAGE.name} block {number}", "exec"), names)
    assert (tmp_path / "products" / "vectors" / "covariants.json").is_file()
