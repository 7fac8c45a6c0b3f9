"""Symmetric contractions: independent couplings, counts, the module and reduced models, by a stand-in for MACE.

The same against MACE itself is in test_mace_models.py, which runs where that is installed.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from importlib.metadata import entry_points
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from e3nn import o3
from mace_fixtures import SymmetricContraction as Redundant
from mace_fixtures import doubles, inputs, ordered_couplings, pretend  # noqa: F401
from rotation_fixtures import rotation
from tolerances import DIRECT_SUM, LAW

import invgen
from invgen.compiler.contractions import Contraction
from invgen.errors import MaceError, SpecError
from invgen.mace import SymmetricContraction, count, reduce
from invgen.mace.irreps import Irreps

FLOAT64 = DIRECT_SUM["float64"]


# ---- couplings --------------------------------------------------------------------------------------------------


def test_numbers_of_paths_are_those_of_the_characters_and_less_than_those_of_ordered_products():
    """For 0e+1o+2e+3o up to order 3: 13, 16 and 20 against 28, 58 and 73 couplings of an ordered product."""
    ranks = (0, 1, 2, 3)
    contraction = Contraction(ranks, ((0, 3), (1, 3), (2, 3)))
    assert [len(paths) for paths in contraction.paths] == [13, 16, 20]
    for (rank, n_max), paths in zip(contraction.outputs, contraction.paths, strict=True):
        counts = contraction.counts(rank, n_max)
        assert Counter(path.order for path in paths) == counts
    ordered = [sum(ordered_couplings(ranks, rank, n).shape[-1] for n in (1, 2, 3)) for rank in (0, 1, 2)]
    assert ordered == [28, 58, 73]
    four = Contraction(ranks, ((0, 4), (1, 4)))
    assert [four.counts(rank, 4)[4] for rank in (0, 1)] == [23, 31]
    assert len(set(contraction.labels)) == 13 + 16 + 20


@pytest.mark.parametrize(("ranks", "outputs"), [((0, 1, 2), ((0, 4), (1, 4), (2, 3))), ((1, 3), ((0, 4), (3, 3)))])
def test_tensors_are_symmetric_and_give_the_covariants(ranks, outputs):
    contraction = Contraction(ranks, outputs)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, contraction.components))
    weights = rng.normal(size=(5, len(contraction.labels)))
    value = contraction.value_kernel().evaluate(np.concatenate([x, weights], axis=1))
    expected, start = [], 0
    for k, (rank, n_max) in enumerate(outputs):
        total = np.zeros((5, 2 * rank + 1))
        for order in range(1, n_max + 1):
            tensor = contraction.tensor(k, order)
            if order > 1:
                np.testing.assert_array_equal(tensor, np.swapaxes(tensor, 1, order))
            letters = "ijkl"[:order]
            factors = ",".join(f"b{letter}" for letter in letters)
            w = weights[:, start : start + tensor.shape[-1]]
            total += np.einsum(f"m{letters}p,{factors},bp->bm", tensor, *[x] * order, w, optimize=True)
            start += tensor.shape[-1]
        expected.append(total)
    expected = np.concatenate(expected, axis=1)
    assert np.abs(value - expected).max() < FLOAT64 * np.abs(expected).max()


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_couplings_of_ordered_products_span_the_covariants_and_nothing_else(rank):
    """e3nn's 3j symbols, symmetrised, have no part outside of our couplings, and leave none out."""
    contraction = Contraction((0, 1, 2), ((rank, 4),))
    for order in range(1, 5):
        table, rest = contraction.coordinates(0, order, ordered_couplings((0, 1, 2), rank, order))
        assert rest < FLOAT64
        assert np.linalg.matrix_rank(table) == contraction.counts(rank, 4)[order]


def test_couplings_that_are_none_leave_a_rest():
    couplings = ordered_couplings((0, 1, 2), 1, 3).copy()
    couplings[0, 1, 2, 3] += 0.1
    assert Contraction((0, 1, 2), ((1, 3),)).coordinates(0, 3, couplings)[1] > 1e-3


# ---- the module -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_the_module_turns_with_its_tensors(doubles, backend):  # noqa: F811
    module = SymmetricContraction("4x0e+4x1o+4x2e", "4x0e+4x1o+4x2e", 3, 2, backend=backend)
    x, y = inputs((0, 1, 2), 4, 2)
    matrix = torch.tensor(-rotation(3))
    blocks = [(-1) ** r * o3.Irrep(r, 1).D_from_matrix(-matrix) for r in range(3)]
    turned = module(x @ torch.block_diag(*blocks).T, y)
    parts = zip(module(x, y).split([4, 12, 20], dim=1), blocks, strict=True)
    expected = torch.cat([(p.reshape(6, 4, -1) @ d.T).flatten(1) for p, d in parts], dim=1)
    assert (turned - expected).abs().max() < LAW["float64"] * expected.abs().max()
    assert (turned - module(x, y)).abs().max() > 0.01


@pytest.mark.parametrize("one_hot", [True, False])
@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_the_module_has_two_derivatives(doubles, backend, one_hot):  # noqa: F811
    module = SymmetricContraction("2x0e+2x1o", "2x0e+2x1o", 3, 2, backend=backend, one_hot=one_hot)
    x, y = inputs((0, 1), 2, 2, atoms=3)
    if not one_hot:
        y = torch.softmax(y, dim=1).requires_grad_()

    def call(x, weight, y):
        return torch.func.functional_call(module, {"weight": weight}, (x, y))

    arguments = (x.requires_grad_(), module.weight.detach().clone().requires_grad_(), y)
    assert torch.autograd.gradcheck(call, arguments)
    assert torch.autograd.gradgradcheck(call, arguments)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # what dynamo looks at
def test_the_module_is_compiled_whole():
    torch._dynamo.reset()
    module = SymmetricContraction("2x0e+2x1o", "2x0e+2x1o", 2, 2)
    x, y = inputs((0, 1), 2, 2)
    compiled = torch.compile(module, fullgraph=True, backend="invgen", options={"inner": "aot_eager"})
    x.requires_grad_()
    found = []
    for call in (compiled, module):
        (force,) = torch.autograd.grad(call(x, y).square().sum(), x, create_graph=True)
        found.append((call(x, y), force, *torch.autograd.grad(force.square().sum(), [x, module.weight])))
    for ours, wanted in zip(*found, strict=True):
        torch.testing.assert_close(ours, wanted, rtol=1e-5, atol=1e-5 * float(wanted.detach().abs().max()))


def test_orders_may_differ_and_paths_have_labels():
    module = SymmetricContraction("8x0e+8x1o+8x2e", "8x0e+8x2e", {"0e": 3, "8x2e": 1}, 3)
    assert [(p.output, p.order, p.label, p.text) for p in module.paths[-1:]] == [("2e", 1, "ace:1.2>2", "A12")]
    assert module.paths[4].label == "ace:1.0,1.0,1.0|L=0>0"
    assert module.weight.shape == (3, 10, 8)
    assert SymmetricContraction("8x0e+8x1o+8x2e", "8x0e+8x2e", [3, 1], 3).paths == module.paths
    assert "paths: 9 to 0e, 1 to 2e" in repr(module)
    label = "ace:1.1,1.1,1.2|L=2>0"
    assert label in [p.label for p in module.paths]
    assert module(*inputs((0, 1, 2), 8, 3, atoms=0)).shape == (0, 48)


def test_invgen_mace_is_a_name_of_the_package():
    assert invgen.mace.SymmetricContraction is SymmetricContraction


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("8x0e+8x1e", "8x0e", 2), r"irreps_in has the irrep 1e; contractions .* such as 1o: keep MACE's own module"),
        (("8x0e+4x1o", "8x0e", 2), r"irreps_in must have one multiplicity for all ranks, got '8x0e\+4x1o'"),
        (("8x1o+8x0e", "8x0e", 2), r"irreps_in must have every rank once, ascending"),
        (("8x0e+8x1o", "4x0e", 2), r"irreps_in and irreps_out need one multiplicity, got 8 and 4"),
        (("8x0e+8x1o", "what", 2), r"irreps_out must be irreps such as '128x0e\+128x1o', got 'what'"),
        (("8x0e+8x1o", "8x0e+8x1o", {"0e": 2}), "correlation must name 0e, 1o, got 0e"),
        (("8x0e+8x1o", "8x0e+8x1o", [2]), r"correlation must have 2 numbers, got \(2,\)"),
        (("8x0e+8x1o", "8x0e", 2, 0), "num_elements must be at least 1, got 0"),
    ],
)
def test_requests_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(MaceError, match=message):
        SymmetricContraction(*arguments)


def test_other_bad_requests():
    with pytest.raises(SpecError, match=r"ranks \(0, 1\) have no covariant of rank 2 .* up to order 1; raise"):
        SymmetricContraction("8x0e+8x1o", "8x2e", 1)
    with pytest.raises(SpecError, match="must ascend from 0, each once"):
        Contraction((1, 1), ((0, 2),))
    module = SymmetricContraction("8x0e+8x1o", "8x0e", 2, 3)
    with pytest.raises(ValueError, match=re.escape("x must have shape (atoms, 8, 4), got (5, 4, 8)")):
        module(torch.zeros(5, 4, 8), torch.zeros(5, 3))
    with pytest.raises(ValueError, match=re.escape("y must have shape (5, 3), got (5, 2)")):
        module(torch.zeros(5, 8, 4), torch.zeros(5, 2))


def test_weights_of_other_couplings_are_taken(doubles):  # noqa: F811
    other = Redundant("3x0e+3x1o", "3x0e+3x1o", 3, 2)
    module = SymmetricContraction(other.irreps_in, other.irreps_out, 3, 2)
    parts = list(other.contractions)
    couplings = [[getattr(part, f"U_matrix_{n}") for n in (1, 2, 3)] for part in parts]
    weights = [[*reversed(part.weights), part.weights_max] for part in parts]
    assert module.load_weights(couplings, weights) < FLOAT64
    x, y = inputs((0, 1), 3, 2)
    assert (module(x, y) - other(x, y)).abs().max() < FLOAT64 * other(x, y).abs().max()
    couplings[1][2] = couplings[1][2] + 0.1
    assert module.load_weights(couplings, weights) > 1e-3


def test_a_module_is_copied_and_saved_without_its_kernels(tmp_path):
    module = SymmetricContraction("2x0e+2x1o", "2x1o", 2, 2)
    torch.save(module, tmp_path / "module.pt")
    x, y = inputs((0, 1), 2, 2)
    for other in (copy.deepcopy(module), torch.load(tmp_path / "module.pt", weights_only=False)):
        torch.testing.assert_close(other(x, y), module(x, y), rtol=0, atol=0)
    assert b"invariants" not in (tmp_path / "module.pt").read_bytes()


def test_the_backend_for_the_registry_of_mace_makes_contractions():
    (entry,) = entry_points(group="mace.kernel_backends.torch", name="invgen")
    backend = entry.load()()
    shape = SimpleNamespace(irreps_in="0e+1x1o", irreps_out="1o", correlation=2, num_elements=3, num_features=4)
    made = backend.make_symmetric_contraction(shape)
    assert (backend.name, str(made.irreps_in), made.weight.shape) == ("invgen", str(Irreps((0, 1), 4)), (3, 2, 4))
    with pytest.raises(ImportError, match="comes with mace_core, which is not installed"):
        backend.capabilities()


# ---- models -----------------------------------------------------------------------------------------------------


class Model(torch.nn.Module):
    """Two layers with a contraction each, as deep inside as MACE's are."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        first = Redundant("3x0e+3x1o+3x2e", "3x0e+3x1o", 3, 2)
        second = Redundant("3x0e+3x1o+3x2e", "3x0e", [4], 2)
        self.products = torch.nn.ModuleList(torch.nn.ModuleDict({"contraction": c}) for c in (first, second))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.cat([product["contraction"](x, y) for product in self.products], dim=1)


@pytest.mark.parametrize("backend", ["auto", "torch", "mace"])
def test_a_reduced_model_is_the_same_function(doubles, monkeypatch, backend):  # noqa: F811
    pretend(monkeypatch)
    model, (x, y) = Model(), inputs((0, 1, 2), 3, 2)
    reduced = reduce(model, backend)
    x.requires_grad_()
    before, after = model(x, y), reduced(x, y)
    assert (before - after).abs().max() < FLOAT64 * before.abs().max()
    slopes = [torch.autograd.grad(out.square().sum(), x)[0] for out in (before, after)]
    assert (slopes[0] - slopes[1]).abs().max() < FLOAT64 * slopes[0].abs().max()
    sizes = [sum(p.numel() for p in m.parameters()) for m in (model, reduced)]
    assert sizes[1] == (9 + 8 + 18) * 3 * 2 < sizes[0]
    own = [m for m in reduced.modules() if isinstance(m, Redundant)]
    assert bool(own) == (backend == "mace")
    assert all(isinstance(m, Redundant) for m in (model.products[0]["contraction"], model.products[1]["contraction"]))


@pytest.mark.parametrize("backend", ["auto", "mace"])
def test_orders_without_a_covariant_are_left_out(doubles, monkeypatch, backend):  # noqa: F811
    pretend(monkeypatch)
    model = torch.nn.Sequential(Redundant("3x0e+3x1o", "3x2e", 3, 2))
    x, y = inputs((0, 1), 3, 2)
    before, after = model[0](x, y), reduce(model, backend)[0](x, y)
    assert (before - after).abs().max() < FLOAT64 * before.abs().max()
    assert [(row.paths, row.independent) for row in count(model).rows] == [(0, 0), (1, 1), (3, 1)]


def test_float32_models_stay_float32(monkeypatch):
    pretend(monkeypatch)
    model, (x, y) = Model(), inputs((0, 1, 2), 3, 2)
    reduced = reduce(model)
    assert reduced.products[0]["contraction"].weight.dtype == torch.float32
    before, after = model(x, y), reduced(x, y)
    assert (before - after).abs().max() < 1e-5 * before.abs().max()


def test_a_float32_model_that_was_made_float64_keeps_its_rounded_couplings(monkeypatch):
    pretend(monkeypatch)
    model = Model().double()
    x, y = inputs((0, 1, 2), 3, 2)
    reduced = reduce(model)
    before, after = model(x.double(), y.double()), reduced(x.double(), y.double())
    assert FLOAT64 < (before - after).abs().max() / before.abs().max() < 1e-6


def test_paths_of_a_model_are_counted(monkeypatch):
    pretend(monkeypatch)
    found = count(Model())
    assert [(r.module, r.output, r.order) for r in found.rows][:4] == [
        ("products.0.contraction", "0e", 1),
        ("products.0.contraction", "0e", 2),
        ("products.0.contraction", "0e", 3),
        ("products.0.contraction", "1o", 1),
    ]
    assert [r.independent for r in found.rows] == [r.rank for r in found.rows] == [1, 3, 5, 1, 2, 5, 1, 3, 5, 9]
    assert found.independent == 35
    assert found.paths == sum(r.paths for r in found.rows) > 80
    assert str(found).splitlines()[-1] == f"{found.paths} paths, 35 independent"


def test_damaged_couplings_and_unknown_models_are_refused(monkeypatch):
    pretend(monkeypatch)
    model = Model()
    model.products[0]["contraction"].contractions[1].U_matrix_3[0, 1, 2, 3] += 0.1
    with pytest.raises(MaceError, match=r"products\.0\.contraction: the couplings of order 3 to 1o are no covar"):
        reduce(model)
    with pytest.raises(MaceError, match=r"Linear holds no .*SymmetricContraction; give a model as torch\.load"):
        reduce(torch.nn.Linear(1, 1))
    pretend(monkeypatch, "0.4.0")
    with pytest.raises(MaceError, match=r"mace-torch 0\.4\.0 is not known .* reads 0\.3\.16: pip install mace-torch"):
        reduce(model)


def test_without_mace_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("invgen.mace.models.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"MACE, which is not installed: pip install mace-torch==0\.3\.16"):
        reduce(Model())
