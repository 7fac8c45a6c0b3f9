"""How many workers run the tests, and fixtures that several files ask for; what they need is imported when used."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cuda_fixtures import Host

WORKER_MEMORY = 3 * 2**30
"""Bytes that one process may take of the tests, those that it starts included."""

if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):  # threads of several workers would wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(workers))))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """``pytest -n auto``: a worker for each processor, as far as there is memory; with one, this process alone."""
    from invgen.workers.memory import free_memory
    from invgen.workers.ordered import cores

    free = free_memory()
    count = cores() if free is None else min(cores(), free // WORKER_MEMORY)
    return count if count > 1 else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first: at the end they would leave the other workers without work."""
    items.sort(key=lambda item: "slow" not in item.keywords)


@pytest.fixture(autouse=True)
def unpainted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of trainings and fits are made, but painted for tests with the marker ``painted`` alone.

    A training of a test would spend most of its time on the pixels.
    """
    for name in ("invgen.potentials.training.report", "invgen.ace.fitting.report"):
        if name in sys.modules and "painted" not in request.keywords:
            monkeypatch.setattr(sys.modules[name], "_png", lambda figure: b"\x89PNG")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """``CudaKernels`` on CPU tensors, with a cache of its own."""
    from cuda_fixtures import HostCompiler, stand_in

    from invgen.runtime import cuda

    compiler, driver = HostCompiler(tmp_path), stand_in(tmp_path)
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cuda, "find_compiler", lambda: compiler)
    monkeypatch.setattr(cuda, "driver", lambda: driver)
    monkeypatch.setattr(cuda, "capability", lambda device: 90)
    monkeypatch.setattr(cuda, "current_stream", lambda device: 77)
    monkeypatch.setattr(cuda, "capturing", lambda: False)
    return compiler, driver
