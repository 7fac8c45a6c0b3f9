"""The invariants of a basis as SVG files."""

from __future__ import annotations

import os
from pathlib import Path

from invgen.compiler.basis import Basis
from invgen.files import write_text


def write_drawings(basis: Basis, into: str | os.PathLike[str]) -> list[Path]:
    """One file ``I<k>_<label>.svg`` for each invariant, contraction graph or coupling tree; returns their paths."""
    folder = Path(into)
    paths = []
    for position, c in enumerate(basis):
        path = folder / f"I{position:02d}_{c.label.replace(':', '-').replace('|', '_')}.svg"
        write_text(path, basis.family.drawing(basis.spec, c))
        paths.append(path)
    return paths
