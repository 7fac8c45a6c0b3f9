"""The verb report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from invgen.cli.application import BASES, app, assignments, check_writable, out, stages


@app.command(rich_help_panel=BASES)
def report(
    source: Annotated[
        str,
        typer.Argument(
            metavar="BASIS|MODEL",
            help="A basis file, its folder, or the id of a shipped basis; or a trained network or linear potential: "
            "its file or its folder.",
        ),
    ],
    compare: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Put another basis beside it: kept, dropped, rank, cost.")
    ] = None,
    structure: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Show a basis on this molecule or crystal, to be turned in the browser."),
    ] = None,
    cutoff: Annotated[float, typer.Option(help="With --structure: distance of the furthest neighbours in Å.")] = 5.0,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Measure a model on these labelled structures: parity, errors.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="With --data, where a label is: energy=REF_energy. As in the training.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="With --data, what it is measured in: energy=kcal/mol. As in the training.")
    ] = None,
    kernels: Annotated[
        str | None,
        typer.Option(
            "--kernels", "--basis", help="With --data: folder of a network's kernels, unless they are shipped."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File; ./<id>.html by default.")] = None,
) -> None:
    """Write a page that opens in a browser without a network: a basis with its proofs, or a model with its errors."""
    from invgen.cli.model_facts import model_file
    from invgen.files import write_text

    if (file := model_file(Path(source))) is not None:
        _refuse("a basis", {"--compare": compare, "--structure": structure})
        path = output or Path(f"{file.resolve().parent.name}.html")
        check_writable(path)
        text = _model_report(file, data, kernels, key, unit)
    else:
        _refuse(
            f"a model, and there is none at {source}",
            {"--data": data, "--key": key, "--unit": unit, "--kernels": kernels},
        )
        path, text = _basis_report(source, compare, structure, cutoff, output)
    write_text(path, text)
    out.print(f"written to {path} ({len(text.encode()) / 1e6:.2f} MB)", highlight=False, markup=False, soft_wrap=True)


def _refuse(owner: str, options: dict[str, Any]) -> None:
    for name, value in options.items():
        if value:
            raise ValueError(f"{name} belongs to a report of {owner}: leave it out")


def _basis_report(
    source: str, compare: str | None, structure: Path | None, cutoff: float, output: Path | None
) -> tuple[Path, str]:
    import invgen
    from invgen.compiler.inspect.page.basis_page import basis_page

    found = invgen.find_basis(source)
    other = None if compare is None else invgen.find_basis(compare)
    sample = None if structure is None else read_sample(structure, cutoff)
    path = output or Path(f"{found.id}.html")
    check_writable(path)
    with stages() as progress:
        return path, basis_page(found, other, sample, progress)


def _model_report(
    file: Path, data: Path | None, kernels: str | None, key: list[str] | None, unit: list[str] | None
) -> str:
    from invgen.cli.model_facts import model_facts
    from invgen.compiler.inspect.page.model_page import model_page
    from invgen.data.labels import label_format

    labels = label_format(assignments(key, "--key"), assignments(unit, "--unit")) if key or unit else None
    return model_page(model_facts(file, data, kernels, labels))


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
