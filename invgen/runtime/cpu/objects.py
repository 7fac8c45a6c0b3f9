"""Machine code from LLVM text: compiled once, kept on disk by its content, and always run from the bytes that are kept.

A module of LLVM text becomes an object file. Its name in the cache is a digest of the text, the processor with its
features, and the version of LLVM, so that a cache may be shared by machines and versions. Whether an object was found
or was made a moment ago, what is executed are the same bytes. A file begins with a checksum of what follows; one that
does not match is not executed but made again. Where the cache cannot be written, everything works and a warning says
so once.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from invgen.files import write_bytes
from invgen.resources import cache_folder

FORMAT = "invgen object 1"
SUFFIX = ".object"
DIGEST = 32
"""Bytes of the checksum before the object."""

SCHEDULED = range(15, 23)
"""Versions of LLVM whose scheduler an option turns off; one that does not know the option would end the process."""

log = logging.getLogger("invgen.compile")
_lock = threading.RLock()
_engines: dict[str, Any] = {}
_warned = False


def _new_machine() -> Any:
    """LLVM's description of this processor, with all that it can."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, jit=True
    )


_machine = cache(_new_machine)


@cache
def register_bytes() -> int:
    """Size of one SIMD register of this processor."""
    return 64 if llvm.get_host_cpu_features().get("avx512f") else 32


def identity() -> str:
    """All but the text that an object depends on."""
    version = ".".join(map(str, llvm.llvm_version_info))
    features = llvm.get_host_cpu_features().flatten()
    return "\n".join(
        (FORMAT, llvmlite.__version__, version, llvm.get_default_triple(), llvm.get_host_cpu_name(), features)
    )


def load(name: str, text: str, ordered: bool = False) -> Any:
    """The engine that runs a module of LLVM text; ``engine.get_function_address`` finds its functions.

    name
        What is said while it is compiled.
    ordered
        Keep the instructions in the order of the text, which was searched for: LLVM's own scheduler, made for short
        blocks, has more values alive.
    """
    kept = "ordered\n" if ordered else ""
    digest = hashlib.sha256(f"{identity()}\n{kept}{text}".encode()).hexdigest()
    with _lock:
        if digest not in _engines:
            path = cache_folder() / "objects" / f"{digest[:40]}{SUFFIX}"
            code = _read(path)
            if code is None:
                code = _compiled(name, text, ordered)
                _write(path, code)
            _engines[digest] = _engine(code)
        return _engines[digest]


def _compiled(name: str, text: str, ordered: bool) -> bytes:
    log.info("compiling %s", name)
    start = time.perf_counter()
    machine = _machine()
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    with _unscheduled() if ordered else nullcontext():
        code = machine.emit_object(module)
    log.debug("compiled %s in %.2f s", name, time.perf_counter() - start)
    return code


@contextmanager
def _unscheduled() -> Iterator[None]:
    """Without LLVM's scheduler. The option is one of the process, so this is for a moment and under the lock."""
    known = llvm.llvm_version_info[0] in SCHEDULED
    if known:
        llvm.set_option("invgen", "-enable-misched=false")
    try:
        yield
    finally:
        if known:
            llvm.set_option("invgen", "-enable-misched=true")


def _engine(code: bytes) -> Any:
    empty = llvm.parse_assembly("")
    empty.triple = _machine().triple
    engine = llvm.create_mcjit_compiler(empty, _new_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def _read(path: Path) -> bytes | None:
    """The object in a file, or ``None`` for one that is absent or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, code = data[:DIGEST], data[DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _write(path: Path, code: bytes) -> None:
    global _warned
    try:
        write_bytes(path, hashlib.sha256(code).digest() + code)
    except OSError as error:
        if not _warned:
            _warned = True
            log.warning("compiled kernels cannot be kept in %s (%s): every process compiles them again", path, error)
