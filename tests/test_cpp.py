"""Emitted C++: compiled and run against the oracle in both precisions, refused when edited, told when it cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from cpp_fixtures import COMPILER, needs_compiler
from kernel_fixtures import ORDERS, assert_agrees, emitted, naive_family, oracle, polynomial

import invgen
from invgen.compiler.emitters import USUAL, emit_sources
from invgen.compiler.kernels.program import Kernel
from invgen.cpp import find_compiler
from invgen.errors import CppError, EmittedFileError
from invgen.runtime import Kernels, load
from invgen.runtime.backends import BACKENDS

DTYPES = ("float32", "float64")
SHAPES = ((3, 130), (35, 1), (1, 64), (7, 5), (1, 1), (0, 4))
"""Whole packs, packs over the end of an atom, and what fills none."""


def run(f: Kernels, order: str, kernel: Kernel, dtype: str, shape: tuple[int, int]) -> None:
    atoms, features = shape
    rng = np.random.default_rng(3)
    planes = [(rng.normal(size=(atoms, size, features)) * 0.7).astype(dtype) for _, size in kernel.inputs]
    assert_agrees(f.form("cpp").run(order, tuple(planes)), kernel, planes, dtype)


@needs_compiler
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("id", ["cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible"])
def test_kernels_agree_with_the_oracle(id: str, dtype: str, order: str) -> None:
    f = load(invgen.find_basis(id), backend="cpp")
    for shape in SHAPES:
        run(f, order, oracle(id)[order], dtype, shape)


@needs_compiler
def test_constant_outputs_and_outputs_that_are_inputs(tmp_path: Path) -> None:
    kernel = polynomial(components=5, size=4, statements=30)
    f = load(emitted(tmp_path, kernel, ("cpp", "torch")), backend="cpp")
    for order, program in naive_family(kernel).items():
        for shape in SHAPES:
            run(f, order, program, "float64", shape)


@needs_compiler
def test_the_comparison_notices_one_wrong_statement(tmp_path: Path) -> None:
    right = polynomial(components=5, size=4, statements=30)
    op, *ids = right.statements[-1]
    last = ("sub" if op == "add" else "add", *ids)
    wrong = Kernel("value", right.inputs, right.constants, (*right.statements[:-1], last), right.outputs)
    f = load(emitted(tmp_path, wrong, ("cpp", "torch")), backend="cpp")
    with pytest.raises(AssertionError):
        run(f, "value", right, "float64", (3, 40))


@needs_compiler
def test_tensors_take_it_with_two_derivatives(tmp_path: Path) -> None:
    basis = invgen.find_basis("cartesian-l2-n3-flexible")
    layer = invgen.nn.Invariants(invgen.emit(basis, ("cpp", "torch"), tmp_path / "emitted"), backend="cpp")
    x = torch.randn(3, basis.components, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x)
    assert torch.autograd.gradgradcheck(layer, x)


@needs_compiler
def test_every_warning_of_the_compiler_is_an_error(tmp_path: Path) -> None:
    text = emit_sources("some-id", naive_family(polynomial(5, 4, 40)), ("cpp",))["cpp_kernels.hpp"]
    assert COMPILER is not None
    (tmp_path / "two.cpp").write_text(f"{text}\n{text.replace('some_id', 'other')}")
    flags = ["-Wall", "-Wextra", "-Werror", "-Wno-unused"]
    COMPILER.shared_object([tmp_path / "two.cpp"], tmp_path / "two.so", flags)
    assert (tmp_path / "two.so").is_file()


def test_an_edited_file_is_not_compiled(tmp_path: Path) -> None:
    folder = emitted(tmp_path, polynomial(5, 4, 30), ("cpp", "torch"))
    file = folder / "cpp_kernels.hpp"
    file.write_text(file.read_text().replace(" + ", " - ", 1))
    with pytest.raises(EmittedFileError, match=r"cpp_kernels.hpp has checksum .* not executed; emit again"):
        load(folder, backend="torch")


@needs_compiler
def test_a_damaged_object_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    folder = emitted(tmp_path / "emitted", polynomial(5, 4, 30), ("cpp", "torch"))
    x = np.ones((2, 5, 3))
    wanted = load(folder, backend="cpp")(x)
    (kept,) = (tmp_path / "cache" / "cpp").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    np.testing.assert_array_equal(load(folder, backend="cpp")(x), wanted)
    head, _, image = kept.read_bytes().partition(b"\n")
    assert len(image) > 1000
    assert head.startswith(b"invgen cpp code 1 ")


def test_without_a_compiler_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(CppError, match="CXX=no-such-compiler names none; install g"):
        find_compiler()
    assert "no C++ compiler" in (BACKENDS["cpp"].why_not() or "")
    monkeypatch.setenv("CXX", "")
    monkeypatch.setenv("PATH", "")
    find_compiler.__globals__["_find"].cache_clear()
    with pytest.raises(CppError, match=r"none of g\+\+, clang\+\+, c\+\+ is on the search path"):
        find_compiler()
    find_compiler.__globals__["_find"].cache_clear()


@needs_compiler
def test_code_that_does_not_compile_is_told_in_the_words_of_the_compiler(tmp_path: Path) -> None:
    with pytest.raises(CppError, match=r"(?s)failed: .*error.*; set CXX to another compiler"):
        find_compiler().image("this is no C++;", [])


def test_it_is_emitted_when_it_is_named() -> None:
    assert "cpp" not in USUAL
    assert invgen.load("cartesian-l2-n3-flexible").folder.backends == tuple(sorted(USUAL))
    with pytest.raises(EmittedFileError, match="holds no kernels for backend 'cpp'"):
        invgen.load("cartesian-l2-n3-flexible", backend="cpp")
