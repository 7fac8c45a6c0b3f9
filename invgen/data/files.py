"""Files that are never half written and never read without a check: named arrays, a JSON header, and a checksum.

An archive is an npz file with the JSON text under ``header`` and the SHA-256 of it and of all arrays under
``checksum``; a tensor file is a safetensors file with both in its metadata. No pickle is written or read.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from invgen.data.errors import DataError
from invgen.files import write_arrays, write_bytes

LINEAR = "invgen linear potential"
"""The kind of the files of linear potentials, known where Numba is not installed, which they need."""
POTENTIAL = "potential.npz"
"""What fits call the file of a linear potential."""
DAMAGED = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises of damaged npz files: a changed bit may say that they are encrypted."""
NOTE = "invgen"
"""The one entry in the metadata of a tensor file: their order is not kept, and equal contents are to be equal bytes."""


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
    except DAMAGED as error:
        raise DataError(f"{path} is truncated or no archive of invgen ({error}); write it again") from error
    return _checked(path, kind, text, arrays, written)


def write_tensors(path: str | Path, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Path:
    """Write ``header`` (JSON values) and ``arrays`` as safetensors, with their checksum in the metadata."""
    text = json.dumps(header, sort_keys=True)
    note = json.dumps({"header": text, "sha256": _checksum(text, arrays)})
    solid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return write_bytes(path, safetensors.numpy.save(solid, {NOTE: note}))


def read_tensors(path: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read back ``(header, arrays)``; an npz archive is read, too. Raises what ``read_archive`` raises."""
    path = Path(path)
    if not path.is_file():
        raise DataError(f"no such file: {path}")
    if zipfile.is_zipfile(path):
        return read_archive(path, kind)
    try:
        with safetensors.safe_open(path, "numpy") as file:
            note = json.loads((file.metadata() or {})[NOTE])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        text, written = note["header"], note["sha256"]
    except (OSError, ValueError, KeyError, TypeError, safetensors.SafetensorError) as error:
        raise DataError(f"{path} is truncated or no model of invgen ({error}); write it again") from error
    return _checked(path, kind, text, arrays, written)


def kind_of(path: str | Path) -> str | None:
    """What a file says it holds, unchecked; ``None`` for one that is no archive and no tensor file of ours."""
    try:
        if zipfile.is_zipfile(path):
            with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
                return json.loads(str(file["header"])).get("kind")
        with safetensors.safe_open(path, "numpy") as file:
            return json.loads(json.loads((file.metadata() or {})[NOTE])["header"]).get("kind")
    except (*DAMAGED, TypeError, AttributeError, safetensors.SafetensorError):
        return None


def linear_file(path: str | Path) -> Path | None:
    """The file of a linear potential, given itself or the folder of its fit; ``None`` for anything else."""
    file = Path(path) / POTENTIAL if Path(path).is_dir() else Path(path)
    return file if kind_of(file) == LINEAR else None


def _checked(
    path: Path, kind: str, text: str, arrays: dict[str, np.ndarray], written: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    if _checksum(text, arrays) != written:
        raise DataError(
            f"{path}: its contents do not match its checksum; the file was damaged or edited: write it again"
        )
    header = json.loads(text)
    if header.get("kind") != kind:
        raise DataError(f"{path} holds a {header.get('kind')!r}, wanted is a {kind!r}")
    return header, arrays
