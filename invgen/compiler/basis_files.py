"""Files of bases, of invariants and of covariants: one format, believed only with its checksum."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from invgen.errors import BasisFileError

FORMAT = 1


def read_checked(path: str | os.PathLike[str], name: str) -> tuple[dict[str, Any], Path]:
    """The content of a basis file, or of the file ``name`` in a folder, and where it was.

    Raises ``FileNotFoundError``, or ``BasisFileError`` for another format or a wrong checksum.
    """
    source = Path(path)
    if source.is_dir():
        source = source / name
        if not source.is_file():
            found = ", ".join(sorted(p.name for p in source.parent.glob("*.json"))) or "no JSON file"
            raise FileNotFoundError(f"no {name} in the folder {source.parent}, which holds {found}")
    content = source.read_bytes()
    try:
        data = json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BasisFileError(f"{source} is not a whole JSON file ({error}); generate the basis again") from None
    if not isinstance(data, dict) or "format" not in data:
        raise BasisFileError(f"{source} is not a basis file: it has no field 'format'")
    if data["format"] != FORMAT:
        raise BasisFileError(
            f"{source} has format {data['format']!r}, this version reads {FORMAT}; "
            "generate the basis again or use the version that wrote it"
        )
    if data.get("sha256") != checksum({key: value for key, value in data.items() if key != "sha256"}):
        raise BasisFileError(f"{source} fails its checksum: it was edited or damaged; generate the basis again")
    return data, source


def checksum(body: dict[str, Any]) -> str:
    """SHA-256 of plain data."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
