"""What is condensed of one fold, and its file: an interrupted assembly goes on from there."""

from __future__ import annotations

import errno
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from invgen.ace.fitting.blocks import Part
from invgen.ace.fitting.factors import KINDS, Factor
from invgen.data.errors import DataError
from invgen.data.files import read_archive, write_archive
from invgen.data.structures import Structure

ARCHIVE = "invgen design factors"
SAVE_SECONDS = 60.0
"""A fold that takes longer than this is written in between, too."""


REMEDIES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EFBIG: "allow larger files (ulimit -f)",
}
"""What to do about errors of writing; of others: make it writable."""


@contextmanager
def disk_told(path: Path) -> Iterator[None]:
    """An error of writing names the file and the remedy."""
    try:
        yield
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0, "make it writable, or choose another folder,")
        raise OSError(
            error.errno, f"{path} cannot be written ({error.strerror}); what was kept before is whole: {remedy} and "
            "run again"
        ) from error  # fmt: skip


class FoldState:
    """What is joined of one fold, and its file."""

    def __init__(self, path: Path | None, digest: str, blocks: list[list[Structure]], width: int) -> None:
        self.path, self.digest, self.blocks = path, digest, blocks
        self.done, self.saved, self._written = 0, time.monotonic(), 0
        self.part: Part = {kind: Factor(np.zeros((0, width)), 0) for kind in KINDS}
        if path is not None and path.exists():
            self._load()

    @property
    def waiting(self) -> list[list[Structure]]:
        """The blocks that are not in."""
        return self.blocks[self.done :]

    @property
    def structures(self) -> int:
        """How many structures are in."""
        return sum(map(len, self.blocks[: self.done]))

    def _load(self) -> None:
        assert self.path is not None
        try:
            header, arrays = read_archive(self.path, ARCHIVE)
        except DataError as error:
            warnings.warn(f"assembling this fold again: {error}", stacklevel=2)
            return
        if header["digest"] != self.digest:
            warnings.warn(f"{self.path} belongs to other data; assembling this fold again", stacklevel=2)
            return
        self.done = self._written = header["blocks"]
        self.part = {kind: Factor(arrays[kind], header["rows"][kind]) for kind in KINDS}

    def take(self, part: Part, blocks: int) -> None:
        """``part`` is now all that is joined: ``blocks`` blocks of this fold."""
        self.part, self.done = part, blocks
        if self.done == len(self.blocks) or time.monotonic() - self.saved > SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Write what is joined, unless it is written."""
        if self.path is None or self.done == self._written:
            return
        rows = {kind: factor.rows for kind, factor in self.part.items()}
        header = {"kind": ARCHIVE, "digest": self.digest, "blocks": self.done, "rows": rows}
        with disk_told(self.path):
            write_archive(self.path, header, {kind: factor.augmented for kind, factor in self.part.items()})
        self.saved, self._written = time.monotonic(), self.done
