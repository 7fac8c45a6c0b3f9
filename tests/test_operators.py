"""The torch operators under everything that torch does with operators, and training on forces in compiled modules."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from kernel_fixtures import emitted, polynomial
from tensor_fixtures import same_derivatives, tensors
from torch import Tensor

from invgen.nn.invariants import Invariants
from invgen.runtime import backends, load
from invgen.runtime.operators import invariants

ID = "cartesian-l2-n4-flexible"
F64 = torch.float64

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def key() -> str:
    return invariants.register(load(ID, backend="numba"))


def inputs(seed: int = 0, atoms: int = 3, features: int = 2) -> tuple[Tensor, ...]:
    """x, g, u of the (2,4) basis."""
    return tensors(*((atoms, width, features) for width in (9, 6, 9)), seed=seed)


def test_opcheck(key: str) -> None:
    x, g, u = inputs()
    for operator, arguments in (
        (invariants.VALUE, (x.requires_grad_(), key)),
        (invariants.VJP, (x, g.requires_grad_(), key)),
        (invariants.SECOND_ORDER, (x.detach(), g.detach(), u, key)),
        (invariants.VALUE, (x.detach().transpose(0, 2).contiguous().transpose(0, 2), key)),
    ):
        assert set(torch.library.opcheck(operator, arguments).values()) == {"SUCCESS"}


def test_gradients(key: str) -> None:
    x, g, _ = inputs()
    x.requires_grad_()
    g.requires_grad_()
    assert torch.autograd.gradcheck(lambda a: invariants.VALUE(a, key), x)
    assert torch.autograd.gradgradcheck(lambda a: invariants.VALUE(a, key), x)
    assert torch.autograd.gradcheck(lambda a, b: invariants.VJP(a, b, key), (x, g))


def test_gradcheck_notices_a_wrong_derivative(key: str) -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)  # type: ignore[attr-defined]
            return invariants.VALUE(x, key)

        @staticmethod
        def backward(ctx: object, g: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
            return invariants.VJP(x * 1.001, g, key)

    assert not torch.autograd.gradcheck(Wrong.apply, inputs()[0].requires_grad_(), raise_exception=False)


def test_higher_derivatives_are_those_of_plain_operations() -> None:
    same_derivatives(Invariants(ID, backend="numba"), Invariants(ID, backend="torch"), inputs()[:1], order=4)


def test_both_backends_have_equal_derivatives() -> None:
    x = inputs()[0].requires_grad_()
    found = []
    for backend in ("numba", "torch"):
        energy = Invariants(ID, backend=backend)(x).tanh().sum()
        (first,) = torch.autograd.grad(energy, x, create_graph=True)
        (second,) = torch.autograd.grad(first.pow(2).sum(), x)
        found.append((energy.detach(), first.detach(), second))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_vmap_and_grad_transforms(key: str) -> None:
    batch = torch.stack([inputs(seed)[0] for seed in range(4)])

    def energy(x: Tensor) -> Tensor:
        return invariants.VALUE(x, key).pow(2).sum()

    def plain(x: Tensor) -> Tensor:
        x = x.detach().requires_grad_()
        return torch.autograd.grad(energy(x), x)[0]

    expected = torch.stack([plain(x) for x in batch])
    torch.testing.assert_close(
        torch.func.vmap(lambda x: invariants.VALUE(x, key))(batch)[1], invariants.VALUE(batch[1], key)
    )
    torch.testing.assert_close(torch.func.vmap(torch.func.grad(energy), in_dims=1)(batch.transpose(0, 1)), expected)
    u = inputs(9)[0]
    curvature = torch.func.grad(lambda x: (torch.func.grad(energy)(x) * u).sum())(batch[0])
    x = batch[0].requires_grad_()
    (first,) = torch.autograd.grad(energy(x), x, create_graph=True)
    torch.testing.assert_close(curvature, torch.autograd.grad((first * u).sum(), x)[0])


def test_wrong_tensors_and_unknown_keys(key: str) -> None:
    x, g, _ = inputs()
    with pytest.raises(ValueError, match=r"must be \(atoms, 9, features\)"):
        invariants.VALUE(x[:, :8], key)
    with pytest.raises(ValueError, match="must agree"):
        invariants.VJP(x, g[:2], key)
    with pytest.raises(LookupError, match=r"call invgen\.load"):
        invariants.VALUE(x, "no-such-basis@0123456789ab")
    with pytest.raises(LookupError, match="other content"):
        invariants.VALUE(x, f"{ID}@0123456789ab")


def test_layer_layouts_and_refusals() -> None:
    layer = Invariants(ID)
    x = inputs(atoms=6)[0]
    y = layer(x)
    assert y.shape == (6, 6, 2)
    torch.testing.assert_close(layer(x.reshape(2, 3, 9, 2)), y.reshape(2, 3, 6, 2))
    torch.testing.assert_close(Invariants(ID, component_axis=-1)(x.transpose(1, 2)), y.transpose(1, 2))
    assert layer(x[:0]).shape == (0, 6, 2)
    assert list(layer.parameters()) == []
    assert layer.state_dict() == {}
    torch.testing.assert_close(copy.deepcopy(layer)(x), y)
    with pytest.raises(ValueError, match="9 components"):
        layer(x[:, :8])
    with pytest.raises(TypeError, match='use backend="torch"'):
        layer(x.half())


class Model(torch.nn.Module):
    """Energy of positions (atoms, 4, 3) through a layer of invariants; enough layers to have a second derivative."""

    def __init__(self, backend: str = "numba") -> None:
        super().__init__()
        torch.manual_seed(1)
        self.invariants = Invariants(ID, backend=backend)
        self.mix = torch.nn.Linear(3, 9, dtype=F64)
        self.norm = torch.nn.GroupNorm(6, 24, dtype=F64)
        self.out = torch.nn.Linear(24, 1, dtype=F64)

    def forward(self, positions: Tensor) -> Tensor:
        x = torch.tanh(self.mix(positions)).transpose(1, 2)
        y = self.norm(self.invariants(x).flatten(1))
        return torch.nn.functional.softplus(self.out(y)).sum()


def training_gradient(model: torch.nn.Module, energy: Tensor, forces: Tensor) -> Tensor:
    model.zero_grad()
    (energy**2 + forces.pow(2).sum()).backward()
    return torch.cat([p.grad.flatten() for p in model.parameters()])


def forces_outside(energy: Callable[[Tensor], Tensor], positions: Tensor) -> tuple[Tensor, Tensor]:
    positions = positions.detach().clone().requires_grad_()
    e = energy(positions)
    return e, -torch.autograd.grad(e, positions, create_graph=True)[0]


def positions(atoms: int) -> Tensor:
    return torch.randn(atoms, 4, 3, dtype=F64, generator=torch.Generator().manual_seed(atoms))


@pytest.fixture
def model() -> Model:
    torch._dynamo.reset()
    return Model()


def assert_trains_like_eager(model: Model, function: Callable[[Tensor], tuple[Tensor, Tensor]]) -> None:
    for atoms in (5, 7):
        expected = training_gradient(model, *forces_outside(model, positions(atoms)))
        found = training_gradient(model, *function(positions(atoms)))
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-10)


def inside(model: Model) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    def function(r: Tensor) -> tuple[Tensor, Tensor]:
        gradient, energy = torch.func.grad_and_value(model)(r)
        return energy, -gradient

    return function


def test_force_training_eager_with_func_grad(model: Model) -> None:
    assert_trains_like_eager(model, inside(model))


def test_force_training_with_func_grad_inside_the_compiled_region(model: Model) -> None:
    assert_trains_like_eager(model, torch.compile(inside(model), fullgraph=True, backend="aot_eager"))


def test_force_training_with_autograd_grad_inside_the_compiled_region(model: Model) -> None:
    def energy_and_forces(r: Tensor) -> tuple[Tensor, Tensor]:
        energy = model(r)
        return energy, -torch.autograd.grad(energy, r, create_graph=True)[0]

    with torch._dynamo.config.patch(trace_autograd_ops=True):
        compiled = torch.compile(energy_and_forces, fullgraph=True, backend="aot_eager")
        assert_trains_like_eager(model, lambda r: compiled(r.detach().clone().requires_grad_()))


def test_double_backward_through_a_compiled_module(model: Model) -> None:
    compiled = torch.compile(model, fullgraph=True, backend="invgen", options={"inner": "aot_eager"})
    assert_trains_like_eager(model, lambda r: forces_outside(compiled, r))


def test_the_usual_backend_cannot_do_this(model: Model) -> None:
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    with pytest.raises(RuntimeError, match="double backward"):
        training_gradient(model, *forces_outside(compiled, positions(5)))


def test_compared_gradients_see_a_detached_force(model: Model) -> None:
    def detached(r: Tensor) -> tuple[Tensor, Tensor]:
        energy, forces = forces_outside(model, r)
        return energy, forces.detach()

    with pytest.raises(AssertionError):
        assert_trains_like_eager(model, detached)


@pytest.mark.slow
def test_double_backward_through_inductor(model: Model) -> None:
    compiled = torch.compile(model, fullgraph=True, backend="invgen")
    assert_trains_like_eager(model, lambda r: forces_outside(compiled, r))


def test_a_module_that_draws_random_numbers_is_refused() -> None:
    torch._dynamo.reset()
    dropping = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Dropout(0.5))
    compiled = torch.compile(dropping, fullgraph=True, backend="invgen", options={"inner": "aot_eager"})
    with pytest.raises(RuntimeError, match=r"model\.eval|module\.eval"):
        compiled(torch.randn(4, 3))
    dropping.eval()
    assert compiled(torch.randn(4, 3)).shape == (4, 3)


def test_unknown_option_of_the_compile_backend() -> None:
    torch._dynamo.reset()
    compiled = torch.compile(torch.nn.Linear(3, 3), backend="invgen", options={"iner": "aot_eager"})
    with pytest.raises(Exception, match="iner"):
        compiled(torch.randn(4, 3))


def test_exported_program_runs_in_a_fresh_process(tmp_path: Path) -> None:
    layer = Invariants(ID)
    x = inputs()[0]
    file = tmp_path / "layer.pt2"
    torch.export.save(torch.export.export(layer, (x,)), file)
    code = f"""
import torch, invgen.runtime.operators.invariants
x = torch.linspace(-1, 1, 54, dtype=torch.float64).reshape(3, 9, 2)
print(repr(float(torch.export.load({str(file)!r}).module()(x).sum())))
"""
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    expected = layer(torch.linspace(-1, 1, 54, dtype=F64).reshape(3, 9, 2)).sum()
    assert float(run.stdout) == pytest.approx(float(expected), rel=1e-12)


def test_exported_program_of_an_unknown_basis_says_what_to_load(tmp_path: Path) -> None:
    layer = Invariants(str(emitted(tmp_path / "own", polynomial(5, 4, 20))))
    file = tmp_path / "layer.pt2"
    torch.export.save(torch.export.export(layer, (torch.zeros(2, 5, 3),)), file)
    code = f"""
import sys, torch, invgen, invgen.runtime.operators.invariants
if len(sys.argv) > 1:
    invgen.runtime.operators.invariants.register(invgen.load(sys.argv[1]))
print(tuple(torch.export.load({str(file)!r}).module()(torch.zeros(2, 5, 3)).shape))
"""
    command = [sys.executable, "-W", "ignore", "-c", code]
    without = subprocess.run(command, capture_output=True, text=True, check=False)
    assert without.returncode != 0
    assert "call invgen.load on the emitted" in without.stderr
    loaded = subprocess.run([*command, str(tmp_path / "own")], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "(2, 4, 3)"


def test_without_numba_the_operators_run_the_torch_statements(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    x, g, u = inputs()
    compiled = invariants.VALUE(x, key), invariants.VJP(x, g, key), *invariants.SECOND_ORDER(x, g, u, key)
    monkeypatch.setattr(backends, "has_numba", lambda: False)
    plain = invariants.VALUE(x, key), invariants.VJP(x, g, key), *invariants.SECOND_ORDER(x, g, u, key)
    for a, b in zip(compiled, plain, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_the_compile_backend_is_registered() -> None:
    """In a process that has imported nothing of this package."""
    code = """
import torch
assert "invgen" in torch.compiler.list_backends(exclude_tags=())
compiled = torch.compile(lambda x: (x * x).sum(), backend="invgen", options={"inner": "aot_eager"})
x = torch.ones(3, requires_grad=True)
(g,) = torch.autograd.grad(compiled(x), x, create_graph=True)
(h,) = torch.autograd.grad(g.sum(), x)
assert h.tolist() == [2.0, 2.0, 2.0]
"""
    subprocess.run([sys.executable, "-c", code], check=True)
