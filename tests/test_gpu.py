"""What only a GPU can show: results, autograd, streams, graphs, determinism. The rest is in test_cuda.py."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from cuda_fixtures import planes
from tolerances import KERNEL

import invgen
from invgen.nn import Invariants
from invgen.runtime import load, operators

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(torch.version.cuda is None or not torch.cuda.is_available(), reason="needs an NVIDIA GPU"),
]

IDS = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")
ORDERS = ("value", "vjp", "second_order")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("id", IDS)
def test_results_equal_the_oracle(id: str, order: str, dtype: torch.dtype) -> None:
    kernel = invgen.kernels_of(invgen.find_basis(id))[order]
    f = load(id, backend="cuda", component_axis=-2)
    for shape in ((3, 130), (700, 1), (5, 7), (0, 4)):
        arrays = [planes(size, shape, dtype, k) for k, (_, size) in enumerate(kernel.inputs)]
        expected = kernel.evaluate(*(np.moveaxis(a.double().numpy(), 1, -1) for a in arrays))
        found = {"value": f, "vjp": f.vjp, "second_order": f.second_order}[order](*(a.cuda() for a in arrays))
        for a, b in zip(*(r if isinstance(r, tuple) else (r,) for r in (found, expected)), strict=True):
            tolerance = KERNEL[str(dtype).removeprefix("torch.")] * np.abs(b).max(initial=0.0)
            np.testing.assert_allclose(np.moveaxis(a.cpu().numpy(), 1, -1), b, rtol=0, atol=tolerance)


def test_derivatives_and_operators() -> None:
    key = operators.register(load(IDS[0], backend="cuda"))
    x, g = (planes(width, (3, 2), torch.float64, width).cuda().requires_grad_() for width in (9, 6))
    assert torch.autograd.gradcheck(lambda a: operators.VALUE(a, key), x)
    assert torch.autograd.gradgradcheck(lambda a: operators.VALUE(a, key), x)
    assert torch.autograd.gradcheck(lambda a, b: operators.VJP(a, b, key), (x, g))
    assert set(torch.library.opcheck(operators.VALUE, (x, key)).values()) == {"SUCCESS"}


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
    f = load(IDS[0], backend="cuda").cuda_module
    huge = torch.zeros(1, device="cuda").expand(2**36, 9, 1)
    with pytest.raises(torch.OutOfMemoryError, match=r"1,572,864\.0 MiB of GPU memory are needed"):
        f.run("value", (huge,))
    assert f.run("value", (huge[:1],))[0].shape == (1, 6, 1)


def test_tensors_on_two_devices_are_refused() -> None:
    key = operators.register(load(IDS[0], backend="cuda"))
    x, g = planes(9, (2, 3), torch.float32, 0).cuda(), planes(6, (2, 3), torch.float32, 1)
    with pytest.raises(ValueError, match="g is on cpu, x on cuda:0"):
        operators.VJP(x, g, key)
