"""Sums over pairs by the operator ``invgen::pair_sum``: values, derivatives, bad input, and the layer that uses it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from network_fixtures import SIZES, crystal, graph, molecule
from tensor_fixtures import same_derivatives, tensors
from tolerances import DIRECT_SUM, KERNEL, all_close
from torch import Tensor

from invgen.nn import EnergyForces, HipHopNN, HipNN, HipNNTS
from invgen.nn.environment import Environment, PairEnvironment, make_environment
from invgen.nn.sensitivity import Sensitivity
from invgen.runtime import backends
from invgen.runtime.operators import pairs as pair_operators
from invgen.runtime.operators import pairs_torch

F64 = torch.float64
ATOMS, ROWS = 6, 5
FIRST, SECOND = torch.tensor([0, 3, 0, 1, 3, 0, 1]), torch.tensor([1, 2, 3, 0, 1, 2, 2])
"""Unsorted; atoms 2, 4 and 5 have no neighbour, and nobody has row 4 as one."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def factors(pairs: int = 7, rows: int = ROWS, features: int = 6, dtype: torch.dtype = F64) -> tuple[Tensor, ...]:
    """s (pairs, 3), t (pairs, 4), m (rows, 3, features)."""
    return tensors((pairs, 3), (pairs, 4), (rows, 3, features), seed=4, dtype=dtype)


def leaves() -> tuple[Tensor, ...]:
    return tuple(x.requires_grad_() for x in factors())


def pair_sum(s: Tensor, t: Tensor, m: Tensor) -> Tensor:
    return pair_operators.VALUE(s, t, m, FIRST, SECOND, ATOMS)


def all_orders(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, atoms: int) -> tuple[Tensor, ...]:
    """Value, derivatives and second derivatives, along tensors made from the arguments."""
    e = pair_operators.VALUE(s, t, m, first, second, atoms)
    g, us, ut, um = e.cos(), s.sin(), t.sin(), m.sin()
    first_order = pair_operators.VJP(s, t, m, first, second, g, True)
    return e, *first_order, *pair_operators.SECOND_ORDER(s, t, m, first, second, g, us, ut, um)


def by_definition(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, atoms: int) -> tuple[Tensor, ...]:
    """The same by autograd through the sum as it is written down, in float64."""
    s, t, m = (x.double().requires_grad_() for x in (s, t, m))
    per_pair = torch.einsum("pc,pn,pnf->pcf", t, s, m[second])
    e = torch.zeros(atoms, t.shape[1], m.shape[2], dtype=F64).index_add(0, first, per_pair)
    g = e.detach().cos().requires_grad_()
    first_order = torch.autograd.grad(e, (s, t, m), g, create_graph=True)
    along = [x.detach().sin() for x in (s, t, m)]
    second_order = torch.autograd.grad(first_order, (s, t, m, g), along, allow_unused=True)
    return tuple(x.detach() for x in (e, *first_order, *second_order))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("pairs", "rows", "features"), [(0, 2, 6), (7, 5, 37), (700, 2, 128), (40, 9, 16)])
def test_value_and_derivatives_are_those_of_the_definition(
    dtype: torch.dtype, pairs: int, rows: int, features: int
) -> None:
    generator = torch.Generator().manual_seed(1)
    first = torch.randint(0, 5, (pairs,), generator=generator)
    second = torch.randint(0, rows, (pairs,), generator=generator)
    arguments = (*factors(pairs, rows, features, dtype), first, second, ATOMS)
    tolerance = DIRECT_SUM["float64"] if dtype == F64 else 10 * KERNEL["float32"]
    all_close(all_orders(*arguments), by_definition(*arguments), tolerance)


def test_an_atom_without_neighbours_and_no_pairs_at_all() -> None:
    e = pair_sum(*factors())
    assert not e[[2, 4, 5]].any()
    assert e[[0, 1, 3]].abs().min() > 0
    nothing = torch.zeros(0, dtype=torch.int64)
    s, t, m = (x[:0] if k < 2 else x for k, x in enumerate(factors()))
    assert not pair_operators.VALUE(s, t, m, nothing, nothing, 3).any()
    assert pair_operators.VALUE(s, t, m[:0], nothing, nothing, 0).shape == (0, 4, 6)


def test_gradients() -> None:
    assert torch.autograd.gradcheck(pair_sum, leaves())
    assert torch.autograd.gradgradcheck(pair_sum, leaves())


def test_gradcheck_notices_a_wrong_derivative() -> None:
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *inputs: Tensor) -> Tensor:
            ctx.save_for_backward(*inputs)
            return pair_sum(*inputs)

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> tuple[Tensor, ...]:
            s, t, m = ctx.saved_tensors
            return pair_operators.VJP(s, t, m, SECOND, FIRST, g, True)

    assert not torch.autograd.gradcheck(Wrong.apply, leaves(), raise_exception=False)


def test_opcheck() -> None:
    s, t, m = leaves()
    d, g = [x.detach() for x in (s, t, m)], torch.randn(ATOMS, 4, 6, dtype=F64, requires_grad=True)
    for operator, arguments in (
        (pair_operators.VALUE, (s, t, m, FIRST, SECOND, ATOMS)),
        (pair_operators.VJP, (s, t, m, FIRST, SECOND, g, True)),
        (pair_operators.VJP, (s, t, m, FIRST, SECOND, g, False)),
        (pair_operators.SECOND_ORDER, (*d, FIRST, SECOND, g.detach(), *d)),
        (pair_operators.SECOND_ORDER, (*d, FIRST, SECOND, g.detach(), *d[:2], None)),
    ):
        assert set(torch.library.opcheck(operator, arguments).values()) == {"SUCCESS"}


def test_higher_derivatives_are_those_of_plain_operations() -> None:
    def reference(s: Tensor, t: Tensor, m: Tensor) -> Tensor:
        return pairs_torch.value(s, t, m, FIRST, SECOND, ATOMS)

    same_derivatives(pair_sum, reference, factors(), order=4)


def test_a_third_derivative_is_one_under_torch_func() -> None:
    s, t, m = factors()
    found = []
    for function in (pair_sum, lambda *x: pairs_torch.value(*x, FIRST, SECOND, ATOMS)):

        def value(x: Tensor, of: Any = function) -> Tensor:
            return of(x, t, m).sin().sum()

        first = torch.func.grad(value)
        second = torch.func.grad(lambda x, of=first: of(x).sum())
        found.append(torch.func.grad(lambda x, of=second: of(x).sum())(s))
    all_close(found[:1], found[1:], DIRECT_SUM["float64"])


def test_vmap_takes_slices() -> None:
    s, t, m = factors()
    several = torch.stack([s, 2 * s, -s])
    found = torch.func.vmap(lambda x: pair_sum(x, t, m))(several)
    torch.testing.assert_close(found, torch.stack([pair_sum(x, t, m) for x in several]))


def test_without_numba_plain_operations_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = (*factors(), FIRST, SECOND, ATOMS)
    compiled = all_orders(*arguments)
    monkeypatch.setattr(pair_operators, "has_numba", lambda: False)
    all_close(all_orders(*arguments), compiled, DIRECT_SUM["float64"])
    s, t, m = factors()
    zero = pairs_torch.second_order(s, t, m, FIRST, SECOND, compiled[0], s, t, torch.zeros_like(m))
    all_close(pairs_torch.second_order(s, t, m, FIRST, SECOND, compiled[0], s, t, None), zero, DIRECT_SUM["float64"])


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_bits_do_not_depend_on_threads(two_threads: None) -> None:
    arguments = (*factors(), FIRST, SECOND, ATOMS)
    several = all_orders(*arguments)
    torch.set_num_threads(1)
    for a, b in zip(several, all_orders(*arguments), strict=True):
        assert torch.equal(a, b)


def test_bad_input_is_named() -> None:
    s, t, m = factors()
    value = pair_operators.VALUE
    with pytest.raises(IndexError, match="second holds 6, but there are 5 rows of m"):
        value(s, t, m, FIRST, SECOND + 3, ATOMS)
    with pytest.raises(IndexError, match="first holds 3, but there are 3 atoms"):
        value(s, t, m, FIRST, SECOND, 3)
    with pytest.raises(IndexError, match="first holds -1"):
        value(s, t, m, FIRST - 1, SECOND, ATOMS)
    with pytest.raises(ValueError, match=r"takes s \(pairs, sensitivities\)"):
        value(s[:, :2], t, m, FIRST, SECOND, ATOMS)
    with pytest.raises(ValueError, match=r"takes s \(pairs, sensitivities\)"):
        value(s, t, m, FIRST[:3], SECOND, ATOMS)
    with pytest.raises(TypeError, match="all float32 or all float64"):
        value(s.float(), t, m, FIRST, SECOND, ATOMS)
    with pytest.raises(TypeError, match="first and second as int64"):
        value(s, t, m, FIRST.int(), SECOND.int(), ATOMS)
    with pytest.raises(ValueError, match=r"are on \['cpu', 'meta'\]: move them"):
        value(s.to("meta"), t, m, FIRST, SECOND, ATOMS)
    with pytest.raises(ValueError, match=r"g must be \(6, 4, 6\)"):
        pair_operators.VJP(s, t, m, FIRST, SECOND, torch.zeros(6, 4, 5, dtype=F64), True)


# ---- the layer --------------------------------------------------------------------------------------------------


def layers() -> tuple[Environment, Environment]:
    torch.manual_seed(0)
    sensitivity = Sensitivity(4, 0.8, 3.5, 4.0)
    plain = make_environment(3, 5, sensitivity, "torch").double()
    fast = make_environment(3, 5, sensitivity, "numba").double()
    fast.load_state_dict(plain.state_dict())
    assert type(plain) is Environment
    assert type(fast) is PairEnvironment
    return plain, fast


@pytest.mark.parametrize("one_hot", [False, True])
def test_both_environments_are_equal(one_hot: bool) -> None:
    batch = graph(molecule(), crystal())
    distance = (batch.positions[batch.second] - batch.positions[batch.first] + batch.shift).norm(dim=1)
    species = torch.arange(len(batch.numbers)) % 3
    features = torch.eye(3, dtype=F64)[species] if one_hot else torch.randn(len(species), 3, dtype=F64)
    harmonics = torch.randn(len(distance), 9, dtype=F64)
    found = []
    for layer in layers():
        e = layer(features, batch, distance.requires_grad_(), harmonics, species if one_hot else None)
        (first,) = torch.autograd.grad(e.tanh().sum(), distance, create_graph=True)
        found.append((e, first, *torch.autograd.grad(first.square().sum(), (distance, layer.weight))))
    all_close(found[1], found[0], DIRECT_SUM["float64"])


def test_the_comparison_notices_a_wrong_species() -> None:
    batch = graph(molecule())
    distance = (batch.positions[batch.second] - batch.positions[batch.first]).norm(dim=1)
    species = torch.arange(len(batch.numbers)) % 3
    arguments = (torch.eye(3, dtype=F64)[species], batch, distance, torch.ones(len(distance), 1, dtype=F64))
    plain, fast = layers()
    with pytest.raises(AssertionError):
        all_close([fast(*arguments, species.roll(1))], [plain(*arguments, species)], DIRECT_SUM["float64"])


def test_other_dtypes_take_the_plain_path() -> None:
    batch = graph(molecule())
    _, fast = layers()
    distance = (batch.positions[batch.second] - batch.positions[batch.first]).norm(dim=1).bfloat16()
    features = torch.randn(len(batch.numbers), 3, dtype=torch.bfloat16)
    e = fast.bfloat16()(features, batch, distance, torch.ones(len(distance), 1, dtype=torch.bfloat16))
    assert e.dtype == torch.bfloat16


def test_unknown_and_absent_backends(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="backend"):
        HipNN(backend="numbs", **SIZES)
    monkeypatch.setattr(backends, "has_numba", lambda: False)
    assert type(make_environment(3, 5, Sensitivity(4, 0.8, 3.5, 4.0), "auto")) is Environment
    with pytest.raises(ImportError, match="pip install numba"):
        HipNNTS(backend="numba", **SIZES)


def test_an_atom_that_sees_nobody_has_finite_forces() -> None:
    far = molecule(atoms=1)
    for build in (HipNN, HipHopNN):
        model = EnergyForces(build(**SIZES).double()).eval()
        alone, together = model(graph(far)), model(graph(far, molecule()))
        assert not alone.forces.any()
        torch.testing.assert_close(together.energy[:1], alone.energy)
        assert torch.isfinite(together.forces).all()


def test_evaluation_keeps_nothing_for_the_parameters() -> None:
    model = EnergyForces(HipHopNN(**SIZES).double())
    batch = graph(molecule(), crystal())
    trained, evaluated = model.train()(batch), model.eval()(batch)
    assert trained.forces.requires_grad
    assert not evaluated.forces.requires_grad
    for name in ("energy", "energies", "forces"):
        wanted = getattr(evaluated, name)
        torch.testing.assert_close(getattr(trained, name).detach(), wanted, rtol=1e-12, atol=1e-12)


class Sum(torch.nn.Module):
    """Energies of neighbourhoods; enough around the operator to have second derivatives by all arguments."""

    def forward(self, s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor) -> Tensor:
        return pair_operators.VALUE(s.sin(), t, m.tanh(), first, second, ATOMS).square().sum((1, 2))


def test_compiled_layers_train_on_forces() -> None:
    torch._dynamo.reset()

    def gradient(s: Tensor, t: Tensor, m: Tensor) -> Tensor:
        return torch.func.grad(lambda x: Sum()(x, t, m, FIRST, SECOND).sum())(s)

    compiled = torch.compile(gradient, fullgraph=True, backend="aot_eager")
    arguments = leaves()
    for function in (compiled, gradient):
        torch.testing.assert_close(function(*arguments), torch.autograd.grad(
            Sum()(*arguments, FIRST, SECOND).sum(), arguments[0])[0])  # fmt: skip
    found, expected = (torch.autograd.grad(f(*arguments).square().sum(), arguments) for f in (compiled, gradient))
    all_close(found, expected, DIRECT_SUM["float64"])


def test_exported_program_runs_in_a_fresh_process(tmp_path: Path) -> None:
    file, data, arguments = tmp_path / "sum.pt2", tmp_path / "arguments.pt", [*factors(), FIRST, SECOND]
    torch.export.save(torch.export.export(Sum(), tuple(arguments)), file)
    torch.save(arguments, data)
    code = f"""
import torch, invgen.runtime.operators.pairs
print(repr(float(torch.export.load({str(file)!r}).module()(*torch.load({str(data)!r})).sum())))
"""
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert float(run.stdout) == pytest.approx(float(Sum()(*arguments).sum()), rel=1e-12)
