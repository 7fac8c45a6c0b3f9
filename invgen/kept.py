"""Compiled code on disk: named by content, compiler and architecture, believed only with its checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from invgen.files import write_bytes
from invgen.resources import cache_folder


def kept(
    kind: str, source: str, architecture: str, definitions: tuple[str, ...], compiler: str, build: Callable[[], bytes]
) -> bytes:
    """The code from the cache, or built and stored there.

    kind
        ``"gpu"`` or ``"cpp"``: the folder of the cache.

    A file that is truncated, edited or of another format is built again and replaced. Where the folder cannot be
    written, code is built for this process alone.
    """
    path = place(kind, source, architecture, definitions, compiler)
    image = _read(path)
    if image is None:
        image = build()
        try:
            write_bytes(path, f"{_format(path)} {hashlib.sha256(image).hexdigest()}\n".encode() + image)
        except OSError:
            return image
    return image


def place(kind: str, source: str, architecture: str, definitions: tuple[str, ...], compiler: str) -> Path:
    """The file for this source, architecture, macros and compiler: a change of any of them is another file."""
    key = json.dumps([kind, source, architecture, list(definitions), compiler])
    return cache_folder() / kind / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.bin"


def _format(path: Path) -> str:
    return f"invgen {path.parent.name} code 1"


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    head, _, image = data.partition(b"\n")
    return image if head == f"{_format(path)} {hashlib.sha256(image).hexdigest()}".encode() else None
