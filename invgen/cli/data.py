"""Verb on data sets: data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import POTENTIALS, app, assignments, check_file, out, stages


@app.command(rich_help_panel=POTENTIALS)
def data(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Extended XYZ, npz, or a trajectory or database of ASE; with --recipe its file or folder.",
        ),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(metavar="LABEL=NAME", help="Entry of a label, such as energy=REF_energy.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(metavar="QUANTITY=UNIT", help="Such as energy=kcal/mol or length=Bohr.")
    ] = None,
    cutoff: Annotated[float, typer.Option(help="Å: count neighbours within it.")] = 6.0,
    batch_size: Annotated[int, typer.Option(min=1, help="Frames of the batch whose memory is told.")] = 32,
    forces: Annotated[
        bool,
        typer.Option("--forces", help="Compare forces and stresses with energy differences of the nearest frames."),
    ] = False,
    recipe: Annotated[
        str | None, typer.Option(metavar="NAME", help="A published set: checksum, units and splits; see --recipes.")
    ] = None,
    split: Annotated[str | None, typer.Option(metavar="NAME", help="Of a recipe: which of its splits.")] = None,
    recipes: Annotated[bool, typer.Option("--recipes", help="List the recipes, and nothing else.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Look at a data set: elements, labels, outliers, neighbours, memory, and what looks like wrong units or signs."""
    from invgen.data import label_format, look, read_structures
    from invgen.data import recipe as find_recipe
    from invgen.data.entries import found_in
    from invgen.data.structures import overlooked_labels

    if recipes:
        _list_recipes(as_json)
        return
    if file is None:
        raise ValueError("data needs a FILE to look at, or --recipes for a list of the recipes")
    check_file(file, folders=recipe is not None)
    if recipe is not None and (key or unit):
        raise ValueError("--recipe knows keys and units; leave out --key and --unit")
    if split is not None and recipe is None:
        raise ValueError(f"--split {split} is one of a recipe's: give --recipe, or leave it out")
    labels = label_format(assignments(key, "--key"), assignments(unit, "--unit"))
    with stages() as progress:
        if recipe is None:
            parts = {file.name: read_structures(file, labels, progress=progress)}
        else:
            parts = {f"{recipe} {part}": found for part, found in find_recipe(recipe).load(file, split).items()}
        seen = [look(s, cutoff, batch_size, forces, labels, name, progress=progress) for name, s in parts.items()]
    if recipe is None:
        others = overlooked_labels(file, labels, found_in(parts[file.name]))
        seen = [replace(seen[0], warnings=(*others, *seen[0].warnings))]
    if as_json:
        print(json.dumps(seen[0].to_json() if recipe is None else [s.to_json() for s in seen], indent=1))
        return
    heading = [] if recipe is None else [f"{find_recipe(recipe)}\n"]
    out.print("\n".join(heading + [s.text() for s in seen]), end="", highlight=False, markup=False, soft_wrap=True)


def _list_recipes(as_json: bool) -> None:
    from dataclasses import fields

    from invgen.data import RECIPES

    if as_json:
        rows = [{f.name: getattr(r, f.name) for f in fields(r) if f.name != "read"} for r in RECIPES.values()]
        print(json.dumps(rows, indent=1))
    else:
        out.print("\n".join(map(str, RECIPES.values())), highlight=False, markup=False, soft_wrap=True)
