"""Emitted CUDA text on the CPU: compiled by the host's C++ compiler behind a stand-in for NVIDIA's driver.

A thread of a block is a coroutine that runs until it waits at a barrier or in a shuffle; a block in which threads wait
at different places is an error. Shared memory is a static array. The text runs as it is, index arithmetic and all. The
stand-in has the driver's C interface and is called through ``ctypes``.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from tensor_fixtures import tensors

from invgen.gpu import Compiler
from invgen.gpu.driver import Driver
from invgen.gpu.nvcc import find_nvcc
from invgen.gpu.nvrtc import find_nvrtc
from invgen.gpu.usage import Compiled

HOST = shutil.which("g++")
needs_host_compiler = pytest.mark.skipif(HOST is None, reason="needs g++ to run CUDA text on the CPU")


def available() -> Iterator[Compiler]:
    """The compilers for GPUs that this machine has."""
    for found in (find_nvrtc(), find_nvcc()):
        if found is not None:
            yield found


needs_compiler = pytest.mark.skipif(not list(available()), reason="needs NVRTC or nvcc: pip install nvidia-cuda-nvrtc")

PRELUDE = """
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <ucontext.h>
#include <vector>
struct Index { unsigned x; };
static Index threadIdx, blockIdx;
static unsigned epoch = 0, launch = 0;
extern "C" unsigned first_block = 0;

namespace host {
constexpr size_t STACK = 1 << 18;
static ucontext_t scheduler;
static std::vector<ucontext_t> threads;
static std::vector<const char*> places;
static std::vector<char> stacks;
static std::function<void()> body;

static void wait(const char* place)
{
    places[threadIdx.x] = place;
    swapcontext(&threads[threadIdx.x], &scheduler);
}

static void enter() { body(); places[threadIdx.x] = nullptr; }

static void run_block(unsigned count)
{
    threads.resize(count);
    places.assign(count, "start");
    stacks.resize(count * STACK);
    for (unsigned t = 0; t < count; ++t) {
        getcontext(&threads[t]);
        threads[t].uc_stack.ss_sp = &stacks[t * STACK];
        threads[t].uc_stack.ss_size = STACK;
        threads[t].uc_link = &scheduler;
        makecontext(&threads[t], enter, 0);
    }
    while (places[0]) {
        for (threadIdx.x = 0; threadIdx.x < count; ++threadIdx.x) swapcontext(&scheduler, &threads[threadIdx.x]);
        for (const char* place : places)
            if (place != places[0]) {
                fprintf(stderr, "threads of a block wait at different places\\n");
                abort();
            }
        if (places[0] && *places[0] == 'b') ++epoch;
    }
    ++epoch;
}

static void run(unsigned blocks, unsigned count, std::function<void()> kernel)
{
    ++launch;
    body = kernel;
    for (blockIdx.x = first_block; blockIdx.x < blocks; ++blockIdx.x) run_block(count);
}

template <class Real> Real exchange(Real value, unsigned mask)
{
    static Real given[1024];
    given[threadIdx.x] = value;
    wait("shuffle");
    const Real taken = given[threadIdx.x ^ mask];
    wait("taken");
    return taken;
}
}

static inline void __syncthreads() { host::wait("barrier"); }
#define __shfl_xor_sync(lanes, value, mask) host::exchange(value, mask)
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(n)
#define __align__(n) __attribute__((aligned(n)))
#define __shared__ static
"""

TRACKED = """
#include <unordered_map>
#include <utility>
static int races = 0;
struct Access { std::pair<unsigned, unsigned> writer, reader; unsigned written = -1, read = -1; bool many = false; };
static std::unordered_map<const void*, Access> accesses;

// Registers are on the stacks of the coroutines; all other memory is shared or global.
static bool is_register(const void* p) { return p >= &host::stacks.front() && p <= &host::stacks.back(); }
static bool is_global(const void* p);

// No number that a thread writes may be touched by another before a barrier, or within the launch in global memory.
static void touch(const void* p, bool write)
{
    if (host::stacks.empty() || is_register(p)) return;
    Access& seen = accesses[p];
    const std::pair<unsigned, unsigned> here(blockIdx.x, threadIdx.x);
    const unsigned now = is_global(p) ? launch : epoch;
    if (seen.written == now && seen.writer != here) ++races;
    if (write && seen.read == now && (seen.many || seen.reader != here)) ++races;
    if (write) {
        seen.written = now;
        seen.writer = here;
    } else {
        seen.many = seen.read == now && (seen.many || seen.reader != here);
        seen.read = now;
        seen.reader = here;
    }
}

struct Tracked {
    double value;
    Tracked() = default;
    Tracked(double v) : value(v) {}
    Tracked(const Tracked& other) : value(other.get()) {}
    double get() const { touch(this, false); return value; }
    Tracked& operator=(const Tracked& other) { value = other.get(); touch(this, true); return *this; }
    Tracked& operator+=(const Tracked& other) { value = get() + other.get(); touch(this, true); return *this; }
};
static Tracked operator+(const Tracked& a, const Tracked& b) { return a.get() + b.get(); }
static Tracked operator-(const Tracked& a, const Tracked& b) { return a.get() - b.get(); }
static Tracked operator*(const Tracked& a, const Tracked& b) { return a.get() * b.get(); }

namespace host {
template <> Tracked exchange(Tracked value, unsigned mask) { return exchange<double>(value.get(), mask); }
}

extern char __bss_start[] __attribute__((visibility("hidden"))), _end[] __attribute__((visibility("hidden")));
static bool is_global(const void* p) { return p < (void*)__bss_start || p >= (void*)_end; }
extern "C" int races_found() { return races; }
extern "C" int written_by_one_thread(const double* array, long long count)
{
    long long found = 0;
    for (long long k = 0; k < count; ++k) found += accesses.count(array + k) && accesses[array + k].written != -1u;
    return found == count;
}
"""
"""Behind the prelude, a number ``Tracked`` that counts races: two threads touch one place, and one of them writes."""

KERNEL = re.compile(r'extern "C" __global__ void\s+(?:(?:#[^\n]*|__launch_bounds__\([^\n]*\))\s+)*(\w+)\(([^)]*)\)')

DRIVER = """
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
static int depth = 0, retained = 0;
int launches = 0;
unsigned long long last_stream = 0;
int cuInit(unsigned flags) { return 0; }
int cuDevicePrimaryCtxRetain(void** context, int device) { *context = &depth; retained++; return 0; }
int cuCtxPushCurrent_v2(void* context) { depth++; return context == &depth ? 0 : 201; }
int cuCtxPopCurrent_v2(void** context) { depth--; *context = &depth; return 0; }
int cuGetErrorString(int code, const char** text) { *text = code == 200 ? "invalid image" : "a failure"; return 0; }
int cuModuleLoadData(void** module, const void* image)
{
    if (depth != 1) return 201;
    *module = dlopen((const char*)image, RTLD_NOW);
    return *module ? 0 : 200;
}
int cuModuleGetFunction(void** function, void* module, const char* name)
{
    char longer[200];
    snprintf(longer, sizeof longer, "%s_on_host", name);
    *function = dlsym(module, longer);
    return *function ? 0 : 500;
}
int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void* stream, void** arguments, void** extra)
{
    if (depth != 1 || gy != 1 || gz != 1 || by != 1 || bz != 1 || shared || extra || !gx || !bx) return 1;
    launches++;
    last_stream = (unsigned long long)stream;
    ((void (*)(unsigned, unsigned, void**))function)(gx, bx, arguments);
    return 0;
}
"""


def with_entries(source: str) -> str:
    """Before every kernel, a function that takes its arguments as ``cuLaunchKernel`` does."""

    def entry(found: re.Match[str]) -> str:
        name, parameters = found[1], found[2]
        types = [re.sub(r"__restrict__|\w+$", "", p.strip()) for p in parameters.split(",")]
        arguments = ", ".join(f"*({kind}*)p[{k}]" for k, kind in enumerate(types))
        return (
            f'extern "C" void {name}({parameters});\n'
            f'extern "C" void {name}_on_host(unsigned blocks, unsigned threads, void** p)\n'
            f"{{ host::run(blocks, threads, [=] {{ {name}({arguments}); }}); }}\n{found[0]}"
        )

    return KERNEL.sub(entry, source)


OPTIONS = ("-std=c++17", "-O0", "-fPIC", "-fno-gnu-unique")
_kept = tempfile.TemporaryDirectory()


@cache
def prelude(tracked: bool) -> Path:
    """What every text begins with, as a header that is compiled once in a process: its parsing is half of the work."""
    header = Path(_kept.name) / ("tracked.h" if tracked else "prelude.h")
    header.write_text(PRELUDE + (TRACKED if tracked else ""))
    command = [str(HOST), *OPTIONS, "-x", "c++-header", str(header), "-o", f"{header}.gch"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return header


@cache
def driver_library() -> Path:
    """The stand-in for the driver."""
    source = Path(_kept.name) / "driver.c"
    source.write_text(DRIVER)
    library = source.with_suffix(".so")
    command = ["gcc", "-shared", "-fPIC", str(source), "-o", str(library), "-ldl"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return library


class HostCompiler:
    """Takes the place of NVRTC; an image is the path of a shared library."""

    name = "the host's compiler"
    architectures = (90,)

    def __init__(self, folder: Path, tracked: bool = False) -> None:
        self.folder, self.calls, self.tracked = folder, 0, tracked

    def compile(self, source: str, architecture: str, definitions: tuple[str, ...]) -> Compiled:
        self.calls += 1
        stem = self.folder / f"kernels{self.calls}"
        text = f'#include "{prelude(self.tracked)}"\n{with_entries(source)}'
        if self.tracked:
            definitions = tuple("REAL=Tracked" if d == "REAL=double" else d for d in definitions)
        stem.with_suffix(".cpp").write_text(text)
        options = [*OPTIONS, "-Winvalid-pch", *(f"-D{d}" for d in definitions)]
        command = [str(HOST), *options, "-shared", f"{stem}.cpp", "-o", f"{stem}.so"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return Compiled(f"{stem}.so".encode() + b"\0", {})


Host = tuple[HostCompiler, Driver]
"""What the fixture ``host`` gives."""


def stand_in(folder: Path) -> Driver:
    """The stand-in for the driver, with counters of its own: a copy in ``folder``."""
    return Driver(ctypes.CDLL(shutil.copy(driver_library(), folder / "libdriver.so")))


def run_last_block(library: Path, name: str, blocks: int, threads: int, arguments: list[object]) -> None:
    """The last block alone of a compiled kernel: arrays may be too large to be walked through."""
    loaded = ctypes.CDLL(str(library))
    ctypes.c_uint.in_dll(loaded, "first_block").value = blocks - 1
    values = [ctypes.c_void_p(a.ctypes.data) if isinstance(a, np.ndarray) else a for a in arguments]
    pointers = (ctypes.c_void_p * len(values))(*(ctypes.addressof(v) for v in values))
    getattr(loaded, f"{name}_on_host")(ctypes.c_uint(blocks), ctypes.c_uint(threads), pointers)


def sparse(folder: Path, name: str, shape: tuple[int, ...], dtype: str = "float32") -> np.memmap:
    """Zeros in a file of which only what is touched takes space."""
    return np.memmap(folder / name, dtype, "w+", shape=shape)


def planes(width: int, shape: tuple[int, int], dtype: torch.dtype, seed: int) -> torch.Tensor:
    """Moderate numbers of shape (atoms, width, features)."""
    return tensors((shape[0], width, shape[1]), seed=seed, dtype=dtype, scale=0.7)[0]
