"""``look``: what a set of structures holds, what it needs, and what in it looks wrong, before anything is trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from invgen.data.differences import Slope, force_slope
from invgen.data.errors import DataError
from invgen.data.labels import LABELS, LabelFormat
from invgen.data.memory import (
    BATCH_BYTES,
    JOINING,
    available_memory,
    batch_bytes,
    check_memory,
    expected_pairs,
    in_bytes,
    set_bytes,
)
from invgen.data.references import symbols
from invgen.data.statistics import (
    Outlier,
    References,
    Spread,
    Surroundings,
    formulas,
    outliers,
    references,
    surroundings,
    value_tables,
)
from invgen.data.strains import stress_slope
from invgen.data.structure import Structure
from invgen.data.suspicions import distances, repeated, suspicions

SHOWN = 6
"""Compositions, elements and groups of a line."""


@dataclass(frozen=True)
class Memory:
    """Bytes: of an average batch and of its largest possible, of the whole data set, and what is available."""

    batch_size: int
    batch: int
    largest_batch: int
    whole: int
    available: int | None


@dataclass(frozen=True)
class Look:
    """What was seen; energies in eV, lengths in Å.

    name, frames, warnings
        What the data are called, how many frames there are, and what looks wrong, with the reason.
    atoms, neighbours
        Spread of atoms per frame, and of neighbours of an atom within ``cutoff`` (Å), in ``sampled`` frames at even
        steps.
    elements, compositions, periodicity, groups, labels
        How many atoms, or frames, there are of each.
    values
        Spread of energies per atom (eV), components of forces (eV/Å) and of stresses (eV/Å^3).
    references, references_determined
        Energies of atoms (eV) by least squares, by element, and whether the compositions determine them.
    outliers
        Frames far from the others.
    nearest
        Spread of the distance (Å) of the nearest neighbour, in the sampled frames.
    memory
        Bytes of batches and of the whole data set.
    """

    name: str
    frames: int
    atoms: Spread
    elements: dict[str, int]
    compositions: dict[str, int]
    periodicity: dict[str, int]
    groups: dict[str, int]
    labels: dict[str, int]
    values: dict[str, Spread]
    references: dict[str, float]
    references_determined: bool
    outliers: tuple[Outlier, ...]
    cutoff: float
    sampled: int
    neighbours: Spread
    nearest: Spread | None
    memory: Memory
    slopes: dict[str, Slope]
    """Of forces and stresses against energies, if that was asked for."""
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything as plain values; what is not finite becomes ``None``."""
        return _plain(asdict(self))

    def text(self) -> str:
        """The whole report as lines of plain text."""
        return "\n".join([*self._contents(), "", *self._values(), "", *self._needs(), *self._doubts()]) + "\n"

    def short(self) -> list[str]:
        """A line about the contents, one about the labels, and one for every warning."""
        labels = ", ".join(f"{name} {count}" for name, count in self.labels.items())
        first = f"{self.name}: {self.frames} frames, {_range(self.atoms)} atoms, {_counts(self.elements)}"
        return [first, f"labels: {labels}", *(f"warning: {text}" for text in self.warnings)]

    def _contents(self) -> list[str]:
        rows = [
            f"{self.name}: {self.frames} frames of {_range(self.atoms)} atoms (mean {self.atoms.mean:.4g})",
            f"atoms of each element: {_counts(self.elements)}",
            f"{len(self.compositions)} compositions: {_counts(self.compositions)}",
            f"frames by periodicity: {_counts(self.periodicity)}",
        ]
        return rows + ([f"frames by group: {_counts(self.groups)}"] if self.groups else [])

    def _values(self) -> list[str]:
        counts = ", ".join(f"{name} in {count}" for name, count in self.labels.items())
        rows = [f"labels of {self.frames} frames: {counts}"]
        if self.values:
            rows.append(f"{'':32}{'min':>12}{'max':>12}{'mean':>12}{'std':>12}")
        for name, s in self.values.items():
            rows.append(f"{name:32}{s.minimum:12.5g}{s.maximum:12.5g}{s.mean:12.5g}{s.std:12.5g}")
        if self.references:
            given = ", ".join(f"{element} {energy:.5g}" for element, energy in self.references.items())
            note = (
                "" if self.references_determined else "; the compositions leave a choice, this is the shortest vector"
            )
            rows.append(f"E0 by least squares (eV): {given}{note}")
        rows += [f"far from the others: {o.frame}, {o.what} {o.value:.5g}, robust z {o.z:.1f}" for o in self.outliers]
        return rows

    def _needs(self) -> list[str]:
        m, near = self.memory, self.neighbours
        rows = [] if self.sampled == self.frames else [f"neighbours of {self.sampled} frames, at even steps:"]
        if self.nearest is not None:
            rows.append(f"nearest neighbours: {self.nearest.minimum:.3f} Å, median {self.nearest.median:.3f} Å")
        each = ", ".join(f"{count} B per {what}" for what, count in BATCH_BYTES.items())
        free = "" if m.available is None else f"; {in_bytes(m.available)} are available"
        return [
            *rows,
            f"neighbours within {self.cutoff:g} Å: {near.mean:.1f} on average, at most {near.maximum:.0f}",
            f"memory of a batch of {m.batch_size} frames: {in_bytes(m.batch)}, at most {in_bytes(m.largest_batch)} "
            f"({each}; the network adds its own)",
            f"memory of the whole set with its neighbours: {in_bytes(m.whole)}, {JOINING} times that while it is "
            f"made{free}",
        ]

    def _doubts(self) -> list[str]:
        rows = [""] if self.slopes else []
        for what, s in self.slopes.items():
            told = f"slope {s.slope:.3f}, misfit {s.misfit:.2f}, " if np.isfinite(s.slope) else ""
            near = f"{s.pairs} pairs of frames, {s.distance:.2g} Å apart" if s.pairs else "no pair of frames"
            rows.append(f"{what} against energy differences: {told}{near}: {s.verdict}")
        return rows + (["", *(f"warning: {text}" for text in self.warnings)] if self.warnings else [])


def look(
    structures: Sequence[Structure],
    cutoff: float = 6.0,
    batch_size: int = 32,
    forces: bool = False,
    labels: LabelFormat | None = None,
    name: str = "data",
    sample: int = 500,
    progress: Callable[[str, int, int], None] | None = None,
    repeats: bool = True,
) -> Look:
    """Look at structures.

    cutoff
        Å, of the neighbours that are counted.
    batch_size
        Frames of the batch whose memory is told.
    forces
        Also compare forces with energy differences of the nearest frames, and stresses if forces are not wrong.
    labels
        How the structures were read; warnings about units name what was declared.
    sample
        At most so many frames, at even steps, are searched for neighbours.
    repeats
        Warn of frames that repeat others.

    Raises ``DataError`` for no structure, and, naming the size, for a cutoff whose pairs of one frame or of one batch
    would not fit in memory; as ``neighbour_pairs`` for coincident atoms.
    """
    if not structures:
        raise DataError(f"{name}: there is no structure to look at")
    step = progress or (lambda stage, done, total: None)
    chosen = structures[:: -(-len(structures) // sample)]
    expected = np.array([expected_pairs(s, cutoff) for s in structures])
    _check(structures, expected, cutoff, batch_size)
    step("neighbours", 0, len(chosen))
    near = surroundings(chosen, cutoff)
    step("labels", 0, 1)
    energetic = [s for s in structures if s.energy is not None]
    found = references(energetic) if energetic else None
    far = outliers(structures, found)
    warnings = distances(chosen, near, labels or LabelFormat(), cutoff)
    warnings += suspicions(structures, labels or LabelFormat(), near.relative, found, far)
    warnings += repeated(structures) if repeats else []
    if forces:
        step("forces against energies", 0, 1)
    slopes = {"forces": force_slope(structures)} if forces else {}
    if forces and slopes["forces"].fits is not False and any(s.stress is not None for s in structures):
        slopes["stresses"] = stress_slope(structures)
    warnings += filter(None, (slope.doubt(what) for what, slope in slopes.items()))
    return Look(
        name=name,
        frames=len(structures),
        atoms=Spread.of(np.array([s.atoms for s in structures])),
        elements=_elements(structures),
        compositions=dict(formulas(structures).most_common()),
        periodicity=dict(Counter(_PERIODIC[int(s.periodic.sum())] for s in structures).most_common()),
        groups=dict(Counter(s.group for s in structures if s.group is not None).most_common()),
        labels={label: sum(getattr(s, label) is not None for s in structures) for label in LABELS},
        values={what: Spread.of(values) for what, values in value_tables(structures, found).items()},
        references=_symbols(found),
        references_determined=found is not None and found.determined,
        outliers=tuple(far),
        cutoff=cutoff,
        sampled=len(chosen),
        neighbours=Spread.of(near.neighbours),
        nearest=Spread.of(near.nearest) if len(near.nearest) else None,
        memory=_memory(structures, near, len(chosen), batch_size),
        slopes=slopes,
        warnings=tuple(warnings),
    )


_PERIODIC = ("molecule", "periodic in 1 direction", "periodic in 2 directions", "periodic in 3 directions")


def _check(structures: Sequence[Structure], expected: np.ndarray, cutoff: float, batch_size: int) -> None:
    """Raises ``DataError`` before neighbours are looked for if the densest frame or batch will not fit."""
    worst = int(expected.argmax())
    one = f"neighbours within {cutoff:g} Å of {structures[worst].name}, about {expected[worst]:.3g} pairs"
    check_memory(JOINING * set_bytes(1, structures[worst].atoms, float(expected[worst])), one)
    largest = np.sort(expected)[-batch_size:]
    atoms = max(s.atoms for s in structures) * len(largest)
    batch = f"a batch of {len(largest)} frames within {cutoff:g} Å, about {largest.sum():.3g} pairs"
    check_memory(batch_bytes(len(largest), atoms, float(largest.sum())), batch)


def _memory(structures: Sequence[Structure], near: Surroundings, sampled: int, batch_size: int) -> Memory:
    """Of batches and of the whole set, from the pairs of the sampled frames."""
    frames, size = len(structures), min(batch_size, len(structures))
    atoms = sum(s.atoms for s in structures)
    pairs = float(near.pairs.mean())
    largest = max(s.atoms for s in structures)
    return Memory(
        batch_size,
        batch_bytes(size, size * atoms / frames, size * pairs),
        batch_bytes(size, size * largest, size * float(near.pairs.max())),
        set_bytes(frames, atoms, frames * pairs),
        available_memory(),
    )


def _elements(structures: Sequence[Structure]) -> dict[str, int]:
    counts = np.bincount(np.concatenate([s.numbers for s in structures]))
    present = np.flatnonzero(counts).tolist()
    return dict(zip(symbols(present), counts[present].tolist(), strict=True))


def _symbols(found: References | None) -> dict[str, float]:
    return {} if found is None else dict(zip(symbols(list(found.energies)), found.energies.values(), strict=True))


def _range(spread: Spread) -> str:
    low, high = int(spread.minimum), int(spread.maximum)
    return str(low) if low == high else f"{low} to {high}"


def _counts(table: dict[str, int]) -> str:
    shown = ", ".join(f"{name} {count}" for name, count in list(table.items())[:SHOWN])
    return shown + (f" and {len(table) - SHOWN} more" if len(table) > SHOWN else "")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
