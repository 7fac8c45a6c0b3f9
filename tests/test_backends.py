"""One test crosses backend, dtype, derivative order and kernel against the oracle ``Kernel.evaluate``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from kernel_fixtures import naive_family, polynomial
from tolerances import KERNEL

import invgen
from invgen.compiler.emitters import emit_folder
from invgen.compiler.emitters import numba as numba_emitter
from invgen.compiler.kernels.program import Kernel
from invgen.runtime import Kernels, load
from invgen.runtime.cpu import invariants

SHIPPED = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")
ORDERS = ("value", "vjp", "second_order")
DTYPES = ("float32", "float64")


def emitted(folder: Path, kernel: Kernel, backends: tuple[str, ...] = ("numba", "torch")) -> Path:
    """An emitted folder of a hand-made kernel."""
    metadata = {
        "ranks": [0],
        "channels": [kernel.input_size],
        "components": kernel.input_size,
        "size": kernel.output_size,
        "labels": [str(k) for k in range(kernel.output_size)],
    }
    kernels = naive_family(kernel)
    return emit_folder(folder, id="hand-made", kind="invariants", kernels=kernels, backends=backends, metadata=metadata)


@cache
def oracle(id: str) -> dict[str, Kernel]:
    return invgen.kernels_of(invgen.find_basis(id))


def call(f: Kernels, order: str, arrays: list[np.ndarray], axis: int | None = None) -> tuple[np.ndarray, ...]:
    result = {"value": f, "vjp": f.vjp, "second_order": f.second_order}[order](*arrays, component_axis=axis)
    return result if isinstance(result, tuple) else (result,)


def arguments(kernel: Kernel, shape: tuple[int, ...], dtype: str) -> list[np.ndarray]:
    """Components last, moderate numbers."""
    generator = np.random.default_rng(3)
    return [(generator.normal(size=(*shape, size)) * 0.7).astype(dtype) for _, size in kernel.inputs]


def assert_agrees(f: Kernels, order: str, kernel: Kernel, dtype: str, shape: tuple[int, int]) -> None:
    """Planes of the given (atoms, features) against a float64 oracle on the same rounded numbers."""
    rows = arguments(kernel, shape, dtype)
    expected = kernel.evaluate(*(a.astype("float64") for a in rows))
    expected = expected if isinstance(expected, tuple) else (expected,)
    found = call(f, order, [np.moveaxis(a, -1, 1) for a in rows], axis=-2)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == dtype
        scale = np.abs(b).max(initial=0.0)
        np.testing.assert_allclose(np.moveaxis(a, 1, -1), b, rtol=0, atol=KERNEL[dtype] * scale)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", ["numba", "torch"])
@pytest.mark.parametrize("id", SHIPPED)
def test_backend_agrees_with_the_oracle(id: str, backend: str, dtype: str, order: str) -> None:
    f = load(id, backend=backend)
    for shape in ((3, 130), (70, 1), (1, 64), (5, 32)):
        assert_agrees(f, order, oracle(id)[order], dtype, shape)


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_programs_cut_into_passes_and_constant_outputs(
    tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba_emitter, "PASS_LIMIT", 8)
    kernel = polynomial(components=5, size=4, statements=30)
    f = load(emitted(tmp_path, kernel), backend=backend)
    if backend == "numba":
        assert len(f.form("numba").program.KERNELS["second_order"]["passes"]) > 3
    for order, program in naive_family(kernel).items():
        for features in (40, 13):
            assert_agrees(f, order, program, "float64", (3, features))


@pytest.mark.parametrize("dtype", DTYPES)
def test_streaming_changes_no_bit(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    f = load(SHIPPED[0], backend="numba")
    asked = []
    routine = f.form("numba").program._routine
    monkeypatch.setattr(f.form("numba").program, "_routine", lambda *a: asked.append(a) or routine(*a))
    for order in ORDERS:
        planes = [np.moveaxis(a, -1, 1).copy() for a in arguments(oracle(SHIPPED[0])[order], (7, 48), dtype)]
        ordinary = call(f, order, planes)
        with monkeypatch.context() as context:
            context.setattr(invariants, "STREAMED", 0)
            for a, b in zip(call(f, order, planes), ordinary, strict=True):
                assert np.array_equal(a, b)
    assert asked == [(order, form) for order in ORDERS for form in ("in_place", "streamed")]


def test_the_comparison_notices_one_wrong_statement(tmp_path: Path) -> None:
    kernel = polynomial(components=5, size=4, statements=30)
    last = kernel.statements[-1]
    wrong = Kernel(
        "value", kernel.inputs, kernel.constants, (*kernel.statements[:-1], ("sub", *last[1:])), kernel.outputs
    )
    right = Kernel(
        "value", kernel.inputs, kernel.constants, (*kernel.statements[:-1], ("add", *last[1:])), kernel.outputs
    )
    f = load(emitted(tmp_path, wrong, ("torch",)), backend="torch")
    with pytest.raises(AssertionError):
        assert_agrees(f, "value", right, "float64", (3, 40))
