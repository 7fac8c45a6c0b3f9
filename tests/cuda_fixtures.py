"""Emitted CUDA text on the CPU: compiled by the host's C++ compiler behind a stand-in for NVIDIA's driver.

Where threads share memory, a thread of a block is a thread of the host, ``__syncthreads`` a barrier and shared memory a
static array; elsewhere they run one after the other. The text runs as it is, index arithmetic and all. The stand-in
has the driver's C interface and is called through ``ctypes``.
"""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import torch

from invgen.gpu.compiler import Compiled
from invgen.runtime import cuda
from invgen.runtime.cuda_driver import Driver

HOST = shutil.which("g++")
needs_host_compiler = pytest.mark.skipif(HOST is None, reason="needs g++ to run CUDA text on the CPU")

PRELUDE = """
#include <pthread.h>
#include <thread>
#include <vector>
struct Index { unsigned x; };
static thread_local Index threadIdx, blockIdx;
static pthread_barrier_t gate;
static inline void __syncthreads() { pthread_barrier_wait(&gate); }
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(n)
#define __shared__ static
"""

RUN = """
template <class Kernel> static void run(unsigned blocks, unsigned threads, Kernel kernel)
{
#ifdef COMPONENTS_LAST
    pthread_barrier_init(&gate, nullptr, threads);
    std::vector<std::thread> team;
    for (unsigned t = 0; t < threads; ++t)
        team.emplace_back([&, t] {
            threadIdx.x = t;
            for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x) {
                kernel();
                __syncthreads();
            }
        });
    for (auto& member : team) member.join();
    pthread_barrier_destroy(&gate);
#else
    for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x)
        for (threadIdx.x = 0; threadIdx.x < threads; ++threadIdx.x) kernel();
#endif
}
"""

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


def entries(source: str) -> str:
    """For every part a function that takes its arguments as ``cuLaunchKernel`` does."""
    line = next(line for line in source.splitlines() if line.startswith(cuda.LAUNCH))
    only = {"value": 0, "vjp": 1, "second_order": 2}
    text = RUN
    for name, launch in json.loads(line.removeprefix(cuda.LAUNCH)).items():
        reads = [f"*(const real**)p[{k}]" for k in range(len(launch["inputs"]))]
        writes = [f"*(real**)p[{len(reads) + k}]" for k in range(len(launch["outputs"]))]
        last = len(reads) + len(writes)
        call = ", ".join([*reads, *writes, f"*(long long*)p[{last}]", f"*(unsigned*)p[{last + 1}]"])
        text += f"#if !defined(ONLY) || ONLY == {only[name]}\n"
        for part in launch["parts"]:
            text += f'extern "C" void {part}_on_host(unsigned blocks, unsigned threads, void** p)\n'
            text += f"{{ run(blocks, threads, [=] {{ {part}({call}); }}); }}\n"
        text += "#endif\n"
    return text


class HostCompiler:
    """Takes the place of NVRTC; an image is the path of a shared library."""

    name = "the host's compiler"
    architectures = (90,)

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, 0

    def compile(self, source: str, architecture: str, definitions: tuple[str, ...]) -> Compiled:
        self.calls += 1
        stem = self.folder / f"kernels{self.calls}"
        stem.with_suffix(".cpp").write_text(PRELUDE + source + entries(source))
        options = ["-std=c++17", "-O0", "-shared", "-fPIC", "-pthread", *(f"-D{d}" for d in definitions)]
        command = [str(HOST), *options, f"{stem}.cpp", "-o", f"{stem}.so"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return Compiled(f"{stem}.so".encode() + b"\0", {})


def stand_in(folder: Path) -> Driver:
    """The stand-in for the driver, compiled into ``folder``."""
    (folder / "driver.c").write_text(DRIVER)
    library = folder / "libdriver.so"
    command = ["gcc", "-shared", "-fPIC", str(folder / "driver.c"), "-o", str(library), "-ldl"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return Driver(ctypes.CDLL(str(library)))


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[HostCompiler, Driver]:
    """``CudaKernels`` on CPU tensors, with a cache of its own."""
    compiler, driver = HostCompiler(tmp_path), stand_in(tmp_path)
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cuda, "find_compiler", lambda: compiler)
    monkeypatch.setattr(cuda, "driver", lambda: driver)
    monkeypatch.setattr(cuda, "capability", lambda device: 90)
    monkeypatch.setattr(cuda, "current_stream", lambda device: 77)
    monkeypatch.setattr(cuda, "capturing", lambda: False)
    return compiler, driver


def planes(width: int, shape: tuple[int, int], dtype: torch.dtype, seed: int) -> torch.Tensor:
    """Moderate numbers of shape (atoms, width, features)."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(shape[0], width, shape[1], generator=generator, dtype=torch.float64) * 0.7).to(dtype)
