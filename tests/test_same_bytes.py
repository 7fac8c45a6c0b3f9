"""The same command gives the same bytes: fresh processes with empty and with full caches, idle and under load."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

TRAINING = """
import numpy as np
from pathlib import Path
from invgen.data.structures import Structure, write_npz
from invgen.potentials.training.config import parse_config
from invgen.potentials.training.run import train

rng = np.random.default_rng(0)
corners = np.array([[0, 0, 0], [0.63, 0.63, 0.63], [-0.63, -0.63, 0.63], [-0.63, 0.63, -0.63], [0.63, -0.63, -0.63]])
frames = []
for _ in range(40):
    moved = corners + rng.normal(scale=0.1, size=(5, 3))
    centred = moved - corners
    frames.append(Structure([6, 1, 1, 1, 1], moved, energy=float((centred**2).sum()), forces=-2 * centred))
write_npz("frames.npz", frames)
config = {
    "data": {"train": "frames.npz", "validation_size": 8},
    "model": {"kind": "hip-hop-nn", "basis": "cartesian-l3-n4-flexible", "features": FEATURES, "sensitivities": 8,
              "soft_max": 3.0, "cutoff": 4.0},
    "training": {"epochs": 2, "batch_size": 8, "optimizer": "muon"},
    "output": {"folder": "run"},
}
assert train(parse_config(config)).finished
"""

FIT = """
import numpy as np
import invgen
from invgen.data.structures import Structure

rng = np.random.default_rng(0)
frames = []
for k in range(12):
    positions = 2.6 * np.argwhere(np.ones((2, 2, 2))) + rng.normal(scale=0.15, size=(8, 3))
    frames.append(Structure([29] * 8, positions, 5.2 * np.eye(3), True, energy=float(rng.normal()),
                            forces=rng.normal(size=(8, 3))))
result = invgen.ace.fit(frames, basis={"total_degree": 5}, radial={"cutoff": 4.0, "r0": 2.5})
result.potential.save("potential.npz")
"""


def made(code: str, where: Path, caches: Path, files: tuple[str, ...]) -> dict[str, str]:
    """Digests of what a fresh process writes."""
    where.mkdir()
    names = ("INVGEN_CACHE", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
    environment = {**os.environ, **{name: str(caches / name) for name in names}}
    environment.pop("OMP_NUM_THREADS", None)  # as many threads as there are processors
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=where, env=environment, check=True)
    return {name: hashlib.sha256((where / name).read_bytes()).hexdigest() for name in files}


def under_load(*arguments) -> dict[str, str]:
    """As ``made``, while every processor has something else to do."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        return made(*arguments)
    finally:
        for process in busy:
            process.kill()
            process.wait()


@pytest.mark.parametrize("features", [32, 12])
def test_a_training_gives_the_same_weights_whatever_is_cached_and_however_busy_the_machine(
    features: int, tmp_path: Path
) -> None:
    code, files = TRAINING.replace("FEATURES", str(features)), ("run/model.safetensors",)
    empty = made(code, tmp_path / "empty", tmp_path / "caches", files)
    full = under_load(code, tmp_path / "full", tmp_path / "caches", files)
    assert empty == full
    assert list((tmp_path / "caches" / "INVGEN_CACHE" / "objects").iterdir())


def test_a_fit_gives_the_same_potential_whatever_is_cached(tmp_path: Path) -> None:
    empty = made(FIT, tmp_path / "empty", tmp_path / "caches", ("potential.npz",))
    full = made(FIT, tmp_path / "full", tmp_path / "caches", ("potential.npz",))
    assert empty == full
    assert list((tmp_path / "caches" / "NUMBA_CACHE_DIR").iterdir())
