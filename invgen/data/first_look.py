"""What a training or a fit says of its structures before it begins: what they hold and lack, and what looks wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from invgen.data.differences import force_slope
from invgen.data.entries import found_in
from invgen.data.labels import LABELS, LabelFormat, check_labels
from invgen.data.look import look
from invgen.data.structure import Structure
from invgen.data.structures import overlooked_labels
from invgen.errors import counted

COMPARED = 5_000
"""Frames whose forces are compared with differences of energies; of more, so many at even steps."""

WARNING = "warning: "
"""How lines on what looks wrong begin."""
PAIRS, FACTOR = 8, 1.5
"""Least number of pairs of near frames, and factor between forces and energies, that are worth a warning without having
been asked for: few frames that are far apart are off by less, and every other unit by more."""


def first_look(
    structures: Sequence[Structure],
    cutoff: float,
    learnt: Collection[str],
    labels: LabelFormat,
    file: Path | None = None,
    batch_size: int = 1,
    name: str = "train",
    progress: Callable[[str, int, int], None] | None = None,
    repeats: bool = True,
) -> Iterator[str]:
    """Lines, some of which begin with ``warning: ``.

    structures, name
        Those of the training, or a sample of them that the ``name`` tells of.
    cutoff
        Å, of the neighbours.
    learnt
        The labels that count: energy, forces, stress.
    labels, file
        How they were read, and of which file, if of one.
    repeats
        Warn of frames that repeat others.

    Raises as ``look``.
    """
    step = progress or (lambda stage, done, total: None)
    yield from look(structures, cutoff, batch_size, labels=labels, name=name, repeats=repeats, progress=step).short()
    step("compare forces with energies", 0, 1)
    slope = force_slope(structures[:: -(-len(structures) // COMPARED)])
    doubt = slope.doubt("forces")
    if doubt is not None and slope.pairs >= PAIRS and not 1 / FACTOR < slope.slope < FACTOR:
        yield f"{WARNING}{doubt}"
    yield from lacking(structures, learnt, labels)
    if file is not None:
        others = [label for label in LABELS if label not in learnt]
        for line in overlooked_labels(file, labels, [*found_in(structures), *others]):
            yield f"{WARNING}{line}"


def lacking(structures: Sequence[Structure], learnt: Collection[str], labels: LabelFormat) -> Iterator[str]:
    """Which structures lack a label that others have, and of which nothing is learnt."""
    found = found_in(structures)
    wanted = [label for label in LABELS if label in learnt and label in found]
    idle = [s.name for s in structures if all(getattr(s, label) is None for label in wanted)]
    useful = [s for s in structures if any(getattr(s, label) is not None for label in wanted)]
    if useful:
        yield from check_labels(useful, wanted, labels).lines()
    flat = [s.name for s in structures if s.stress is not None and not s.volume]
    if flat and "stress" in wanted:
        yield (
            f"{counted(len(flat), 'frame')} with a stress {'is' if len(flat) == 1 else 'are'} not periodic in three "
            f"directions, such as {flat[0]}: it is not learnt"
        )
    if wanted and idle:
        more = " and others" if len(idle) > 3 else ""
        yield (
            f"{WARNING}nothing is learnt of {len(idle)} frames, which have no {' and no '.join(wanted)}: "
            f"{', '.join(idle[:3])}{more}; label or remove them"
        )
