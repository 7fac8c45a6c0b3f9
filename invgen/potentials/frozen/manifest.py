"""The manifest of a compiled model: what the folder holds, and that it is what was written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from invgen.errors import CompiledModelError
from invgen.potentials.frozen.program import CALLS, LIBRARY

FORMAT = "invgen compiled model 1"
MANIFEST, MODEL, KERNELS, REFERENCE = "manifest.json", "model.npz", "kernels", "reference.npz"
FIELDS = ("format", "model", "harmonics", "kernels", "target", "program", "without", "timings", "made_by", "files")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, after it and every file that it names were found to be those that were written."""
    if not (folder / MANIFEST).is_file():
        raise CompiledModelError(
            f"{folder} holds no compiled model: {MANIFEST} is missing; write one with invgen compile"
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        written = manifest.pop("sha256")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CompiledModelError(
            f"{folder / MANIFEST} is no manifest of a compiled model (truncated or edited): compile again"
        ) from error
    if manifest.get("format") != FORMAT:
        raise CompiledModelError(
            f"{folder / MANIFEST} has format {manifest.get('format')!r}, this version reads {FORMAT!r}: compile again"
        )
    if written != digest(manifest) or any(field not in manifest for field in FIELDS):
        raise CompiledModelError(f"{folder / MANIFEST} was edited or truncated: compile again")
    needed = [
        MODEL,
        REFERENCE,
        *([LIBRARY] if manifest["program"] else []),
        *([CALLS] if (folder / CALLS).exists() else []),
    ]
    unlisted = [name for name in needed if name not in manifest["files"]]
    if unlisted:
        raise CompiledModelError(f"{folder / MANIFEST} does not vouch for {', '.join(unlisted)}: compile again")
    for name, checksum in manifest["files"].items():
        _check_file(folder / name, checksum)
    return manifest


def digest(manifest: dict[str, Any]) -> str:
    """SHA-256 of a manifest without its own checksum."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _check_file(path: Path, checksum: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise CompiledModelError(f"{path} is listed in {MANIFEST} but cannot be read: compile again") from error
    if found != checksum:
        raise CompiledModelError(
            f"{path} has checksum {found[:16]}, {MANIFEST} says {checksum[:16]}: the file was edited or truncated and "
            "is not used; compile again"
        )


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path in it."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
