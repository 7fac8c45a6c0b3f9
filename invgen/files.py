"""Files that are never half written: a temporary name beside the target, then a rename."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


def temporary_name(target: Path) -> Path:
    """A name beside ``target`` that no other call is given, in this process or another."""
    return target.with_name(f".{target.name}.{uuid.uuid4().hex[:12]}.part")


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A binary file to write into; it takes its name when the block ends, and leaves nothing behind if that fails.

    Missing folders are made. A reader sees the old file or the new one, never a part; of several writers, threads among
    them, the last one to finish.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_name(target)
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to write into; it takes its name when the block ends, and leaves nothing behind if that fails.

    Raises ``FileExistsError``, before the block runs, if there is a file of that name or a folder that is not empty.
    """
    target = Path(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} exists already and is not an empty folder: choose another or remove it")
    temporary = temporary_name(target)
    try:
        temporary.mkdir(parents=True)
        yield temporary
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Writes bytes whole; returns the path."""
    with whole_file(path) as file:
        file.write(data)
    return Path(path)


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Writes UTF-8 text whole; returns the path."""
    return write_bytes(path, text.encode())


def write_arrays(path: str | os.PathLike[str], arrays: dict[str, Any]) -> Path:
    """Writes a plain npz archive whole; returns the path."""
    import numpy as np

    with whole_file(path) as file:
        np.savez(file, **arrays)
    return Path(path)
