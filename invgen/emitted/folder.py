"""Emitted folders: manifest, checksums, and modules and tables made from verified bytes only."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from invgen.emitted.products import FILE as PRODUCTS
from invgen.emitted.products import ProductBasis
from invgen.errors import EmittedFileError, unknown
from invgen.files import write_bytes, write_text
from invgen.resources import cache_folder, generated_folder

FORMAT = 2
"""Of ``manifest.json``; every other is refused."""
KERNELS = ("value", "vjp", "second_order")
SOURCES = ("_kernels.py", "_kernels.cu", "_kernels.hpp")
INTERACTIONS = ("_interaction.py", "_interaction.cu")
"""How the files of a backend end: its kernels, and the fused interaction layer that calls them."""
FIELDS = ("id", "kind", "ranks", "channels", "components", "size", "labels", "operations", "kernel_digests", "files")


@dataclass(frozen=True)
class EmittedFolder:
    """A folder whose manifest was read and found whole; ``manifest`` holds the fields of ``FIELDS``."""

    path: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        """Id of the basis or of the harmonics."""
        return self.manifest["id"]

    @property
    def key(self) -> str:
        """``<id>@<12 hexadecimal digits of the kernels' digests>``: equal programs have equal keys everywhere."""
        digests = json.dumps(self.manifest["kernel_digests"], sort_keys=True)
        return f"{self.id}@{hashlib.sha256(digests.encode()).hexdigest()[:12]}"

    @property
    def multiplicities(self) -> tuple[int, ...]:
        """Number of tensors of each rank, in the order of ``ranks``; the manifest calls them ``channels``."""
        return tuple(self.manifest["channels"])

    @property
    def table_driven(self) -> bool:
        """Whether the kernels walk the tables of the product basis, instead of being unrolled sources."""
        return self.manifest.get("form") == "tables"

    @property
    def tensors(self) -> str:
        """The components that kernels take: ``cartesian``, reduced ones, or ``spherical``.

        Those of a manifest without a word about it are Cartesian if it names no family, else spherical.
        """
        return self.manifest.get("tensors", "spherical" if "family" in self.manifest else "cartesian")

    @cached_property
    def backends(self) -> tuple[str, ...]:
        """Names of the backends that were emitted here."""
        if self.table_driven:
            return tuple(sorted(self.manifest["backends"]))
        files = sorted(self.manifest["files"])
        return tuple(file.partition("_kernels.")[0] for file in files if file.endswith(SOURCES))

    @cached_property
    def interactions(self) -> tuple[str, ...]:
        """Names of the backends whose fused interaction layer was emitted here, beside the kernels that it calls."""
        files = self.manifest["files"]
        return tuple(name for name in self.backends if any(name + ending in files for ending in INTERACTIONS))

    def read(self, file: str) -> bytes:
        """The bytes of ``file``. Raises ``EmittedFileError`` if they are absent or not those that were emitted."""
        try:
            text = (self.path / file).read_bytes()
        except OSError as error:
            raise EmittedFileError(
                f"{self.path / file} is listed in manifest.json but cannot be read: emit again"
            ) from error
        found, wanted = hashlib.sha256(text).hexdigest(), self.manifest["files"][file]
        if found != wanted:
            raise EmittedFileError(
                f"{self.path / file} has checksum {found[:16]}, its manifest says {wanted[:16]}: the file was edited "
                "or truncated and is not executed; emit again"
            )
        return text

    def module(self, backend: str) -> ModuleType:
        """The emitted module of ``backend``, executed from verified bytes under a name that its content decides."""
        file = f"{backend}_kernels.py"
        if file not in self.manifest["files"]:
            raise EmittedFileError(
                f"{self.path} holds no kernels for backend {backend!r} (it has: {', '.join(self.backends)}); "
                "emit that backend too"
            )
        source = self.read(file)
        name = f"invgen_emitted_{backend}_{hashlib.sha256(source + str(self.path).encode()).hexdigest()[:16]}"
        if name not in sys.modules:
            module = ModuleType(name)
            module.__file__ = str(self.path / file)
            sys.modules[name] = module
            try:
                exec(compile(source, module.__file__, "exec"), module.__dict__)
            except BaseException:
                del sys.modules[name]
                raise
        return sys.modules[name]


def open_folder(path: str | os.PathLike[str]) -> EmittedFolder:
    """Read a manifest and verify every file in it.

    Raises ``FileNotFoundError`` without a manifest, ``EmittedFileError`` for one that is truncated, edited or of
    another format, and for sources with a wrong checksum.
    """
    folder = EmittedFolder(Path(path).resolve(), _manifest(Path(path).resolve() / "manifest.json"))
    for file in folder.manifest["files"]:
        folder.read(file)
    return folder


def _manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(
            f"no emitted kernels at {path.parent}: {path.name} is missing; write them with invgen.emit"
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EmittedFileError(f"{path} is not JSON ({error}): it was truncated or edited; emit again") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else type(manifest).__name__
        raise EmittedFileError(f"{path} has format {found!r}, this version of invgen reads format {FORMAT}: emit again")
    missing = [field for field in FIELDS if field not in manifest]
    if missing:
        raise EmittedFileError(f"{path} lacks {', '.join(missing)}: it was edited or truncated; emit again")
    for file in manifest["files"]:
        if Path(file).name != file or not (file.endswith((*SOURCES, *INTERACTIONS)) or file == PRODUCTS):
            raise EmittedFileError(
                f"{path} lists the file {file!r}, which is no emitted source and no table; emit again"
            )
    return manifest


def shipped_ids() -> list[str]:
    """Ids of the folders that travel with the package."""
    return sorted(path.parent.name for path in generated_folder().glob("*/manifest.json"))


def find_folder(source: str | os.PathLike[str]) -> EmittedFolder:
    """The emitted folder at a path, or the shipped one of an id.

    Raises ``FileNotFoundError``, listing what is shipped and what comes closest, when there is neither.
    """
    path = Path(source)
    if path.is_dir():
        return open_folder(path)
    if path.name == str(source) and (generated_folder() / path / "manifest.json").is_file():
        return open_folder(generated_folder() / path)
    raise FileNotFoundError(f"no emitted folder and no shipped basis: {unknown('basis', source, shipped_ids())}")


def find_key(key: str) -> EmittedFolder:
    """The emitted folder with this key among the shipped ones and in the user's cache.

    Raises ``LookupError`` that names the remedy if there is none.
    """
    id, _, _ = key.partition("@")
    if Path(id).name == id and id:
        places = [generated_folder() / id, *sorted(cache_folder().glob(f"{id}-*"))]
        for place in places:
            folder = _whole(place)
            if folder is not None and folder.key == key:
                return folder
    raise LookupError(
        f"no emitted kernels with the key {key!r} are loaded, shipped or cached; call invgen.load on the emitted "
        f"folder of {id!r} first (a shipped one of the same name but other content does not count)"
    )


def reopen(path: Path, key: str) -> EmittedFolder:
    """The folder at a path if it has this key, else the one that ``find_key`` finds, and raises if there is none."""
    folder = _whole(path)
    return folder if folder is not None and folder.key == key else find_key(key)


def _whole(place: Path) -> EmittedFolder | None:
    """The emitted folder at a place, or ``None`` if there is none, or a damaged one or one of another format."""
    try:
        return open_folder(place)
    except (FileNotFoundError, EmittedFileError):
        return None


def adopt(folder: EmittedFolder) -> EmittedFolder:
    """A shipped or cached folder with the same kernels and backends, else a copy in the user's cache.

    A program that was exported finds its kernels by their key, in these places and nowhere else.
    """
    try:
        found = find_key(folder.key)
        if set(folder.backends) <= set(found.backends):
            return found
    except LookupError:
        pass
    place = cache_folder() / f"{folder.id}-{folder.key.partition('@')[2]}-adopted"
    for file in folder.manifest["files"]:
        write_bytes(place / file, folder.read(file))
    write_text(place / "manifest.json", json.dumps(folder.manifest, indent=1) + "\n")
    return open_folder(place)


def read_products(source: EmittedFolder | str | os.PathLike[str]) -> ProductBasis:
    """The tables of an emitted folder of ACE functions, with the labels of its manifest.

    Raises ``EmittedFileError`` for a folder without tables, for a wrong checksum (no array of such a file is used), and
    for tables whose size is not that of the manifest.
    """
    folder = source if isinstance(source, EmittedFolder) else open_folder(source)
    if PRODUCTS not in folder.manifest["files"]:
        raise EmittedFileError(
            f"{folder.path} holds no {PRODUCTS}: {folder.id} is not of the family ace, which alone has a product basis"
        )
    products = ProductBasis.from_bytes(folder.read(PRODUCTS), tuple(folder.manifest["labels"]))
    found, wanted = (products.components, len(products)), (folder.manifest["components"], folder.manifest["size"])
    if found != wanted:
        raise EmittedFileError(
            f"{folder.path / PRODUCTS} has {found[0]} components and {found[1]} functions, its manifest says {wanted}: "
            "emit again"
        )
    return products


def write_folder(folder: Path, head: Mapping[str, Any], files: Mapping[str, bytes]) -> Path:
    """Write files, and last the manifest: ``head`` with the format and the checksum of every file."""
    checksums = {file: hashlib.sha256(data).hexdigest() for file, data in sorted(files.items())}
    for file, data in files.items():
        write_bytes(folder / file, data)
    write_text(folder / "manifest.json", json.dumps({"format": FORMAT, **head, "files": checksums}, indent=1) + "\n")
    return folder
