"""Compilers for GPU code and what they say, on machines with and without them; nothing here needs a GPU."""

from __future__ import annotations

import ctypes
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cuda_fixtures import available, needs_compiler
from kernel_fixtures import naive_family, polynomial
from processes import invgen as command
from rich.console import Console

import invgen
from invgen.compiler.emitters import emit_sources
from invgen.compiler.emitters import parts as parts_module
from invgen.compiler.inspect import resources as resources_module
from invgen.compiler.inspect.resources import (
    Part,
    Pass,
    compiled,
    interaction_resources,
    interaction_table,
    resource_table,
    resources,
)
from invgen.compiler.kernels.program import Kernel
from invgen.errors import CudaError
from invgen.gpu import Compiler, find_compiler, target
from invgen.gpu import compiler as compiler_module
from invgen.gpu import nvcc as nvcc_module
from invgen.gpu import nvrtc as nvrtc_module
from invgen.gpu.usage import Usage, read_usage
from invgen.runtime.cuda_interaction import PASSES

LOG = """ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'vjp_0' for 'sm_90'
ptxas info    : Function properties for vjp_0
    152 bytes stack frame, 148 bytes spill stores, 156 bytes spill loads
ptxas info    : Used 255 registers, used 0 barriers, 152 bytes cumulative stack size
ptxas info    : Compiling entry function 'vjp_1' for 'sm_90'
ptxas info    : Function properties for vjp_1
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 40 registers, used 1 barriers, 15360 bytes smem
"""


def test_registers_and_spills_are_read_from_the_log() -> None:
    assert read_usage(LOG) == {"vjp_0": Usage(255, 148, 156, 0), "vjp_1": Usage(40, 0, 0, 15360)}
    with pytest.raises(ValueError, match="no registers or spills of vjp_1"):
        read_usage(LOG.replace("Used 40 registers", "nothing"))


def check_compiler(compiler: Compiler, architecture: str, definitions: tuple[str, ...]) -> None:
    source = emit_sources("id", naive_family(polynomial(5, 4, 40)), ("cuda",))["cuda_kernels.cu"]
    found = compiler.compile(source, architecture, definitions)
    assert set(found.usage) == {"value_0", "vjp_0", "second_order_0"}
    assert found.image.startswith(b"\x7fELF")
    assert all((usage.shared > 0) == ("COMPONENTS_LAST" in definitions) for usage in found.usage.values())


@pytest.mark.skipif(nvrtc_module.find_nvrtc() is None, reason="needs NVRTC: pip install nvidia-cuda-nvrtc")
@pytest.mark.parametrize("architecture", ["sm_80", "sm_90", "sm_100"])
@pytest.mark.parametrize("real", ["float", "double"])
def test_nvrtc_takes_the_emitted_text_for_three_architectures(real: str, architecture: str) -> None:
    compiler = nvrtc_module.find_nvrtc()
    assert compiler is not None
    for layout in ((), ("COMPONENTS_LAST",)):
        check_compiler(compiler, architecture, (f"REAL={real}", *layout))
    assert b".target sm_80" in compiler.compile("__global__ void f() {}", "compute_80", ()).image


@pytest.mark.skipif(nvcc_module.find_nvcc() is None, reason="needs nvcc, the compiler of a CUDA toolkit")
def test_nvcc_takes_the_emitted_text() -> None:
    compiler = nvcc_module.find_nvcc()
    assert compiler is not None
    check_compiler(compiler, "sm_90", ("REAL=double", "COMPONENTS_LAST"))
    assert b".target sm_80" in compiler.compile("__global__ void f() {}", "compute_80", ()).image


RANK_THREE = ("flexible", "independent", "by_program-independent", "by_program-robust")


@needs_compiler
@pytest.mark.parametrize("objective", RANK_THREE)
def test_the_kernels_of_rank_three_and_order_four_need_no_memory_beside_their_arrays(objective: str) -> None:
    """In one part each, whose values fit into 255 registers of 32 bits in float64, too (docs/cuda.md)."""
    parts = resources(invgen.find_basis(f"cartesian-l3-n4-{objective}"), 90)
    assert [part.name for part in parts] == ["value_0", "vjp_0", "second_order_0"] * 2
    linear = 1  # the scalar is an invariant itself: no derivative reads it, and g of it has no part in the Hessian
    words = (16 + 13, 16 + 13 + 16 - linear, 16 + 13 + 16 + 16 + 13 - 2 * linear)
    assert [part.bytes for part in parts[:3]] == [4 * count for count in words]
    for part in parts:
        assert (part.usage.spill_stores, part.usage.spill_loads) == (0, 0)
        assert part.usage.registers <= 255


@needs_compiler
def test_in_the_order_of_the_program_the_second_order_spills() -> None:
    kernel = invgen.kernels_of(invgen.find_basis("cartesian-l3-n4-flexible"))["second_order"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts_module, "narrowed", lambda kernel: kernel)
        (part,) = compiled("id", {"second_order": kernel}, 90, ("double",), ("planes",))
    assert part.usage.spill_stores > 100


@needs_compiler
def test_a_kernel_with_too_many_values_alive_is_seen_to_spill() -> None:
    """150 numbers of two registers, all read again after their sum is known: no order of statements helps."""
    inputs, statements = 150, [("add", 0, 1)]
    statements += [("add", inputs + k - 2, k) for k in range(2, inputs)]
    total = inputs + len(statements) - 1
    outputs = [total + 1 + k for k in range(inputs)]
    statements += [("mul", total, k) for k in range(inputs)]
    kernel = Kernel("value", (("x", inputs),), (), tuple(statements), (("y", tuple(outputs)),))
    spilling = compile_alone(kernel)
    assert spilling.registers == 255
    assert spilling.spill_stores > 0


def compile_alone(kernel: Kernel) -> Usage:
    """All outputs in one part, whatever is alive."""
    from invgen.compiler.emitters import cuda, parts
    from invgen.compiler.emitters.render import render

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts.parts, "__defaults__", (10_000,))
        source = render(cuda.TEMPLATE, cuda.context("id", {"value": kernel}))
    return find_compiler().compile(source, "sm_90", ("REAL=double",)).usage["value_0"]


@needs_compiler
def test_what_a_compiler_refuses_is_quoted() -> None:
    for compiler in available():
        with pytest.raises(CudaError, match="nonsense"):
            compiler.compile("nonsense;", "sm_90", ())
    with pytest.raises(CudaError, match="does not compile for sm_12; it knows"):
        compiled("id", naive_family(polynomial(5, 4, 20)), 12, ("float",), ("planes",))


def test_targets() -> None:
    class Known:
        name = "NVRTC 13.0"
        architectures = (75, 80, 90, 100)

    assert target(90, Known()) == "sm_90"  # type: ignore[arg-type]
    assert target(89, Known()) == "compute_80"  # type: ignore[arg-type]
    assert target(130, Known()) == "compute_100"  # type: ignore[arg-type]
    with pytest.raises(
        CudaError, match=r"compute capability 6\.1, NVRTC 13\.0 compiles for 7\.5 and newer: install an older"
    ):
        target(61, Known())  # type: ignore[arg-type]


def test_without_any_compiler_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvrtc_module, "find_nvrtc", lambda: None)
    monkeypatch.setattr(nvcc_module, "find_nvcc", lambda: None)
    with pytest.raises(CudaError, match="pip install nvidia-cuda-nvrtc"):
        compiler_module.find_compiler()


def test_libraries_that_do_not_load_are_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "libnvrtc.so.13").write_bytes(b"not a library")
    monkeypatch.setattr(nvrtc_module, "libraries", lambda: [str(tmp_path / "libnvrtc.so.13"), ctypes.CDLL(None)._name])
    assert nvrtc_module.find_nvrtc.__wrapped__() is None


def test_libraries_are_sought_in_a_toolkit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "lib64").mkdir()
    for name in ("libnvrtc.so.12", "libnvrtc-builtins.so.12", "libnvrtc.alt.so.12"):
        (tmp_path / "lib64" / name).write_bytes(b"")
    monkeypatch.setenv("CUDA_HOME", str(tmp_path))
    assert [path for path in nvrtc_module.libraries() if str(tmp_path) in path] == [
        str(tmp_path / "lib64" / "libnvrtc.so.12")
    ]


def test_the_table_names_every_part_and_adds_the_spills_up() -> None:
    console = Console(width=100, file=io.StringIO())
    console.print(resource_table([Part("second_order_0", "double", "rows", 576, 1582, Usage(255, 1000, 234, 0))], 90))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for word in ("second_order_0", "double", "rows", "1,582", "576", "255", "1,234", "sm_90"):
        assert word in text


def test_the_table_of_the_interaction_names_every_pass() -> None:
    console = Console(width=100, file=io.StringIO())
    console.print(interaction_table([Pass("interaction_value", "float", 20, 64, Usage(72, 1000, 234, 1424))], 90))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for word in (" value ", "float", "20 sensitivities", "64", "1,424", "72", "1,234", "sm_90"):
        assert word in text


@needs_compiler
def test_blocks_of_the_interaction_shrink_until_the_compiler_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources_module, "THREADS", (2048, 64))
    passes = interaction_resources(invgen.find_basis("cartesian-l2-n3-flexible"), 90, ("float",))
    assert {found.threads for found in passes} == {64}
    monkeypatch.setattr(resources_module, "THREADS", (2048,))
    with pytest.raises(CudaError):
        interaction_resources(invgen.find_basis("cartesian-l2-n3-flexible"), 90, ("float",))


def test_bases_of_spherical_components_have_no_fused_interaction() -> None:
    assert interaction_resources(invgen.find_basis("ace-l3-n4-linear"), 90) == []


@needs_compiler
def test_the_command_line_shows_registers_and_spills() -> None:
    arguments = ("show", "cartesian-l2-n3-flexible", "--gpu")
    shown = command(*arguments, 90, "--json")
    assert shown.returncode == 0, shown.stderr
    data, passes = json.loads(shown.stdout)["parts"], json.loads(shown.stdout)["interaction"]
    assert {(part["name"], part["real"]) for part in data} >= {("value_0", "float"), ("second_order_0", "double")}
    assert all(part["usage"]["registers"] >= 16 and part["operations"] > 0 for part in data)
    assert [found["real"] for found in passes] == ["float"] * 5 + ["double"] * 5
    assert {found["name"] for found in passes} == {name for names in PASSES.values() for name in names}
    assert all(found["usage"]["registers"] >= 16 and found["usage"]["shared"] for found in passes)
    wrong = command(*arguments, "hopper")
    assert wrong.returncode == 2
    assert "such as sm_90, got 'hopper'" in wrong.stderr


def test_the_compilers_need_neither_torch_nor_a_toolkit_to_be_imported() -> None:
    code = "import sys\nsys.modules['torch'] = sys.modules['numba'] = None\nimport invgen.gpu\n"
    code += "import invgen.compiler.inspect.resources"
    subprocess.run([sys.executable, "-c", code], check=True)
