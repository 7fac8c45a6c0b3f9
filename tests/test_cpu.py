"""Compiled routines: the language, bits that depend on nothing but the arguments, and caches of every condition."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from processes import python

import invgen
from invgen.runs import compilation
from invgen.runs.compilation import compilation_told
from invgen.runtime import load
from invgen.runtime.cpu import normalise, objects, pairs, routine, tables, threads
from invgen.runtime.cpu.matrices import matrix_product, projection
from invgen.runtime.cpu.routine import Routine

ID = "cartesian-l2-n4-flexible"
DTYPES = ["float32", "float64"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a process that has compiled nothing."""
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(objects, "_engines", {})
    monkeypatch.setattr(objects, "_warned", False)
    return tmp_path / "cache" / "objects"


def written_routines() -> list[Routine]:
    """Every routine of the package, and the forms of a shipped basis."""
    found = [v for room in (normalise, pairs, tables) for v in vars(room).values() if isinstance(v, Routine)]
    shipped = load(ID, backend="numba").form("numba").program
    return found + [
        shipped._new_routine(k, form) for k in shipped.KERNELS for form in ("in_place", "streamed", "staged", "tiles")
    ]


def cubes() -> Routine:
    """A routine that is compiled for nobody else."""

    @routine.routine(numbers="x y")
    def cube(code, first, last, scratch, x, y):
        with code.loop(first, last) as k:
            y[k] = x[k] * x[k] * x[k]

    return cube


def cubed(x: np.ndarray) -> np.ndarray:
    y = np.empty_like(x)
    cubes()(x.dtype.name, len(x), x, y)
    return y


X = np.linspace(-2.0, 3.0, 100)


# ---- the language -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("length", [0, 1, 7, 16, 61, 200])
def test_sums_and_elementwise_loops_cover_every_position_once(dtype: str, length: int) -> None:
    @routine.routine(numbers="x y total")
    def squares(code, first, last, scratch, x, y, total, count):
        sums = code.sums(count, lambda k, lanes: [x.load(k, lanes), x.load(k, lanes) * x.load(k, lanes)], 2)
        total[0], total[1] = sums
        code.each(count, lambda k, lanes: y.store(k, -(x.load(k, lanes) - 2.0) / 4.0))

    x = np.arange(1, length + 2).astype(dtype)
    y, total = np.zeros(length + 1, dtype), np.zeros(2, dtype)
    squares(dtype, 1, x, y, total, length)
    np.testing.assert_array_equal(total, [x[:length].sum(), (x[:length] ** 2).sum()])
    np.testing.assert_array_equal(y, [*(2.0 - x[:length]) / 4.0, 0.0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", [(1, 1, 1), (5, 3, 17), (4, 9, 64), (9, 2, 130)])
@pytest.mark.parametrize("add", [False, True])
def test_products_of_matrices(dtype: str, sizes: tuple[int, int, int], add: bool) -> None:
    @routine.routine(numbers="out vector left right")
    def multiply(code, first, last, scratch, out, vector, left, right, rows, depth, width):
        matrix_product(code, out, width, left, depth, 1, right, width, rows, depth, width, add=add)
        projection(code, vector, out, width, right, rows, width, add=add)

    rows, depth, width = sizes
    rng = np.random.default_rng(0)
    out, vector, left, right = (
        rng.normal(size=s).astype(dtype) for s in ((rows, width), rows, (rows, depth), (depth, width))
    )
    wanted = left @ right + add * out
    projected = wanted @ right[0] + add * vector
    multiply(dtype, 1, out, vector, left, right, rows, depth, width)
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(out, wanted, atol=tolerance * depth)
    np.testing.assert_allclose(vector, projected, atol=tolerance * width * depth)


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("features", [1, 5, 48])
def test_registers_of_either_width_agree_with_the_reference(
    width: int, features: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "register_bytes", lambda: width)
    basis, f = invgen.find_basis(ID), load(ID, backend="numba")
    x = np.random.default_rng(0).normal(size=(7, basis.components, features))
    wanted = np.moveaxis(basis.evaluate(np.moveaxis(x, 1, -1)), -1, 1)
    np.testing.assert_allclose(f(x), wanted, rtol=1e-12, atol=1e-12)


def test_a_routine_refuses_what_it_would_misread() -> None:
    with pytest.raises(ValueError, match="test_cpu: cube takes contiguous float64, got float32"):
        cubes()("float64", 3, np.ones(3, np.float32), np.ones(3))
    with pytest.raises(ValueError, match="not contiguous"):
        cubes()("float64", 3, np.ones(6)[::2], np.ones(3))


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("openmp", [False, True])
def test_threads_change_no_bit(count: int, openmp: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch  # noqa: F401  (brings an OpenMP runtime on Linux)

    if openmp and threads._openmp() is None:
        pytest.skip("no OpenMP runtime that offers GOMP_parallel is loaded on this platform")
    f = load(ID, backend="numba")
    x = np.random.default_rng(0).normal(size=(40, f.components, 20))
    monkeypatch.setattr(threads, "thread_count", lambda: 1)
    wanted = f(x)
    monkeypatch.setattr(threads, "thread_count", lambda: count)
    if not openmp:
        monkeypatch.setattr(threads, "_openmp", lambda: None)
    for _ in range(20):
        np.testing.assert_array_equal(f(x), wanted)


def test_threads_of_python_that_call_at_once_have_scratch_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    f = load(ID, backend="numba")
    rng = np.random.default_rng(0)
    xs = [rng.normal(size=(300, f.components, features)) for features in (1, 3, 5, 7) for _ in range(8)]
    monkeypatch.setattr(threads, "thread_count", lambda: 1)
    wanted = [f(x) for x in xs]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for found, one in zip(pool.map(f, xs), wanted, strict=True):
                np.testing.assert_array_equal(found, one)


def test_small_scratch_is_kept_and_large_is_given_back() -> None:
    scratch = routine._Scratch()
    first, start = scratch.lent(1000)
    assert start % routine.CACHE_LINE == 0
    assert scratch.lent(10)[0] is first
    larger, _ = scratch.lent(2000)
    assert larger is not first
    assert len(larger) >= 2000
    huge, _ = scratch.lent(routine.SCRATCH_KEPT + 1)
    assert len(huge) > routine.SCRATCH_KEPT
    assert scratch.lent(2000)[0] is larger


def test_torch_says_how_many_threads_work() -> None:
    code = """
    import os
    os.environ["OMP_NUM_THREADS"] = "3"
    from invgen.runtime.cpu import threads
    before = threads.thread_count()
    import torch
    torch.set_num_threads(2)
    print(before, threads.thread_count(), torch.get_num_threads())
    """
    assert python(textwrap.dedent(code)).split() == ["3", "2", "2"]


def test_spilled_registers_lie_within_cache_lines() -> None:
    """A stack aligned to 16 bytes, as callers leave it, would cut them where chance wills."""
    for routine_ in written_routines():
        (head,) = (line for line in routine_.text("float32").splitlines() if line.startswith("define"))
        assert head.endswith(f"alignstack({objects.register_bytes()})"), routine_.name


def test_ordered_routines_are_not_scheduled_and_others_are_as_before() -> None:
    text = load(ID, backend="numba").form("numba").program._new_routine("second_order", "in_place").text("float32")
    before = objects._compiled("before", text, False)
    assert objects._compiled("ordered", text, True) != before
    assert objects._compiled("after", text, False) == before


# ---- equal bits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("position", range(24))
def test_every_routine_compiles_to_the_same_bytes(dtype: str, position: int) -> None:
    found = written_routines()
    assert len(found) == 24
    text = found[position].text(dtype)
    assert text == written_routines()[position].text(dtype)
    assert objects._compiled("once", text, False) == objects._compiled("twice", text, False)


def test_what_runs_is_what_is_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh object and one from the cache are the same bytes, and an engine is given nothing else."""
    given: list[bytes] = []
    engine = objects._engine
    monkeypatch.setattr(objects, "_engine", lambda code: given.append(code) or engine(code))
    first = cubed(X)
    monkeypatch.setattr(objects, "_engines", {})
    monkeypatch.setattr(objects, "_compiled", None)
    np.testing.assert_array_equal(cubed(X), first)
    (file,) = cache.iterdir()
    assert given[0] == given[1] == file.read_bytes()[objects.DIGEST :]
    np.testing.assert_array_equal(first, X * X * X)


# ---- caches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b"", lambda b: b[:40] + bytes([b[40] ^ 1]) + b[41:]])
def test_a_damaged_object_is_not_executed_but_made_again(cache: Path, damage, monkeypatch: pytest.MonkeyPatch) -> None:
    cubed(X)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    monkeypatch.setattr(objects, "_engines", {})
    np.testing.assert_array_equal(cubed(X), X * X * X)
    assert file.read_bytes() == whole


def test_an_object_of_another_processor_or_version_is_not_taken(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = objects.identity()
    monkeypatch.setattr(objects, "identity", lambda: identity.replace(objects.FORMAT, "of another processor"))
    cubed(X)
    (file,) = cache.iterdir()
    file.write_bytes(b"nothing that could run")
    monkeypatch.setattr(objects, "identity", lambda: identity)
    np.testing.assert_array_equal(cubed(X), X * X * X)
    assert len(list(cache.iterdir())) == 2
    assert file.read_bytes() == b"nothing that could run"


def test_a_cache_that_cannot_be_written_is_done_without_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING, "invgen.compile"):
        for x in (X, X.astype("float32")):
            np.testing.assert_allclose(cubed(x), x * x * x, rtol=1e-6)
    assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert "every process compiles them again" in caplog.text
    assert str(tmp_path / "file") in caplog.text


def test_a_full_disk_leaves_nothing_half_written(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    np.testing.assert_array_equal(cubed(X), X * X * X)
    assert list(cache.iterdir()) == []
    assert "No space left" in caplog.text


def test_two_processes_may_compile_the_same_at_once(cache: Path) -> None:
    code = f"""
    import numpy as np, invgen
    f = invgen.load({ID!r}, backend="numba")
    x = np.linspace(-1, 1, 5 * f.components * 48).reshape(5, f.components, 48)
    print(f(x).tobytes().hex())
    """
    at_once = [start(code) for _ in range(3)]
    found = {process.communicate()[0] for process in at_once} | {python(textwrap.dedent(code))}
    assert [process.returncode for process in at_once] == [0, 0, 0]
    assert len(found) == 1
    assert [p.suffix for p in cache.iterdir()] == [objects.SUFFIX]


def start(code: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)


# ---- told while it is done --------------------------------------------------------------------------------------


def test_what_is_compiled_is_told_while_it_is(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(compilation, "PAUSE", 0.0)
    with compilation_told(said.append):
        cubed(X)
        cubed(X.astype("float32"))
        cubed(X)
    cubed(np.ones(3))
    assert said == ["compiling test_cpu: cube (float64)", "compiling test_cpu: cube (float32)"]
    assert logging.getLogger(compilation.LOGGER).handlers == []


def test_lines_have_a_second_between_them(cache: Path) -> None:
    said: list[str] = []
    with compilation_told(said.append):
        for k in range(5):
            logging.getLogger(compilation.LOGGER).info("compiling %d", k)
    assert said == ["compiling 0"]
