"""Verbs on bases: generate, show, check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from invgen.cli import requests
from invgen.cli.application import (
    BASES,
    BasisArgument,
    app,
    backend_names,
    columns_of,
    err,
    out,
    stages,
    warnings_as_lines,
)
from invgen.cli.covariants import covariants_in, show_covariants
from invgen.spec import MAX_CANDIDATES


@app.command(rich_help_panel=BASES)
@requests.with_request
def generate(
    options: dict[str, Any],
    max_candidates: Annotated[
        int, typer.Option(help="Refuse to enumerate more candidates than this.")
    ] = MAX_CANDIDATES,
    backends: Annotated[
        str,
        typer.Option(help="Backends to emit for, such as numba,cpp; usual: all but cpp; none for the basis alone."),
    ] = "usual",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder to write; ./<id> by default.")] = None,
    workers: Annotated[int, typer.Option(help="ace: processes that evaluate candidates.")] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Evaluate on a Dask scheduler's workers, or on own ones: local."),
    ] = None,
) -> None:
    """Generate a basis, prove it, and write it with its emitted kernels.

    A long selection that is interrupted (exit code 130) goes on when called again.
    """
    import invgen
    from invgen.compiler.inspect.report import summary
    from invgen.compiler.inspect.sizes import sizes

    chosen = backend_names(backends)
    spec = requests.request(**options)
    err.print(sizes(spec).short(), highlight=False, markup=False, soft_wrap=True)
    with warnings_as_lines(), stages() as progress:
        try:
            basis = invgen.generate(
                spec, progress=progress, max_candidates=max_candidates, workers=workers, scheduler=scheduler
            )
        except KeyboardInterrupt:
            err.print("interrupted; a long selection goes on when you run it again", highlight=False)
            raise typer.Exit(130) from None
        folder = output or Path(spec.id)
        if chosen:
            progress("emit", 0, 1)
            invgen.emit(basis, chosen, folder)
            progress("emit", 1, 1)
        else:
            basis.save(folder)
    out.print(summary(basis) if chosen else str(basis), highlight=False, soft_wrap=True)
    out.print(f"written to {folder}", highlight=False, soft_wrap=True)


@app.command(rich_help_panel=BASES)
def show(
    basis: BasisArgument,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX, one invariant a line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    diff: Annotated[
        str | None,
        typer.Option(metavar="OTHER", help="Show what BASIS has more (+) and less (-) than OTHER, by label."),
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Draw every contraction graph or coupling tree into it.")] = None,
    gpu: Annotated[
        str | None,
        typer.Option(help="Compile the CUDA kernels for this architecture, such as sm_90: registers, spills."),
    ] = None,
) -> None:
    """Show the invariants of a basis, their evidence, and what the kernels cost."""
    import invgen
    from invgen.compiler.inspect.draw import write_drawings
    from invgen.compiler.inspect.report import describe, ring_table, summary, table

    covariants = covariants_in(basis)
    if covariants is not None:
        show_covariants(covariants, latex, as_json)
        return
    found = invgen.find_basis(basis)
    if diff is not None:
        _show_difference(invgen.find_basis(diff), found, as_json)
        return
    if gpu is not None:
        _show_gpu(found, gpu, as_json)
        return
    if svg is not None:
        paths = write_drawings(found, svg)
        err.print(f"{len(paths)} drawings in {svg}", highlight=False, soft_wrap=True)
    if as_json:
        print(json.dumps(describe(found), indent=1))
    elif latex:
        for i in range(len(found)):
            print(found.latex(i))
    elif svg is None:
        out.print(found.reach, highlight=False, soft_wrap=True)
        out.print(table(found, columns_of(out)), crop=False)
        if found.evidence.ring:
            out.print(ring_table(found.evidence))
        _, _, rest = summary(found).partition("\n")
        out.print(rest, highlight=False, soft_wrap=True)


def _show_difference(first: Any, second: Any, as_json: bool) -> None:
    from invgen.compiler.inspect.difference import difference, difference_text

    if as_json:
        print(json.dumps(difference(first, second), indent=1))
    else:
        out.print(difference_text(first, second), highlight=False, markup=False, soft_wrap=True)


def _show_gpu(found: Any, architecture: str, as_json: bool) -> None:
    from dataclasses import asdict

    from invgen.compiler.inspect.resources import interaction_resources, interaction_table, resource_table, resources

    number = architecture.removeprefix("sm_")
    if not number.isdigit():
        raise ValueError(f"--gpu takes an architecture such as sm_90, got {architecture!r}")
    parts, passes = resources(found, int(number)), interaction_resources(found, int(number))
    if as_json:
        rows = {"parts": [asdict(part) for part in parts], "interaction": [asdict(found) for found in passes]}
        print(json.dumps(rows, indent=1))
        return
    out.print(resource_table(parts, int(number)))
    if passes:
        out.print(interaction_table(passes, int(number)))


@app.command(rich_help_panel=BASES)
def check(basis: BasisArgument) -> None:
    """Verify a basis again elsewhere, emit it again and compare bytes, run every backend against the oracle."""
    import invgen
    from invgen.cli.checking import checks
    from invgen.runs.compilation import compilation_told

    failed = 0
    covariants = covariants_in(basis)
    found = invgen.find_basis(basis) if covariants is None else covariants
    with compilation_told(lambda text: err.print(text, highlight=False)):
        for outcome, name, reason in checks(found, Path(basis)):
            failed += outcome == "FAILED"
            out.print(f"{outcome:8s}{name}{': ' + reason if reason else ''}", highlight=False, soft_wrap=True)
    if failed:
        raise typer.Exit(1)
