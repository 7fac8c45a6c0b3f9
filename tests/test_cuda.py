"""Emitted CUDA kernels: their text run on the CPU against the oracle, how they are launched, cached and refused."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from cuda_fixtures import Host, HostCompiler, needs_host_compiler, planes, run_last_block, sparse
from kernel_fixtures import ORDERS, assert_agrees, emitted, naive_family, oracle, polynomial
from tolerances import KERNEL

import invgen
from invgen.compiler.emitters import cuda as emitter
from invgen.compiler.emitters import emit_sources, emit_tables
from invgen.compiler.emitters import order as order_module
from invgen.compiler.emitters import parts as parts_module
from invgen.compiler.emitters.order import Operations, alive, depth_first, narrowed
from invgen.compiler.emitters.parts import parts
from invgen.compiler.emitters.schedule import live_statements
from invgen.compiler.kernels.program import Kernel
from invgen.errors import CudaError, EmittedFileError
from invgen.gpu.driver import Driver
from invgen.gpu.usage import Compiled
from invgen.kept import place
from invgen.runtime import cuda, load
from invgen.runtime.operators import invariants

DTYPES = {"float32": torch.float32, "float64": torch.float64}


def cuda_kernels(folder: Path | str) -> cuda.CudaKernels:
    return load(str(folder), backend="torch").form("cuda")


def check(found: cuda.CudaKernels, order: str, kernel: Kernel, dtype: str, shape: tuple[int, int]) -> None:
    arrays = [planes(size, shape, DTYPES[dtype], k) for k, (_, size) in enumerate(kernel.inputs)]
    results = found.run(order, tuple(arrays))
    assert all(r.is_contiguous() for r in results)
    assert_agrees([r.numpy() for r in results], kernel, [a.numpy() for a in arrays], dtype)


# ---- the text ---------------------------------------------------------------------------------------------------


@needs_host_compiler
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("id", ["cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible"])
def test_emitted_text_agrees_with_the_oracle_in_both_layouts(id: str, order: str, dtype: str, host: Host) -> None:
    found = cuda_kernels(id)
    for shape in ((3, 70), (131, 1), (5, 7)):
        check(found, order, oracle(id)[order], dtype, shape)


@needs_host_compiler
def test_parts_together_write_every_output_once_in_both_layouts(
    host: Host,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts_module.parts, "__defaults__", (6,))
    kernel = polynomial(components=5, size=4, statements=30)
    found = cuda_kernels(emitted(tmp_path / "emitted", kernel, ("torch", "cuda")))
    assert len(found.launches["second_order"].parts) > 3
    for order, program in naive_family(kernel).items():
        for shape in ((3, 40), (40, 1)):
            check(found, order, program, "float64", shape)


@needs_host_compiler
def test_the_comparison_notices_one_wrong_statement(host: Host, tmp_path: Path) -> None:
    right = polynomial(components=5, size=4, statements=30)
    op, left, other = right.statements[-1]
    last = ("sub" if op == "add" else "add", left, other)
    wrong = replace(right, statements=(*right.statements[:-1], last))
    found = cuda_kernels(emitted(tmp_path / "emitted", wrong, ("torch", "cuda")))
    with pytest.raises(AssertionError):
        check(found, "value", right, "float64", (3, 40))


def test_sources_are_the_same_bytes_every_time_and_name_their_launches() -> None:
    family = naive_family(polynomial(5, 4, 40))
    first, second = (emit_sources("id", family, ("cuda",))[emitter.FILE] for _ in range(2))
    assert first == second
    assert '"second_order": {"parts": ["second_order_0"], "threads": 128' in first
    assert "// vjp: " in first
    assert "\n#" not in first.split("#ifndef REAL")[0]


def test_constant_outputs_and_outputs_that_are_inputs_are_written() -> None:
    kernel = Kernel("value", (("x", 2),), (Fraction(3, 7),), (("mul", 0, 0),), (("y", (0, 2, 3, 3)),))
    lines = emitter.context("id", {"value": kernel})["kernels"][0]["parts"][0]["lines"]
    for component, name in enumerate(("x0", "c0", "v0", "v0")):
        assert f"y_at[{component} * y_stride] = {name};" in lines


def test_a_block_fits_into_shared_memory_and_wide_arrays_get_smaller_blocks() -> None:
    for components in (5, 60, 400, 4000):
        kernel = Kernel("value", (("x", components),), (), (("add", 0, components - 1),), (("y", (components,)),))
        function = emitter.context("id", {"value": kernel})["kernels"][0]
        pitches = components // 2 * 2 + 1 + 1
        assert function["row_threads"] * pitches * 8 <= emitter.SHARED_BYTES
        assert function["row_threads"] == 128 or function["row_threads"] * pitches * 16 > emitter.SHARED_BYTES


@needs_host_compiler
@pytest.mark.parametrize("atom", ["here.atom", "(unsigned)here.atom"])
def test_indices_beyond_32_bits(atom: str, tmp_path: Path) -> None:
    """More than 2^32 items, the last block alone, on arrays of which little takes space; 32 bits are seen to fail."""
    kernel, features = oracle("cartesian-l2-n4-flexible")["value"], 64
    atoms = 2**32 // features + 3
    x, y = (sparse(tmp_path, name, (atoms, width, features)) for name, width in (("x", 9), ("y", 6)))
    x[-2:] = planes(9, (2, features), torch.float32, 0).numpy()
    source = cuda_kernels("cartesian-l2-n4-flexible").source.text.replace("(here.atom", f"({atom}")
    image = HostCompiler(tmp_path).compile(source, "sm_90", ("REAL=float", "ONLY=0")).image
    items = [ctypes.c_longlong(atoms * features), ctypes.c_uint(features)]
    run_last_block(Path(image[:-1].decode()), "value_0", -(-atoms * features // 128), 128, [x, y, *items])
    expected = kernel.evaluate(np.moveaxis(x[-1].astype("float64"), 0, -1))
    right = np.allclose(y[-1].T, expected, rtol=0, atol=KERNEL["float32"] * np.abs(expected).max())
    assert right == (atom == "here.atom")


# ---- orders and parts -------------------------------------------------------------------------------------------


def bits(kernel: Kernel, seed: int) -> list[object]:
    """The outputs for random fractions, exactly."""
    draws = np.random.default_rng(seed)
    arrays = [[Fraction(int(a), 7) for a in draws.integers(-9, 10, size)] for _, size in kernel.inputs]
    results = kernel.evaluate(*(np.array(array, dtype=object) for array in arrays))
    return [list(array) for array in (results if isinstance(results, tuple) else (results,))]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", range(3))
def test_other_orders_say_the_same_in_as_many_statements(
    order: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In fractions, where sums in another order are equal; the search is made to move what would fit."""
    monkeypatch.setattr(order_module, "ENOUGH", 5)
    kernel = naive_family(polynomial(components=6, size=5, statements=60, seed=seed))[order]
    for other in (depth_first(kernel), narrowed.__wrapped__(kernel)):
        assert bits(other, seed) == bits(kernel, seed)
        assert len(other.statements) == len(live_statements(kernel))
        assert live_statements(other) == tuple(enumerate(other.statements, kernel.input_size + len(kernel.constants)))


def test_the_search_leaves_fewer_values_alive_and_finds_the_same_again() -> None:
    kernel = oracle("cartesian-l3-n4-flexible")["second_order"]
    first, found = depth_first(kernel), narrowed(kernel)
    assert alive(found) < 0.95 * alive(first) < alive(kernel)
    assert found == narrowed.__wrapped__(kernel)
    assert narrowed(oracle("cartesian-l2-n4-flexible")["value"]) == depth_first(
        oracle("cartesian-l2-n4-flexible")["value"]
    )


def test_a_sum_is_added_up_term_by_term_and_starts_with_whatever_is_there() -> None:
    """x0 x1 - (x1 x2 - x2): three terms, two of them products that nothing else reads."""
    statements = (("mul", 0, 1), ("mul", 1, 2), ("sub", 4, 2), ("sub", 3, 5))
    kernel = Kernel("value", (("x", 3),), (), statements, (("y", (6,)),))
    operations = Operations(kernel)
    assert [(o.sign, o.reads) for o in operations.all] == [(1, (0, 1)), (-1, (1, 2)), (1, (2,))]
    backwards = operations.in_order([1, 2, 0])
    assert backwards.statements == (("mul", 1, 2), ("sub", 2, 3), ("mul", 0, 1), ("add", 4, 5))
    assert bits(backwards, 0) == bits(kernel, 0)


def test_a_kernel_without_statements_stays_as_it_is() -> None:
    kernel = Kernel("value", (("x", 2),), (Fraction(1, 3),), (), (("y", (1, 2)),))
    assert narrowed(kernel) == depth_first(kernel) == kernel


def test_values_alive_are_counted_as_by_hand() -> None:
    kernel = Kernel("value", (("x", 3),), (Fraction(2),), (("mul", 0, 1), ("mul", 3, 2), ("add", 4, 5)), (("y", (6,)),))
    assert alive(kernel) == 2


def test_parts_cover_the_outputs_and_stay_within_the_limit_where_they_can() -> None:
    kernel = oracle("cartesian-l3-n4-flexible")["second_order"]
    assert len(parts(kernel)) == 1
    for limit in (120, 90):
        split = parts(kernel, limit)
        assert len(split) > 1
        written = [output for part in split for output in part.outputs]
        assert written == [(array, c) for array, ids in kernel.outputs for c in range(len(ids))]
        assert all(alive(part.kernel) <= limit or len(part.outputs) == 1 for part in split)


def test_large_bases_have_no_cuda_kernels() -> None:
    with pytest.raises(ValueError, match="too large to be unrolled"):
        emit_tables("nowhere", id="big", products=None, backends=("cuda",), metadata={})  # type: ignore[arg-type]


# ---- launches ---------------------------------------------------------------------------------------------------


@needs_host_compiler
def test_empty_batches_launch_nothing(host: Host) -> None:
    found = cuda_kernels("cartesian-l2-n4-flexible")
    for shape in ((0, 5), (5, 0)):
        x, g = planes(9, shape, torch.float32, 0), planes(6, shape, torch.float32, 1)
        assert found.run("value", (x,))[0].shape == (shape[0], 6, shape[1])
        assert [r.shape[1] for r in found.run("second_order", (x, g, x))] == [9, 6]
    assert host[0].calls == 0


@needs_host_compiler
def test_calls_go_to_the_current_stream_and_copy_what_is_not_contiguous(host: Host) -> None:
    found = cuda_kernels("cartesian-l2-n4-flexible")
    x = planes(9, (6, 10), torch.float64, 0)
    view = x.transpose(0, 2).contiguous().transpose(0, 2)
    assert not view.is_contiguous()
    torch.testing.assert_close(found.run("value", (view,))[0], found.run("value", (x,))[0], rtol=0, atol=0)
    library = host[1]._library
    assert ctypes.c_ulonglong.in_dll(library, "last_stream").value == 77
    assert ctypes.c_int.in_dll(library, "launches").value == 2


@needs_host_compiler
def test_a_first_call_within_a_graph_capture_is_refused_and_a_later_one_is_not(
    host: Host,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, x = cuda_kernels("cartesian-l2-n4-flexible"), planes(9, (2, 3), torch.float32, 0)
    monkeypatch.setattr(cuda, "capturing", lambda: True)
    with pytest.raises(CudaError, match="call it once before the capture"):
        found.run("value", (x,))
    monkeypatch.setattr(cuda, "capturing", lambda: False)
    before = found.run("value", (x,))[0]
    monkeypatch.setattr(cuda, "capturing", lambda: True)
    torch.testing.assert_close(found.run("value", (x,))[0], before, rtol=0, atol=0)


def test_too_many_blocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "MOST_BLOCKS", 1)
    with pytest.raises(CudaError, match="129 atoms x 2 features"):
        cuda_kernels("cartesian-l2-n4-flexible").run("value", (planes(9, (129, 2), torch.float32, 0),))


def test_the_driver_reports_what_failed() -> None:
    class Failing:
        def __getattr__(self, name: str) -> object:
            return lambda *arguments: 0 if name in ("cuInit", "cuGetErrorString") else 2

    with pytest.raises(CudaError, match=r"cuDevicePrimaryCtxRetain of the CUDA driver failed: unknown \(2\)"):
        Driver(Failing()).load(b"", 0)  # type: ignore[arg-type]


@needs_host_compiler
def test_code_that_the_driver_refuses_names_the_remedy(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HostCompiler, "compile", lambda *arguments: Compiled(b"no library", {}))
    with pytest.raises(CudaError, match=r"the host's compiler made \(.*invalid image.*update the NVIDIA driver"):
        cuda_kernels("cartesian-l2-n4-flexible").run("value", (planes(9, (2, 3), torch.float32, 0),))


# ---- the cache --------------------------------------------------------------------------------------------------


@needs_host_compiler
@pytest.mark.parametrize("damage", ["none", "truncated", "edited", "other format", "empty"])
def test_compiled_code_is_cached_and_a_damaged_file_is_built_again(host: Host, damage: str, tmp_path: Path) -> None:
    x = planes(9, (2, 3), torch.float32, 0)
    before = cuda_kernels("cartesian-l2-n4-flexible").run("value", (x,))[0]
    (file,) = (tmp_path / "cache" / "gpu").glob("*.bin")
    whole = file.read_bytes()
    changes = {
        "none": whole,
        "truncated": whole[:-4],
        "edited": whole[:-4] + b"XXXX",
        "other format": whole.replace(b"code 1", b"code 0"),
        "empty": b"",
    }
    file.write_bytes(changes[damage])
    again = load("cartesian-l2-n4-flexible", backend="torch").form("cuda")
    torch.testing.assert_close(again.run("value", (x,))[0], before, rtol=0, atol=0)
    assert host[0].calls == (1 if damage == "none" else 2)
    head, _, image = file.read_bytes().partition(b"\n")
    assert head == whole.partition(b"\n")[0] or image != whole.partition(b"\n")[2]


def test_other_sources_architectures_macros_and_compilers_are_other_files() -> None:
    base = ("gpu", "text", "sm_90", ("REAL=float",), "NVRTC 13.0")
    others = [("gpu", "text2", *base[2:]), ("gpu", "text", "sm_80", *base[3:]), (*base[:3], ("REAL=double",), base[4])]
    others += [(*base[:4], "NVRTC 13.1"), ("cpp", *base[1:])]
    assert len({place(*arguments) for arguments in (base, *others)}) == 6


@needs_host_compiler
def test_a_folder_that_cannot_be_written_only_costs_the_cache(
    host: Host,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "file"))
    x = planes(9, (2, 3), torch.float32, 0)
    assert cuda_kernels("cartesian-l2-n4-flexible").run("value", (x,))[0].shape == (2, 6, 3)


# ---- refusals ---------------------------------------------------------------------------------------------------


def test_without_a_gpu_the_reason_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(CudaError, match="built without CUDA"):
        load("cartesian-l2-n4-flexible", backend="cuda")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    with pytest.raises(CudaError, match=r"no NVIDIA GPU .*CUDA_VISIBLE_DEVICES is '-1'.*backend=\"numba\""):
        load("cartesian-l2-n4-flexible", backend="cuda")


def test_a_gpu_that_is_too_old_and_a_missing_compiler_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(cuda, "find_compiler", lambda: HostCompiler(Path()))
    monkeypatch.setattr(cuda, "capability", lambda device: 61)
    with pytest.raises(CudaError, match=r"compute capability 6\.1, .* compiles for 9\.0 and newer"):
        cuda.require_cuda(0)

    def missing() -> None:
        raise CudaError("no compiler")

    monkeypatch.setattr(cuda, "find_compiler", missing)
    with pytest.raises(CudaError, match='no compiler, or use backend="torch"'):
        cuda.require_cuda(0)


def test_memory_that_is_needed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    x = planes(9, (1024, 256), torch.float32, 0)
    found = cuda_kernels("cartesian-l2-n4-flexible")
    monkeypatch.setattr(torch.Tensor, "new_empty", full)
    with pytest.raises(torch.OutOfMemoryError, match=r"6\.0 MiB .* beside 9\.0 MiB of arguments: pass fewer atoms"):
        found.run("value", (x,))


def test_tensors_that_are_not_on_one_gpu_are_refused() -> None:
    kernels = load("cartesian-l2-n4-flexible", backend="torch")
    x, g = torch.zeros(2, 9, 3), torch.zeros(2, 6, 3, device="meta")
    with pytest.raises(ValueError, match=r"g is on meta, x on cpu: move them"):
        invariants._check(kernels, (x, g))
    with pytest.raises(TypeError, match="differ in dtype or device"):
        kernels.vjp(x, g)


def test_arrays_on_the_cpu_are_refused_by_the_backend_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "require_cuda", lambda: None)
    f = load("cartesian-l2-n4-flexible", backend="cuda")
    with pytest.raises(TypeError, match=r"got cpu: move them with \.to"):
        f(torch.zeros(2, 9, 3))
    with pytest.raises(TypeError, match="got NumPy arrays"):
        f(np.zeros((2, 9, 3)))
    with pytest.raises(TypeError, match="got cpu"):
        invgen.nn.Invariants("cartesian-l2-n4-flexible", backend="cuda")(torch.zeros(2, 9, 3))


def test_a_gpu_without_compiler_falls_back_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "unusable", lambda device: "NVRTC is missing")
    monkeypatch.setattr(invariants, "_TOLD", set())
    kernels = load("cartesian-l2-n4-flexible", backend="torch")
    with pytest.warns(UserWarning, match="cuda:0 run as plain tensor operations, which is slower: NVRTC is missing"):
        assert not invariants.compiled_backend(kernels.folder.backends, torch.device("cuda", 0))
    assert not invariants.compiled_backend(kernels.folder.backends, torch.device("cuda", 0))


def test_a_folder_without_cuda_kernels_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "require_cuda", lambda: None)
    folder = emitted(tmp_path, polynomial(5, 4, 20), ("torch",))
    with pytest.raises(EmittedFileError, match="no kernels for backend 'cuda'"):
        load(folder, backend="cuda")
    assert not invariants.compiled_backend(load(folder, backend="torch").folder.backends, torch.device("cuda", 0))


def test_an_edited_cuda_source_is_not_used(tmp_path: Path) -> None:
    folder = emitted(tmp_path, polynomial(5, 4, 20), ("torch", "cuda"))
    kernels = load(folder, backend="torch")
    file = folder / emitter.FILE
    file.write_text(file.read_text().replace("+", "-"))
    with pytest.raises(EmittedFileError, match="checksum"):
        kernels.form("cuda")
