"""Verb on data sets: data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import app, assignments, out, stages


@app.command()
def data(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Extended XYZ, npz, or a trajectory or database of ASE.")
    ],
    key: Annotated[
        list[str] | None, typer.Option(metavar="LABEL=NAME", help="Entry of a label, such as energy=REF_energy.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(metavar="QUANTITY=UNIT", help="Such as energy=kcal/mol or length=Bohr.")
    ] = None,
    cutoff: Annotated[float, typer.Option(help="Å: count neighbours within it.")] = 6.0,
    batch_size: Annotated[int, typer.Option(min=1, help="Frames of the batch whose memory is told.")] = 32,
    forces: Annotated[
        bool, typer.Option("--forces", help="Compare forces with energy differences of the nearest frames.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Look at a data set: elements, labels, outliers, neighbours, memory, and what looks like wrong units or signs."""
    from invgen.data import label_format, look, read_structures

    labels = label_format(assignments(key, "--key"), assignments(unit, "--unit"))
    with stages() as progress:
        structures = read_structures(file, labels, progress=progress)
        seen = look(structures, cutoff, batch_size, forces, labels, file.name, progress=progress)
    if as_json:
        print(json.dumps(seen.to_json(), indent=1))
    else:
        out.print(seen.text(), end="", highlight=False, markup=False, soft_wrap=True)
