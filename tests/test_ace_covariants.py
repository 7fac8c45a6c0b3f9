"""Covariants of the family ``ace``: counts, spans and components by second methods, e3nn's order, kernels, files."""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import brute_force
import numpy as np
import pytest
import sphericart
import torch
from rotation_fixtures import directions, rotation
from tolerances import DIRECT_SUM, KERNEL, LAW

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.conventions import e3nn_matrix
from invgen.compiler.candidates.ace.covariants import Covariant, CovariantEvaluator
from invgen.nn import Covariants
from invgen.spec import BasisSpec

PRIME = modular.prime_below(2**30)
FLOAT64 = DIRECT_SUM["float64"]


def chosen(rank: int, objective: str = "linear", **request) -> invgen.CovariantBasis:
    return invgen.covariants(invgen.BasisSpec(family="ace", objective=objective, **request), rank)


# ---- counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rank", range(4))
@pytest.mark.parametrize("parity", ["proper", "pseudo", "both"])
@pytest.mark.parametrize(("l_max", "channels", "n_max"), [(2, 1, 4), (1, 3, 3), (3, 1, 3)])
def test_linear_sets_are_as_large_as_the_characters_say_and_independent(l_max, channels, n_max, parity, rank):
    basis = chosen(rank, l_max=l_max, channels=channels, n_max=n_max, parity=parity)
    tensors = tuple((r, n) for r in range(l_max + 1) for n in range(channels))
    for order in range(1, n_max + 1):
        number = brute_force.molien(tensors, order, rank, parity)
        assert sum(c.order == order for c in basis) == number
        assert dict(basis.evidence.counts)[order] == number
    assert len(set(basis.labels)) == len(basis)
    width = basis.components
    points = modular.residues("linear", (len(basis) + 2) * width, PRIME).reshape(len(basis) + 2, width)
    evaluator = CovariantEvaluator(basis.channels, rank, points, Modular(PRIME))
    rows = [evaluator.values(c).reshape(-1) for c in basis]
    assert (modular.rank(np.array(rows), PRIME) if rows else 0) == len(basis)


@pytest.mark.parametrize("rank", range(3))
@pytest.mark.parametrize(
    "request_", [{"total_degree": 8}, {"total_degree": {1: 8, 2: 7, 3: "11/2"}}, {"total_degree": 9, "l_max": 1}]
)
def test_total_degrees_hold_the_multisets_that_they_say(request_, rank):
    basis = chosen(rank, n_max=3, elements=("H", "C"), parity="both", **request_)
    degrees = request_["total_degree"]
    for order in range(1, 4):
        limit = Fraction(degrees if isinstance(degrees, int) else degrees[order])
        channels = [
            (z, n, r) for z in range(2) for n in range(1, 10) for r in range(request_.get("l_max", 8) + 1)
            if n + Fraction(3, 2) * r <= limit
        ]  # fmt: skip
        wanted = Counter(
            tuple(sorted(content, key=lambda c: (c[2], *c[:2])))
            for content in itertools.combinations_with_replacement(channels, order)
            if sum(n + Fraction(3, 2) * r for _, n, r in content) <= limit
        )
        assert max(wanted.values()) == 1
        number = sum(multiplicity(content, rank) for content in wanted)
        assert sum(c.order == order for c in basis) == number
        assert {tuple(map(tuple, c.factors)) for c in basis if c.order == order} <= set(wanted)
    assert len(basis) > 50


def multiplicity(content: tuple[tuple[int, int, int], ...], rank: int) -> int:
    """Of rank L in the product of symmetric powers of the channels: weights L less weights L + 1, state by state."""
    weights = Counter({0: 1})
    for (_, _, r), power in Counter(content).items():
        states = Counter(map(sum, itertools.combinations_with_replacement(range(-r, r + 1), power)))
        weights = _convolved(weights, states)
    return weights[rank] - weights[rank + 1]


def _convolved(a: Counter[int], b: Counter[int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for (x, m), (y, n) in itertools.product(a.items(), b.items()):
        found[x + y] += m * n
    return found


def test_the_fewest_span_what_symmetry_allows():
    for parity, number in (("proper", 3), ("pseudo", 3), ("both", 3)):
        basis = chosen(1, "independent", l_max=2, channels=2, n_max=3, parity=parity)
        assert len(basis) == basis.evidence.rank == basis.evidence.bound == number
        assert basis.evidence.float_agrees
    assert [c.label for c in chosen(1, "independent", l_max=2, n_max=3)] == [
        "ace:1.1>1",
        "ace:1.1,1.2>1",
        "ace:1.1,1.2,1.2|L=1>1",
    ]


def test_rank_zero_are_the_invariants():
    basis = chosen(0, l_max=2, n_max=4)
    invariants = invgen.generate(BasisSpec(family="ace", l_max=2, n_max=4, objective="linear"))
    x = np.random.default_rng(0).normal(size=(5, basis.components))
    np.testing.assert_allclose(basis.evaluate(x)[..., 0], invariants.evaluate(x), rtol=LAW["float64"])


def test_symmetric_tensors_of_e3nn_span_the_same():
    """Tensor products that e3nn reduces by itself, as polynomials at random points."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from e3nn import o3

        torch.manual_seed(0)
        reduced = o3.ReducedTensorProducts(
            "ijk=jik=ikj", i="1x0e+1x1o+1x2e", filter_ir_out=[o3.Irrep(p) for p in ("0e", "1o", "2e", "1e", "2o")]
        )
    x = np.random.default_rng(2).normal(size=(40, 9))
    outputs = reduced(*[torch.tensor(x, dtype=torch.get_default_dtype())] * 3).double().numpy()
    for name, rank, parity in (("0e", 0, "proper"), ("1o", 1, "proper"), ("2e", 2, "proper"), ("1e", 1, "pseudo")):
        parts = [
            outputs[:, s]
            for s, (_, ir) in zip(reduced.irreps_out.slices(), reduced.irreps_out, strict=True)
            if str(ir) == name
        ]
        width = 2 * rank + 1
        theirs = (
            np.concatenate([p.reshape(40, -1, width) for p in parts], axis=1).transpose(0, 2, 1).reshape(40 * width, -1)
        )
        basis = chosen(rank, l_max=2, n_max=3, orders=(3,), parity=parity)
        used = x[:, 9 - basis.components :]
        ours = basis.evaluate(used).transpose(0, 2, 1).reshape(40 * width, -1)
        assert theirs.shape[1] == ours.shape[1] == len(basis) > 0
        both = np.linalg.matrix_rank(np.concatenate([ours, theirs], axis=1), tol=1e-3)
        assert np.linalg.matrix_rank(theirs, tol=1e-3) == both == len(basis)


# ---- what they are ----------------------------------------------------------------------------------------------


def turning(ranks: list[int], matrix: np.ndarray) -> np.ndarray:
    """D with D A = A of the turned neighbourhood, block by block, from the harmonics of many directions."""
    vectors = directions(60, 9)
    size = sum(2 * r + 1 for r in ranks)
    found, start = np.zeros((size, size)), 0
    solid = sphericart.SphericalHarmonics(max(ranks))
    for r in ranks:
        here, there = (
            solid.compute(np.ascontiguousarray(v))[:, r**2 : (r + 1) ** 2] for v in (vectors, vectors @ matrix.T)
        )
        found[start : start + 2 * r + 1, start : start + 2 * r + 1] = np.linalg.lstsq(here, there, rcond=None)[0].T
        start += 2 * r + 1
    return found


def check_equivariance(
    evaluate: Callable[[np.ndarray], np.ndarray], basis: invgen.CovariantBasis, axial: list[bool]
) -> None:
    """C(D x) = D C(x) for a rotation and for a rotation with inversion."""
    x = np.random.default_rng(1).normal(size=(6, basis.components))
    value = evaluate(x)
    assert value.shape == (6, len(basis), 2 * basis.rank + 1)
    for matrix in (rotation(2), -rotation(3)):
        found = evaluate(x @ turning([c.rank for c in basis.channels], matrix).T)
        for k, pseudo in enumerate(axial):
            turned = value[:, k] @ turning([basis.rank], matrix).T * (np.linalg.det(matrix) if pseudo else 1.0)
            scale = np.abs(value[:, k]).max()
            assert scale > 0
            assert np.abs(found[:, k] - turned).max() < LAW["float64"] * scale


@pytest.mark.parametrize("rank", range(5))
def test_covariants_turn_with_their_tensors(rank):
    basis = chosen(rank, l_max=2, n_max=3, channels=2, parity="both")
    check_equivariance(basis.evaluate, basis, [c.is_pseudo for c in basis])


def test_broken_covariants_fail_the_check():
    basis = chosen(2, l_max=2, n_max=3, parity="both")
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


def test_components_of_e3nn_give_components_of_e3nn():
    """By the exact map on both sides, and by e3nn's own representation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from e3nn import o3
    for rank in range(4):
        basis = chosen(rank, l_max=3, n_max=3, parity="both")
        ranks = [c.rank for c in basis.channels]
        x = np.random.default_rng(rank).normal(size=(4, basis.components))
        inside, outside = e3nn_matrix(ranks), e3nn_matrix([rank])
        value = basis.evaluate(x)
        theirs = basis.evaluate(x @ inside.T)
        assert np.abs(theirs - value @ outside.T).max() < FLOAT64 * np.abs(value).max()
        if rank:
            assert np.abs(theirs - value).max() > 0.1
        matrix = torch.tensor(rotation(7))
        blocks = [o3.Irrep(r, (-1) ** r).D_from_matrix(matrix).double().numpy() for r in (*ranks, rank)]
        turned = basis.evaluate(x @ torch.block_diag(*map(torch.tensor, blocks[:-1])).numpy().T)
        assert np.abs(turned - value @ blocks[-1].T).max() < 1e-5 * np.abs(value).max()


def test_a_covariant_contracted_with_its_tensor_is_an_invariant():
    """With the coupling of a library: the orthonormal chain coupled to the open tensor, square root of 2 L + 1."""
    basis = chosen(2, l_max=2, n_max=2, channels=2)
    rng = np.random.default_rng(4)
    x, open_tensor = rng.normal(size=(7, basis.components)), rng.normal(size=(7, 5))
    for c, value in zip(basis, basis.evaluate(x).transpose(1, 0, 2), strict=True):
        factors = sorted([*c.factors, (0, 9, 2)], key=lambda f: (f[2], *f[:2]))
        label = "ace:" + ",".join(f"{n}.{r}" for _, n, r in factors)
        single = invgen.compiler.candidates.ace.coupling.Coupling.from_label(label)
        channels = tuple(sorted({*basis.channels, single.factors[-1]}))
        from invgen.compiler.algebra.arithmetic import Floating
        from invgen.compiler.candidates.ace.chains import AceEvaluator

        joined = np.concatenate([x[:, s] for s in _slices(basis.channels, channels)] + [open_tensor], axis=1)
        scalar = AceEvaluator(channels, joined, Floating()).values(single)
        contracted = (value * open_tensor).sum(1) / np.sqrt(5)
        np.testing.assert_allclose(np.abs(contracted), np.abs(scalar), rtol=LAW["float64"])


def _slices(own: tuple, channels: tuple) -> list[slice]:
    assert channels[:-1] == own
    starts = np.cumsum([0, *(c.size for c in own)])
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(starts)]


def test_labels_round_trip_and_say_what_they_are():
    for rank in (0, 1, 3):
        for c in chosen(rank, l_max=2, n_max=4, parity="both"):
            assert Covariant.from_label(c.label) == c
    c = Covariant.from_label("ace:1.1,1.1,1.2|L=2>1")
    assert (c.text, c.rank, c.order, c.is_pseudo) == ("((A11 A11)2 A12)1", 1, 3, True)
    assert c.latex == r"\left[\left[A_{1,1} \otimes A_{1,1}\right]^{2} \otimes A_{1,2}\right]^{1}"
    assert Covariant.from_label("ace:1.2.1>1").text == "A1.2.1"
    for label, problem in (
        ("ace:1.1,1.1>1", r"do not couple by way of \(1, 1\) to a tensor that is not zero \(possible: none\)"),
        ("ace:1.2,1.1>1", "ascend by rank, species, n"),
        ("ace:1.1,1.1,1.1|L=2>2", "is identically zero"),
        ("ace:1.1,1.1", "not of the form"),
        ("ace:1.1,1.2|L=2>1", "do not couple by way of"),
        ("ace:01.1>1", "is spelled 'ace:1.1>1'"),
    ):
        with pytest.raises(ValueError, match=problem):
            Covariant.from_label(label)


# ---- kernels and files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rank", "request_"),
    [
        (0, {"l_max": 2, "n_max": 4}),
        (1, {"l_max": 3, "n_max": 3}),
        (2, {"l_max": 2, "n_max": 4, "parity": "both"}),
        (1, {"l_max": 1, "n_max": 4, "channels": 2, "parity": "both"}),
        (3, {"total_degree": 7, "n_max": 3, "elements": ("H", "C")}),
    ],
)
def test_kernels_give_the_covariants(rank, request_):
    basis = chosen(rank, **request_)
    x = np.random.default_rng(rank).normal(size=(5, basis.components))
    value = invgen.kernels_of(basis)["value"].evaluate(x)
    expected = basis.evaluate(x).reshape(5, -1)
    assert np.abs(value - expected).max() < KERNEL["float64"] * np.abs(expected).max()


def test_emitted_folders_are_read_again_and_checked(tmp_path: Path):
    from invgen.cli.checking import checks

    basis = chosen(1, l_max=2, n_max=3)
    folder = invgen.emit(basis, ("numba", "torch"), tmp_path)
    assert invgen.CovariantBasis.load(folder) == basis
    assert basis.id == "ace-l2-n3-linear-rank1"
    assert {outcome for outcome, _, _ in checks(basis, folder)} == {"ok"}
    x = torch.randn(4, basis.components, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = basis.evaluate(np.moveaxis(x.numpy(), 1, -1)).transpose(0, 2, 3, 1)
    for backend in ("numba", "torch"):
        layer = Covariants(folder, backend=backend)
        np.testing.assert_allclose(layer(x).numpy(), expected, rtol=LAW["float64"])
        assert torch.autograd.gradgradcheck(layer, x[:1].clone().requires_grad_())


@pytest.mark.parametrize("objective", ["independent", "linear"])
def test_selections_are_verified_elsewhere(objective):
    basis = chosen(2, objective, l_max=2, n_max=3, parity="both")
    assert bool(basis.verify())
    assert "covariants of rank 2" in str(basis)
