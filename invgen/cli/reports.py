"""The verb report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from invgen.cli.application import BasisArgument, app, out, stages


@app.command()
def report(
    basis: BasisArgument,
    compare: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Put another basis beside it: kept, dropped, rank, cost.")
    ] = None,
    structure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Show it on this molecule or crystal, to be turned in the browser."),
    ] = None,
    cutoff: Annotated[float, typer.Option(help="With --structure: distance of the furthest neighbours in Å.")] = 5.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; ./<id>.html by default.")
    ] = None,
) -> None:
    """Write a page that opens in a browser without a network: proofs, invariants, selection, symmetric sites, cost."""
    import invgen
    from invgen.compiler.inspect.page.basis_page import basis_page
    from invgen.files import write_text

    found = invgen.find_basis(basis)
    other = None if compare is None else invgen.find_basis(compare)
    sample = None if structure is None else read_sample(structure, cutoff)
    path = output or Path(f"{found.id}.html")
    check_writable(path)
    with stages() as progress:
        text = basis_page(found, other, sample, progress)
    write_text(path, text)
    out.print(f"written to {path} ({len(text.encode()) / 1e6:.2f} MB)", highlight=False, markup=False, soft_wrap=True)


def check_writable(path: Path) -> None:
    """Raises ``OSError`` if a file cannot be written there; makes missing folders."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give --output the name of a file, such as {path / 'report.html'}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def read_sample(file: Path, cutoff: float) -> Any:
    """The first structure of a file, with its neighbours.

    Raises ``OSError`` or ``ValueError`` for a file that cannot be read; coincident atoms are told in the page.
    """
    import numpy as np
    from ase.data import chemical_symbols

    from invgen.compiler.inspect.page.structure import Sample
    from invgen.data import CoincidentAtomsError, neighbour_pairs

    found = _read_structure(file)
    problem, first, second, vectors = "", np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3))
    try:
        pairs = neighbour_pairs(found, cutoff)
    except CoincidentAtomsError as error:
        problem = str(error)
    else:
        first, second = pairs.first, pairs.second
        vectors = found.positions[second] - found.positions[first] + pairs.shift
    symbols = tuple(chemical_symbols[z] for z in found.numbers)
    cell = found.cell if found.periodic.any() else None
    return Sample(file.name, symbols, found.positions, cell, cutoff, first, second, vectors, problem)


def _read_structure(file: Path) -> Any:
    import ase.io

    from invgen.data import from_ase, read_structures

    if not file.is_file():
        raise FileNotFoundError(f"--structure: no such file: {file}")
    if file.suffix == ".npz":
        return read_structures(file)[0]
    try:
        atoms = ase.io.read(file, index=0)
    except Exception as error:  # readers of many formats raise whatever happens to go wrong in them
        raise ValueError(
            f"--structure: {file} cannot be read as a structure ({type(error).__name__}: {error}); give extended XYZ, "
            "CIF, POSCAR, or another format that ASE reads"
        ) from error
    return from_ase(atoms, file.name)
