"""Fixtures that several files of tests ask for. What they need is imported when they are used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cuda_fixtures import Host


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
