"""C++ kernels beside those of Numba, on one thread: nanoseconds for an atom and a feature, compile time, object size.

The emitted header is run in packs, as the backend ``cpp`` does it, and as a plain loop over features that the compiler
may vectorise. Processor time, the least of some repetitions, in which the three take turns; all write into arrays that
are there already.

    pip install '.[test]'
    python benchmarks/cpp_kernels.py [--quick]      -> results/cpp_kernels.json
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", NUMBA_NUM_THREADS="1")

import argparse
import ctypes
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import record

import invgen
from invgen.compiler.emitters import emit_sources
from invgen.cpp import find_compiler
from invgen.cpp.compiler import NATIVE
from invgen.runtime.cpp import REALS

IDS = ("cartesian-l3-n4-flexible", "cartesian-l4-n4-flexible")
ATOMS, FEATURES = 64, 128
LOOP = """
extern "C" void loop(
    const INVGEN_REAL* const* in, INVGEN_REAL* const* out, std::size_t atoms, std::size_t n) {{
  for (std::size_t i = 0; i < atoms; ++i)
    for (std::size_t f = 0; f < n; ++f) {space}::INVGEN_KERNEL<INVGEN_REAL>({arguments}, n);
}}
"""


def least_ns(ways: dict[str, Callable[[], Any]], repetitions: int) -> dict[str, float]:
    """Nanoseconds of an atom and a feature; the ways take turns, each called once before it is timed."""
    found: dict[str, list[float]] = {f"{way}_ns": [] for way in ways}
    for _ in range(repetitions):
        for work, seconds in zip(ways.values(), found.values(), strict=True):
            work()
            seconds.append(record.processor_seconds(work))
    return {way: 1e9 / ATOMS / FEATURES * min(seconds) for way, seconds in found.items()}


def rows(id: str, repetitions: int) -> Iterator[dict[str, Any]]:
    kernels = invgen.kernels_of(invgen.find_basis(id))
    text, space = emit_sources(id, kernels, ("cpp",))["cpp_kernels.hpp"], "invgen_" + id.replace("-", "_")
    numba = invgen.load(id, backend="numba").form("numba")
    for name in ("value", "vjp"):
        sizes = [[size for _, size in kernels[name].inputs], [len(ids) for _, ids in kernels[name].outputs]]
        arguments = ", ".join(
            f"{array}[{k}] + {size} * i * n + f"
            for array, own in zip(("in", "out"), sizes, strict=True)
            for k, size in enumerate(own)
        )
        loop = text + LOOP.format(space=space, arguments=arguments)
        for real, dtype in ((REALS[8], np.float64), (REALS[4], np.float32)):
            rng = np.random.default_rng(0)
            inputs = [rng.normal(size=(ATOMS, size, FEATURES)).astype(dtype) for size in sizes[0]]
            outputs = [np.empty((ATOMS, size, FEATURES), dtype) for size in sizes[1]]
            wanted = numba.run(name, tuple(inputs))
            operations = kernels[name].operations["total"]
            row: dict[str, Any] = {"basis": id, "kernel": name, "real": real, "operations": operations}
            call = name, np.dtype(dtype).name, inputs, outputs, ATOMS, FEATURES
            ways: dict[str, Callable[[], Any]] = {"numba": partial(numba.program.run, *call)}
            flags = [NATIVE, f"-DINVGEN_KERNEL={name}", f"-DINVGEN_REAL={real}"]
            for way, function, source in (("packs", "invgen_run", text), ("loop", "loop", loop)):
                before = os.times().children_user
                image = find_compiler().image(source, flags)
                row[f"{way}_compile_s"] = os.times().children_user - before
                row[f"{way}_bytes"] = len(image)
                run = opened(image)[function]
                planes = pointers(inputs), pointers(outputs), ctypes.c_size_t(ATOMS), ctypes.c_size_t(FEATURES)
                ways[way] = partial(run, *planes)
                ways[way]()
                difference = max(
                    float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(outputs, wanted, strict=True)
                )
                assert difference < (1e-14 if real == "double" else 1e-5), difference
            yield row | least_ns(ways, repetitions)


def pointers(arrays: list[np.ndarray]) -> Any:
    return (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))


def opened(image: bytes) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernels.so"
        path.write_bytes(image)
        return ctypes.CDLL(str(path))


def main() -> None:
    """Measures, writes and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the smaller basis, nothing written")
    given = parser.parse_args()
    found = []
    for id in IDS[:1] if given.quick else IDS:
        for row in rows(id, 3 if given.quick else 30):
            print(row, flush=True)
            found.append(row)
    if not given.quick:
        data = {"atoms": ATOMS, "features": FEATURES, "compiler": find_compiler().name, "rows": found}
        print(record.write("cpp_kernels", data))


if __name__ == "__main__":
    main()
