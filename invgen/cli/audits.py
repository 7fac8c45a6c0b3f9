"""Verb on anybody's descriptors: audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import DESCRIPTORS, app, columns_of, err, out, stages, whole_numbers


@app.command(rich_help_panel=DESCRIPTORS)
def audit(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A text file of contractions or polynomials, an npz file of Jacobians, or module:function.",
        ),
    ],
    kind: Annotated[
        str | None, typer.Option(help="contractions, polynomials, function or table; found out by default.")
    ] = None,
    ordering: Annotated[str, typer.Option(help="Which members come first: given or cost.")] = "given",
    traces: Annotated[
        bool, typer.Option("--traces", help="Tensors of contractions have traces, as moment tensors do.")
    ] = False,
    unit: Annotated[
        bool, typer.Option("--unit", help="Moments of unit vectors: the trace of two_1 is zero_1, and so on.")
    ] = False,
    rotations: Annotated[
        bool, typer.Option("--rotations", help="Polynomials that rotations leave unchanged: the bound is three less.")
    ] = False,
    places: Annotated[
        str, typer.Option(help="Degenerate places: variables or ranks that vanish, x,y+z or one,two; all, none, auto.")
    ] = "auto",
    atoms: Annotated[int | None, typer.Option(help="A function of the positions of so many atoms.")] = None,
    neighbours: Annotated[
        int | None, typer.Option(help="A function of the positions of so many neighbours of an atom at the origin.")
    ] = None,
    ranks: Annotated[
        str | None, typer.Option(help="A function of the components of tensors of these ranks, such as 0,1,2,3.")
    ] = None,
    components: Annotated[int | None, typer.Option(help="A function of so many numbers.")] = None,
    species: Annotated[str | None, typer.Option(help="Of the atoms in turns, such as C,H; second argument.")] = None,
    derivatives: Annotated[
        str, typer.Option(help="Of a function: autograd (torch), differences, given, or auto.")
    ] = "auto",
    configurations: Annotated[int, typer.Option(help="Number of random configurations of a function.")] = 3,
    seed: Annotated[str, typer.Option(help="What random numbers depend on.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the report there, as JSON if it ends in .json.")
    ] = None,
) -> None:
    """Find the functionally dependent members of anybody's descriptors.

    Exit code 0: all are independent. 1: some are dependent, or float64 does not decide it. 2: bad input.
    """
    import invgen
    from invgen.compiler.auditing.report import as_json as whole
    from invgen.compiler.auditing.report import table, write_report

    with stages() as progress:
        found = invgen.audit(
            source,
            kind=kind,
            ordering=ordering,
            traces=traces,
            unit=unit,
            rotations=rotations,
            places=places,
            atoms=atoms,
            neighbours=neighbours,
            ranks=whole_numbers(ranks, "--ranks"),
            components=components,
            species=tuple(species.replace(",", " ").split()) if species else (),
            derivatives=derivatives,
            configurations=configurations,
            seed=seed,
            progress=progress,
        )
    if output is not None:
        write_report(found, output)
        err.print(f"written to {output}", highlight=False, soft_wrap=True)
    if as_json:
        print(whole(found), end="")
    else:
        out.print(table(found, columns_of(out)), crop=False)
        out.print(str(found), highlight=False, markup=False, soft_wrap=True)
    if not found.independent:
        raise typer.Exit(1)
