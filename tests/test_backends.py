"""One test crosses backend, dtype, derivative order and kernel against the oracle ``Kernel.evaluate``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from kernel_fixtures import ORDERS, assert_agrees, emitted, naive_family, oracle, polynomial

from invgen.compiler.emitters import numba as numba_emitter
from invgen.compiler.kernels.program import Kernel
from invgen.runtime import Kernels, load
from invgen.runtime.cpu import invariants, objects
from invgen.runtime.cpu.pool import empty_at_cache_lines

SHIPPED = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")
DTYPES = ("float32", "float64")


def call(f: Kernels, order: str, arrays: list[np.ndarray], axis: int | None = None) -> tuple[np.ndarray, ...]:
    result = {"value": f, "vjp": f.vjp, "second_order": f.second_order}[order](*arrays, component_axis=axis)
    return result if isinstance(result, tuple) else (result,)


def arguments(kernel: Kernel, shape: tuple[int, ...], dtype: str) -> list[np.ndarray]:
    """Components last, moderate numbers."""
    generator = np.random.default_rng(3)
    return [(generator.normal(size=(*shape, size)) * 0.7).astype(dtype) for _, size in kernel.inputs]


def check(f: Kernels, order: str, kernel: Kernel, dtype: str, shape: tuple[int, int]) -> None:
    """Planes of the given (atoms, features) against the oracle."""
    planes = [np.moveaxis(a, -1, 1) for a in arguments(kernel, shape, dtype)]
    assert_agrees(call(f, order, planes, axis=-2), kernel, planes, dtype)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", ["numba", "torch"])
@pytest.mark.parametrize("id", SHIPPED)
def test_backend_agrees_with_the_oracle(id: str, backend: str, dtype: str, order: str) -> None:
    f = load(id, backend=backend)
    for shape in ((3, 130), (70, 1), (1, 64), (5, 32)):
        check(f, order, oracle(id)[order], dtype, shape)


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
            check(f, order, program, "float64", (3, features))
        with monkeypatch.context() as context:
            context.setattr(invariants, "STREAMED", 0)
            check(f, order, program, "float64", (3, 40))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("form", ["streamed", "staged"])
@pytest.mark.parametrize("features", [16, 48, 80])
def test_streaming_changes_no_bit(dtype: str, form: str, features: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole registers and, staged, registers that are half a cache line."""
    monkeypatch.setattr(objects, "register_bytes", lambda: {"streamed": 64, "staged": 32}[form])
    f = load(SHIPPED[0], backend="numba")
    asked = []
    routine = f.form("numba").program._routine
    monkeypatch.setattr(f.form("numba").program, "_routine", lambda *a: asked.append(a) or routine(*a))
    for order in ORDERS:
        planes = [np.moveaxis(a, -1, 1).copy() for a in arguments(oracle(SHIPPED[0])[order], (7, features), dtype)]
        ordinary = call(f, order, planes)
        with monkeypatch.context() as context:
            context.setattr(invariants, "STREAMED", 0)
            for a, b in zip(call(f, order, planes), ordinary, strict=True):
                assert np.array_equal(a, b)
    assert asked == [(order, how) for order in ORDERS for how in ("in_place", form)]


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_reversed_arrays_are_taken_of_one_atom_too(backend: str) -> None:
    """NumPy calls an array of one atom contiguous, whatever its stride; torch takes no negative one."""
    f = load(SHIPPED[0], backend=backend)
    for atoms in (0, 1, 3):
        (x,) = (np.moveaxis(a, -1, 1).copy() for a in arguments(oracle(SHIPPED[0])["value"], (atoms, 5), "float64"))
        assert np.array_equal(f(x[::-1], component_axis=-2), f(x, component_axis=-2)[::-1])


@pytest.mark.parametrize(
    ("results", "passes", "register", "megabytes", "form"),
    [
        (64, 1, 64, 8, "streamed"),
        (65, 1, 64, 8, "staged"),
        (16, 2, 64, 8, "staged"),
        (16, 1, 32, 8, "staged"),
        (16, 1, 64, 7, "in_place"),
    ],
)
def test_how_results_are_stored(
    results: int, passes: int, register: int, megabytes: int, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "register_bytes", lambda: register)
    program = {"inputs": (16,), "outputs": (results,), "passes": [None] * passes}
    output = empty_at_cache_lines((megabytes, 2**18), np.dtype("float32"))
    assert invariants._form(program, [output]) == form
    shifted = output.reshape(-1)[1:]  # begins where no register does
    assert invariants._form(program, [shifted, shifted]) == "in_place"


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
        check(f, "value", right, "float64", (3, 40))
