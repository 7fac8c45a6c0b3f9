"""What a training says of its structures before it begins: what they hold, what they lack, what looks wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from invgen.data.differences import force_slope
from invgen.data.entries import found_in
from invgen.data.labels import LABELS, LabelFormat, check_labels, label_format
from invgen.data.look import look
from invgen.data.structure import Structure
from invgen.data.structures import overlooked_labels
from invgen.errors import counted
from invgen.potentials.training.config import Config, LossConfig
from invgen.runs.preparation import Stage

COMPARED = 5_000
"""Frames whose forces are compared with differences of energies; of more, so many at even steps."""

PAIRS, FACTOR = 8, 1.5
"""Least number of pairs of near frames, and factor between forces and energies, that are worth a warning without having
been asked for: few frames that are far apart are off by less, and every other unit by more."""


def first_look(
    config: Config, base: Path, structures: Sequence[Structure], stage: Stage, name: str = "train"
) -> Iterator[str]:
    """Lines on training structures, or on a sample of them that the ``name`` tells of."""
    labels = label_format(config.data.keys, config.data.units)
    yield from look(
        structures, config.model.cutoff, config.training.batch_size, labels=labels, name=name, progress=stage
    ).short()
    stage("compare forces with energies", 0, 1)
    slope = force_slope(structures[:: -(-len(structures) // COMPARED)])
    doubt = slope.doubt("forces")
    if doubt is not None and slope.pairs >= PAIRS and not 1 / FACTOR < slope.slope < FACTOR:
        yield f"warning: {doubt}"
    yield from lacking(structures, config.loss, labels)
    if config.data.train is not None:
        others = [label for label in LABELS if not getattr(config.loss, label)]
        for line in overlooked_labels(base / config.data.train, labels, [*found_in(structures), *others]):
            yield f"warning: {line}"


def lacking(structures: Sequence[Structure], loss: LossConfig, labels: LabelFormat) -> Iterator[str]:
    """Which structures lack a label that others have, and of which nothing is learnt."""
    found = found_in(structures)
    wanted = [label for label in LABELS if getattr(loss, label) > 0 and label in found]
    idle = [s.name for s in structures if all(getattr(s, label) is None for label in wanted)]
    learnt = [s for s in structures if any(getattr(s, label) is not None for label in wanted)]
    if learnt:
        yield from check_labels(learnt, wanted, labels).lines()
    flat = [s.name for s in structures if s.stress is not None and not s.volume]
    if flat and "stress" in wanted:
        yield (
            f"{counted(len(flat), 'frame')} with a stress {'is' if len(flat) == 1 else 'are'} not periodic in three "
            f"directions, such as {flat[0]}: it is not learnt"
        )
    if wanted and idle:
        more = " and others" if len(idle) > 3 else ""
        yield (
            f"warning: nothing is learnt of {len(idle)} frames, which have no {' and no '.join(wanted)}: "
            f"{', '.join(idle[:3])}{more}; label or remove them"
        )
