"""The product basis of an emitted folder, read with its checksum."""

from __future__ import annotations

import os

from invgen.emitted.folder import EmittedFolder, open_folder
from invgen.emitted.products import FILE, ProductBasis
from invgen.errors import EmittedFileError

__all__ = ["ProductBasis", "read_products"]


def read_products(source: EmittedFolder | str | os.PathLike[str]) -> ProductBasis:
    """The tables of an emitted folder of ACE functions, with the labels of its manifest.

    Raises ``EmittedFileError`` for a folder without tables, for a wrong checksum (no array of such a file is used), and
    for tables whose size is not that of the manifest.
    """
    folder = source if isinstance(source, EmittedFolder) else open_folder(source)
    if FILE not in folder.manifest["files"]:
        raise EmittedFileError(
            f"{folder.path} holds no {FILE}: {folder.id} is not of the family ace, which alone has a product basis"
        )
    products = ProductBasis.from_bytes(folder.read(FILE), tuple(folder.manifest["labels"]))
    found, wanted = (products.components, len(products)), (folder.manifest["components"], folder.manifest["size"])
    if found != wanted:
        raise EmittedFileError(
            f"{folder.path / FILE} has {found[0]} components and {found[1]} functions, its manifest says {wanted}: "
            "emit again"
        )
    return products
