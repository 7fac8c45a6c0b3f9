"""Files that are never half written and never read without a check: npz archives with a checksum of their own.

An archive holds named arrays, one JSON text under ``header`` and the SHA-256 of both under ``checksum``. No
pickle is written or read.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from invgen.data.errors import DataError
from invgen.files import write_arrays


def _checksum(header: str, arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256(header.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def write_archive(path: str | Path, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Path:
    """Write ``header`` (JSON values) and ``arrays`` with their checksum."""
    reserved = {"header", "checksum"} & set(arrays)
    if reserved:
        raise ValueError(f"array names {sorted(reserved)} are reserved in an archive")
    text = json.dumps(header, sort_keys=True)
    return write_arrays(path, {**arrays, "header": np.array(text), "checksum": np.array(_checksum(text, arrays))})


def read_archive(path: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read back ``(header, arrays)``.

    Raises ``DataError`` when the file is missing, truncated, edited, or its header's ``kind`` is another one.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"no such file: {path}")
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        text, written = str(arrays.pop("header")), str(arrays.pop("checksum"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is truncated or no archive of invgen ({error}); write it again") from error
    if _checksum(text, arrays) != written:
        raise DataError(
            f"{path}: its contents do not match its checksum; the file was damaged or edited: write it again"
        )
    header = json.loads(text)
    if header.get("kind") != kind:
        raise DataError(f"{path} holds a {header.get('kind')!r}, wanted is a {kind!r}")
    return header, arrays
