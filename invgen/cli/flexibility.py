"""The verb flexibility."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import BASES, app, columns_of, err, out, stages


@app.command(rich_help_panel=BASES)
def flexibility(
    bases: Annotated[
        list[str], typer.Argument(metavar="BASIS", help="Basis files, their folders, or ids of shipped bases.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    figure: Annotated[Path | None, typer.Option(help="Draw a heat map into this file: .png, .svg or .pdf.")] = None,
) -> None:
    """Show what bases see at symmetric sites and where tensors vanish, beside what any set could see."""
    import invgen
    from invgen.compiler.inspect.flexibility import checked_figure, flexibility_table, heat_map, legend, summary_line

    if figure is not None:
        checked_figure(figure)
    chosen = [invgen.find_basis(basis) for basis in bases]
    found = []
    with stages() as progress:
        for k, basis in enumerate(chosen):
            progress("flexibility", k, len(chosen))
            found.append(basis.flexibility())
        progress("flexibility", len(chosen), len(chosen))
    if figure is not None:
        heat_map(found, figure)
        err.print(f"heat map in {figure}", highlight=False, soft_wrap=True)
    if as_json:
        print(json.dumps([f.to_json() for f in found], indent=1))
        return
    for f in found:
        out.print(summary_line(f), highlight=False, soft_wrap=True)
    width = columns_of(out)
    for line in legend(found, width):
        out.print(line, highlight=False, soft_wrap=True)
    out.print(flexibility_table(found, width), crop=False)
