"""Randomly displaced methane: the configurations of the learning curves, labelled by GFN2-xTB.

Carbon sits at the origin; each of four hydrogens is uniform in a ball around it. Configurations with any two
atoms too close are drawn again, as are those that GFN2-xTB cannot converge. This is the distribution of the public
"randomly displaced methane" set (ball of 3 Å, no distance under 0.5 Å), not its level of theory.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from invgen.data.files import read_archive, write_archive
from invgen.data.structure import Structure
from invgen.data.xtb import Labeller, labeller

NUMBERS = np.array([6, 1, 1, 1, 1])
RADIUS = 3.0
"""Å: largest distance of a hydrogen from the carbon."""
CLOSEST = 0.5
"""Å: smallest distance of any two atoms."""
CHUNK = 1000
"""Configurations between two saved states of the generation."""


def draw(count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` configurations, (count, 5, 3) Å, carbon first."""
    kept: list[np.ndarray] = []
    have = 0
    while have < count:
        direction = rng.standard_normal((2 * count, 4, 3))
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        hydrogens = RADIUS * direction * np.cbrt(rng.random((2 * count, 4, 1)))
        atoms = np.concatenate([np.zeros((2 * count, 1, 3)), hydrogens], axis=1)
        i, j = np.triu_indices(5, 1)
        good = atoms[np.linalg.norm(atoms[:, i] - atoms[:, j], axis=-1).min(axis=1) >= CLOSEST]
        kept.append(good)
        have += len(good)
    return np.concatenate(kept)[:count]


def generate(
    path: str | Path,
    count: int,
    seed: int = 0,
    processes: int = 1,
    progress: Callable[[str], None] | None = None,
) -> dict[str, np.ndarray]:
    """At least ``count`` labelled configurations, kept in the archive ``path`` and continued from there.

    Chunk ``k`` depends on ``(seed, k)`` alone, so an interrupted generation ends in the same file as an undisturbed
    one, and asking for more later extends it. Returns ``R`` (count, 5, 3) Å, ``E`` (count,) eV, ``F`` (count, 5, 3)
    eV/Å and ``redrawn`` (chunks,), the number of configurations that did not converge and were replaced.

    Raises ``DataError`` when ``path`` is damaged, ``ValueError`` when it was made with another seed.
    """
    path = Path(path)
    chunks = -(-count // CHUNK)
    arrays = _load(path, seed) if path.exists() else _empty()
    missing = range(len(arrays["redrawn"]), chunks)
    with labeller(processes if missing else 1) as label:
        for chunk in missing:
            new = _chunk(seed, chunk, label)
            arrays = {key: np.concatenate([arrays[key], new[key]]) for key in arrays}
            write_archive(path, {"kind": "methane", "seed": seed, "method": "GFN2-xTB"}, arrays)
            if progress is not None:
                redrawn = int(arrays["redrawn"].sum())
                progress(f"{(chunk + 1) * CHUNK} of {chunks * CHUNK} labelled, {redrawn} drawn again")
    return {key: value if key == "redrawn" else value[:count] for key, value in arrays.items()}


def structures(arrays: dict[str, np.ndarray]) -> list[Structure]:
    """The configurations as labelled structures."""
    rows = zip(arrays["R"], arrays["E"], arrays["F"], strict=True)
    return [Structure(NUMBERS, r, energy=e, forces=f, name=f"methane {k}") for k, (r, e, f) in enumerate(rows)]


def _empty() -> dict[str, np.ndarray]:
    return {"R": np.zeros((0, 5, 3)), "E": np.zeros(0), "F": np.zeros((0, 5, 3)), "redrawn": np.zeros(0, np.int64)}


def _load(path: Path, seed: int) -> dict[str, np.ndarray]:
    header, arrays = read_archive(path, "methane")
    if header["seed"] != seed:
        raise ValueError(f"{path} was generated with seed {header['seed']}, not {seed}; take another path")
    return arrays


def _chunk(seed: int, chunk: int, label: Labeller) -> dict[str, np.ndarray]:
    rng = np.random.default_rng([seed, chunk])
    waiting, rows, redrawn = CHUNK, [], 0
    while waiting:
        drawn = draw(waiting, rng)
        labels = label([(NUMBERS, r) for r in drawn])
        good = [(r, *found) for r, found in zip(drawn, labels, strict=True) if found is not None]
        redrawn += waiting - len(good)
        waiting -= len(good)
        rows += good
    r, e, f = (np.array(column) for column in zip(*rows, strict=True))
    return {"R": r, "E": e, "F": f, "redrawn": np.array([redrawn])}
