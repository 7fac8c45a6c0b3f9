"""``Recipe``: what is known of a published data set, and how its files become splits in eV and Å."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from invgen.data.errors import DataError
from invgen.data.structure import Structure
from invgen.data.structures import read_structures
from invgen.errors import unknown

Splits = dict[str, list[Structure]]
"""train, validation and test as far as they are published; other parts, such as isolated_atoms, under other names."""
Reader = Callable[[Mapping[str, Path], str], Splits]
"""From the files of a recipe by their names, and the name of a split, to structures."""


@dataclass(frozen=True)
class Recipe:
    """One published data set, or one molecule or element of it.

    source
        Where the files come from.
    citation, doi
        What to cite.
    method
        Level of theory.
    licence
        Under which terms the files are published.
    energies
        total, or atomization (total energy less that of the free atoms).
    units
        Of the numbers in the files; ``load`` gives eV and Å.
    keys
        Where the files keep their labels.
    published
        The published splits, in words.
    splits
        Names of splits that ``load`` can be asked for; the first is the usual one.
    files
        SHA-256 of every file by its name.
    read
        How files become splits.
    """

    name: str
    source: str
    citation: str
    doi: str
    licence: str
    method: str
    energies: str
    units: str
    keys: str
    published: str
    files: Mapping[str, str]
    read: Reader
    splits: tuple[str, ...] = ("published",)

    def load(self, path: str | Path, split: str | None = None) -> Splits:
        """The structures of every part, in eV and Å.

        path
            The folder of the files, or the file itself where there is one.
        split
            One of ``splits``.

        Raises ``DataError`` for an unknown split, a missing file, and one whose checksum is another.
        """
        split = self.splits[0] if split is None else split
        if split not in self.splits:
            raise DataError(unknown(f"split of {self.name}:", split, self.splits))
        found = self._find(Path(path))
        for name, file in found.items():
            check_file(file, self.files[name], self)
        return self.read(found, split)

    def _find(self, path: Path) -> dict[str, Path]:
        if path.is_file() and len(self.files) == 1:
            return {next(iter(self.files)): path}
        found = {name: path / name for name in self.files}
        missing = [name for name, file in found.items() if not file.is_file()]
        if missing:
            raise DataError(
                f"the recipe {self.name} needs {', '.join(self.files)} in {path}; missing: {', '.join(missing)}. "
                f"They come from {self.source}"
            )
        return found

    def __str__(self) -> str:
        rows = {
            "source": self.source,
            "cite": f"{self.citation}, https://doi.org/{self.doi}",
            "licence": self.licence,
            "method": self.method,
            "energies": self.energies,
            "units": f"{self.units}; loaded in eV and Å",
            "keys": self.keys,
            "splits": self.published + (f" ({', '.join(self.splits)})" if len(self.splits) > 1 else ""),
            "files": ", ".join(self.files),
        }
        return "\n".join([self.name, *(f"  {key:9} {value}" for key, value in rows.items())])


def check_file(path: Path, expected: str, recipe: Recipe) -> None:
    """Raises ``DataError`` where the SHA-256 of a file is not ``expected``."""
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise DataError(
            f"{path} has the SHA-256 {found}, the recipe {recipe.name} is for {expected}: the file is damaged or "
            f"of another version. Get it again from {recipe.source}, or read it without a recipe ({recipe.keys}; "
            f"{recipe.units})"
        )


def all_in(part: str, files: Mapping[str, Path], split: str) -> Splits:
    """A ``Reader``, but for its first argument: the one file of a set without splits, under the name of a part."""
    (path,) = files.values()
    return {part: read_structures(path)}


def by_name(structures: Sequence[Structure], names: Sequence[str]) -> Splits:
    """The structures by the names of their splits: train, validation (also val, valid) and test, in this order."""
    usual = {"val": "validation", "valid": "validation"}
    parts = [usual.get(str(name), str(name)) for name in names]
    order = sorted(set(parts), key=lambda part: ("train", "validation", "test", part).index(part))
    return {part: [s for s, p in zip(structures, parts, strict=True) if p == part] for part in order}


def grouped(structures: Sequence[Structure], group: str) -> list[Structure]:
    """The structures with a name of their group, by which errors are reported."""
    return [replace(s, group=group) for s in structures]
