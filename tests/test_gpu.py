"""What only a GPU can show: results, autograd, streams, graphs, determinism. The rest is in test_cuda.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from cuda_fixtures import planes
from interaction_fixtures import COUNTS, lists, messages, pair_by_pair
from kernel_fixtures import ORDERS, assert_agrees, oracle
from network_fixtures import build, crystal, graph, molecule, trained
from tolerances import KERNEL, LAW, all_close

from invgen.data import Batch
from invgen.nn import EnergyForces, Invariants
from invgen.runtime import load
from invgen.runtime.operators import interaction, invariants
from invgen.runtime.pair_lists import PairLists, pair_lists

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(torch.version.cuda is None or not torch.cuda.is_available(), reason="needs an NVIDIA GPU"),
]

IDS = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("id", IDS)
def test_results_equal_the_oracle(id: str, order: str, dtype: torch.dtype) -> None:
    kernel = oracle(id)[order]
    f = load(id, backend="cuda", component_axis=-2)
    for shape in ((3, 130), (700, 1), (5, 7), (0, 4)):
        arrays = [planes(size, shape, dtype, k) for k, (_, size) in enumerate(kernel.inputs)]
        found = {"value": f, "vjp": f.vjp, "second_order": f.second_order}[order](*(a.cuda() for a in arrays))
        results = [r.cpu().numpy() for r in (found if isinstance(found, tuple) else (found,))]
        assert_agrees(results, kernel, [a.numpy() for a in arrays], str(dtype).removeprefix("torch."))


def test_derivatives_and_operators() -> None:
    key = invariants.register(load(IDS[0], backend="cuda"))
    x, g = (planes(width, (3, 2), torch.float64, width).cuda().requires_grad_() for width in (9, 6))
    assert torch.autograd.gradcheck(lambda a: invariants.VALUE(a, key), x)
    assert torch.autograd.gradgradcheck(lambda a: invariants.VALUE(a, key), x)
    assert torch.autograd.gradcheck(lambda a, b: invariants.VJP(a, b, key), (x, g))
    assert set(torch.library.opcheck(invariants.VALUE, (x, key)).values()) == {"SUCCESS"}


def test_two_runs_are_equal_in_every_bit() -> None:
    f = load(IDS[1], backend="cuda")
    x, g = (planes(width, (1000, 128), torch.float32, width).cuda() for width in (16, 13))
    for a, b in zip(f.second_order(x, g, x), f.second_order(x, g, x), strict=True):
        assert torch.equal(a, b)


def test_calls_on_a_side_stream_and_in_a_captured_graph() -> None:
    layer = Invariants(IDS[1], backend="cuda")
    x = planes(16, (100, 128), torch.float32, 0).cuda()
    expected = layer(x)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        on_side = layer(x)
    torch.cuda.current_stream().wait_stream(side)
    assert torch.equal(on_side, expected)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = layer(x)
    x.copy_(planes(16, (100, 128), torch.float32, 1))
    graph.replay()
    assert torch.equal(captured, layer(x))
    assert not torch.equal(captured, expected)


def test_more_than_two_to_the_31_elements() -> None:
    features, atoms = 128, 2**31 // (128 * 9) + 1000
    if torch.cuda.mem_get_info()[0] < 24 * 2**30:
        pytest.skip("needs 24 GiB of free GPU memory")
    x = torch.zeros(atoms, 9, features, device="cuda")
    x[-1] = planes(9, (1, features), torch.float32, 0)[0].cuda()
    assert x.numel() > 2**31
    f = load(IDS[0], backend="cuda")
    assert torch.equal(f(x)[-1], f(x[-1:])[0])


def test_memory_that_is_needed_is_named() -> None:
    f = load(IDS[0], backend="cuda").form("cuda")
    huge = torch.zeros(1, device="cuda").expand(2**36, 9, 1)
    with pytest.raises(torch.OutOfMemoryError, match=r"1,572,864\.0 MiB of GPU memory are needed"):
        f.run("value", (huge,))
    assert f.run("value", (huge[:1],))[0].shape == (1, 6, 1)


def test_tensors_on_two_devices_are_refused() -> None:
    key = invariants.register(load(IDS[0], backend="cuda"))
    x, g = planes(9, (2, 3), torch.float32, 0).cuda(), planes(6, (2, 3), torch.float32, 1)
    with pytest.raises(ValueError, match="g is on cpu, x on cuda:0"):
        invariants.VJP(x, g, key)


# ---- the fused interaction --------------------------------------------------------------------------------------


def on_gpu(of: PairLists) -> PairLists:
    return PairLists(*(x.cuda() for x in of))


def batch_on_gpu() -> Batch:
    batch = graph(molecule(0), molecule(1, atoms=1), crystal())
    return Batch(*(x.cuda() if isinstance(x, torch.Tensor) else x for x in batch))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("id", IDS)
def test_the_fused_interaction_equals_sums_pair_by_pair(id: str, order: str, dtype: torch.dtype) -> None:
    found = load(id, backend="cuda").interaction("cuda")
    for features, sensitivities, of in (
        (5, 3, lists()),
        (128, 20, lists(atoms=9, pairs=60)),
        (200, 7, lists(atoms=4, pairs=40)),
    ):
        arrays = tuple(a.to(dtype) for a in messages(id, of, features, sensitivities))
        results = getattr(found, order)(tuple(a.cuda() for a in arrays[: COUNTS[order]]), on_gpu(of))
        tolerance = KERNEL[str(dtype).removeprefix("torch.")]
        all_close(tuple(r.cpu() for r in results), pair_by_pair(order, arrays, of, id), tolerance)


def test_derivatives_of_the_fused_interaction() -> None:
    of = on_gpu(lists(atoms=3, pairs=5))
    key = invariants.register(load(IDS[0], backend="cuda"))
    m, s, t, *_ = (a.cuda().requires_grad_() for a in messages(IDS[0], lists(atoms=3, pairs=5), 2, 2))
    assert torch.autograd.gradcheck(lambda *x: interaction.VALUE(*x, *of, key), (m, s, t))
    assert torch.autograd.gradgradcheck(lambda *x: interaction.VALUE(*x, *of, key), (m, s, t))
    assert set(torch.library.opcheck(interaction.VALUE, (m, s, t, *of, key)).values()) == {"SUCCESS"}


def test_two_runs_of_the_fused_interaction_are_equal_in_every_bit() -> None:
    of = lists(atoms=300, pairs=6000)
    arrays = tuple(a.float().cuda() for a in messages(IDS[1], of, 128, 20))
    found = load(IDS[1], backend="cuda").interaction("cuda")
    for order in ORDERS:
        first, second = (getattr(found, order)(arrays[: COUNTS[order]], on_gpu(of)) for _ in range(2))
        assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_nothing_and_isolated_atoms() -> None:
    found = load(IDS[0], backend="cuda").interaction("cuda")
    for atoms, pairs, features in ((0, 0, 4), (3, 0, 4), (3, 2, 0)):
        of = pair_lists(*torch.zeros(2, pairs, dtype=torch.int64), atoms, atoms)
        arrays = tuple(a.cuda() for a in messages(IDS[0], of, features))
        for order in ORDERS:
            results = getattr(found, order)(arrays[: COUNTS[order]], on_gpu(of))
            assert all(not r.abs().max() for r in results if r.numel())


def test_networks_train_on_the_gpu_as_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = trained(build("hip-hop-nn"), graph(molecule(0), molecule(1, atoms=1), crystal()))
    calls, value = [], interaction.VALUE
    monkeypatch.setattr(interaction, "VALUE", lambda *a: calls.append(1) or value(*a))
    for a, b in zip(trained(build("hip-hop-nn").cuda(), batch_on_gpu()), expected, strict=True):
        torch.testing.assert_close(a.cpu(), b, rtol=0, atol=LAW["float64"] * float(b.abs().max()))
    assert len(calls) == 2


def test_energies_and_forces_in_a_captured_graph() -> None:
    model, batch = EnergyForces(build("hip-hop-nn", torch.float32).cuda()), batch_on_gpu()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            model(batch)
    torch.cuda.current_stream().wait_stream(side)
    graph_ = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph_):
        captured = model(batch)
    batch.positions.add_(0.01 * torch.randn_like(batch.positions))
    graph_.replay()
    expected = model(batch)
    torch.testing.assert_close(captured.forces, expected.forces, rtol=0, atol=LAW["float32"])


def test_a_training_step_is_equal_in_every_bit_in_deterministic_mode() -> None:
    """In a process of its own: cuBLAS reads its workspace setting when it starts."""
    code = """
import torch
from network_fixtures import build, trained
from test_gpu import batch_on_gpu
torch.use_deterministic_algorithms(True)
first, second = (trained(build("hip-hop-nn").cuda(), batch_on_gpu()) for _ in range(2))
assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
"""
    environment = os.environ | {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_pairs_on_two_devices_are_refused() -> None:
    key = invariants.register(load(IDS[0], backend="cuda"))
    of = lists()
    m, s, t, *_ = (a.cuda() for a in messages(IDS[0], of, 4))
    with pytest.raises(ValueError, match="first is on cpu, m on cuda:0"):
        interaction.VALUE(m, s, t, *of, key)
