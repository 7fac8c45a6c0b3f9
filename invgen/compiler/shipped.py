"""The bases that travel with the package: ``python -m invgen.compiler.shipped`` writes ``generated/`` anew.

A test regenerates every folder and compares bytes, so this list and ``generated/`` cannot drift apart.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from invgen.compiler.emission import emit, emit_harmonics
from invgen.compiler.emitters import USUAL
from invgen.compiler.pipeline import generate
from invgen.resources import generated_folder
from invgen.spec import BasisSpec
from invgen.workers.ordered import cores, in_order

SPECS = (
    *(
        BasisSpec(l_max=l_max, n_max=n_max, objective=objective)
        for l_max, n_max in ((2, 4), (3, 3), (3, 4), (4, 4), (4, 5))
        for objective in ("independent", "flexible")
    ),
    BasisSpec(l_max=2, n_max=3, objective="flexible"),
    BasisSpec(l_max=3, n_max=10, objective="flexible"),
    *(
        BasisSpec(l_max=l_max, n_max=4, objective=objective, ordering="program")
        for l_max in (3, 4, 5)
        for objective in ("independent", "robust")
    ),
    BasisSpec(family="ace", l_max=3, n_max=4, objective="linear"),
)
HARMONICS = (1, 2, 3, 4, 5, 6)
"""Up to these ranks."""


def write(into: Path) -> list[Path]:
    """Emits everything into one folder for each basis, and removes folders that are no longer listed."""
    folders = list(in_order(_written, ((what, into) for what in (*SPECS, *HARMONICS)), cores()))
    for stale in set(into.iterdir()) - set(folders):
        if (stale / "manifest.json").is_file():
            shutil.rmtree(stale)
    return folders


def _written(item: tuple[BasisSpec | int, Path]) -> Path:
    return write_one(*item)


def write_one(what: BasisSpec | int, into: Path) -> Path:
    """Emits a basis, or the harmonics up to a rank, into its folder there."""
    folder = into / folder_name(what)
    return emit_harmonics(what, USUAL, folder) if isinstance(what, int) else emit(generate(what), USUAL, folder)


def folder_name(what: BasisSpec | int) -> str:
    """Where it lies in ``generated/``."""
    return f"harmonics-l{what}" if isinstance(what, int) else what.id


if __name__ == "__main__":
    for folder in write(generated_folder()):
        print(folder.name)
