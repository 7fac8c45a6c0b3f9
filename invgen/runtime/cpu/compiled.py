"""Numba with the options of linear potentials; compiled functions are kept on disk only as long as their sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

try:
    import numba
except ImportError as error:
    raise ImportError(
        "linear ACE potentials are compiled by Numba, which is not installed: pip install numba"
    ) from error

OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}
"""No licence to reorder sums: Numba links a function that others call several times over, and which of the copies runs
depends on what came from the cache. Loops that matter are written with ``loops``, in the order that is meant."""


@cache
def _digest(paths: tuple[Path, ...]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _room(file: Path) -> list[Path]:
    """The sources that functions of a file may call into: its folder, and above it the room of this package."""
    package = Path(__file__).parents[2]
    inside = file.is_relative_to(package) and file.parent != package
    return sorted((package / file.relative_to(package).parts[0]).rglob("*.py") if inside else file.parent.glob("*.py"))


_ASKED = ("_version", "_load_index", "_save_index", "_save_data", "_data_name", "_dump", "save")
"""What is used of Numba's file of a cache."""


def _save(file: Any, key: Any, data: Any) -> None:
    """As ``file.save``, into a file that is named by the key, types and processor.

    Numba takes the next free number. Of two processes that save at a time, both may take the same for different types,
    and who reads it then runs machine code made for others.
    """
    index, number = file._load_index(), int.from_bytes(hashlib.sha256(file._dump(key)).digest()[:8], "big")
    index[key] = file._data_name(number)
    file._save_index(index)
    file._save_data(index[key], data)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function when it is first called.

    Numba's cache on disk looks at the file of a function alone, but what it keeps has the functions called by it
    inside, and what it keeps cannot be read where it names types that are gone. So sources count as Numba's version:
    all of this folder and of the function's room. A Numba whose cache cannot be told so does not use it. Processes may
    share the cache.
    """
    here = sorted(Path(__file__).parent.glob("*.py"))
    stamp = _digest((*here, *_room(Path(function.__code__.co_filename))))
    dispatcher = numba.njit(cache=True, **OPTIONS)(function)
    file: Any = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if not all(hasattr(file, name) for name in _ASKED):
        return numba.njit(**OPTIONS)(function)
    file._version, file.save = (file._version, stamp), partial(_save, file)
    return dispatcher
