"""Verbs on models: train, compile, fit."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import (
    POTENTIALS,
    app,
    assignments,
    check_file,
    check_writable,
    err,
    out,
    stages,
    training_bar,
    warnings_as_lines,
)


@app.command(rich_help_panel=POTENTIALS)
def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A TOML file; see docs/training.md.")],
    start: Annotated[
        Path | None, typer.Option("--from", metavar="MODEL", help="Fine-tune: begin with the weights of this model.")
    ] = None,
    extend: Annotated[
        bool, typer.Option("--extend", help="Let the training in the folder go on with other settings, as more epochs.")
    ] = False,
    committee: Annotated[
        int, typer.Option(min=1, help="Train so many networks from different seeds, each in a folder member-<n>.")
    ] = 1,
) -> None:
    """Train a network on energies, forces and stresses.

    A training that is interrupted (exit code 130) goes on when called again.
    """
    from invgen.potentials.training.config import check_places, read_config

    if start is not None:
        check_file(start, "model", folders=True)
    settings = read_config(config)
    check_places(settings, config.parent)

    from invgen.potentials.evaluation import error_table
    from invgen.potentials.training import run

    model = None if start is None else start.resolve()
    members = range(committee) if committee > 1 else (None,)
    for member in members:
        if member is not None and not int(os.environ.get("RANK", "0")):
            out.print(f"member {member} of a committee of {committee}", highlight=False)
        with training_bar() as (say, bar):
            result = run.train(settings, config.parent, say, bar, start=model, extend=extend, member=member)
        if not result.finished:
            raise typer.Exit(130)
        if int(os.environ.get("RANK", "0")):
            continue  # under torchrun, the first process tells
        rows = {name: errors for name, errors in (("validation", result.validation), ("test", result.test)) if errors}
        out.print(error_table(rows), end="", highlight=False, markup=False, soft_wrap=True)


@app.command(rich_help_panel=POTENTIALS)
def evaluate(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL",
            help="A trained network or a linear potential: its file, or the folder of its training or fit; or the "
            "folder of a compiled network.",
        ),
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Labelled structures; with --output labels may be missing.")
    ],
    basis: Annotated[
        str | None,
        typer.Option("--basis", "--kernels", help="Folder of the kernels it was trained with, unless shipped."),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="Where a label is: energy=REF_energy. As in the training, if not given.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="What it is measured in: energy=kcal/mol. As in the training, if not given."),
    ] = None,
    device: Annotated[
        str, typer.Option(help="cpu, cuda, or auto: a GPU if torch finds one. Linear potentials compute on the CPU.")
    ] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Numbers in eV, eV/Å and eV/Å^3 as JSON.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Extended XYZ to write: structures, labels and predictions, in eV and Å."),
    ] = None,
) -> None:
    """Errors of a model on labelled structures: in all, by group, and by element."""
    check_file(model, "model", folders=True)
    check_file(file)
    if output is not None:
        if output.exists() and output.samefile(file):
            raise ValueError(f"--output {output} is the file of the structures and would replace it: choose another")
        check_writable(output)

    from invgen.data.labels import LabelFormat
    from invgen.potentials import load_potential
    from invgen.potentials.evaluated import evaluate_file, trained_labels

    potential = load_potential(model, basis, device)
    trained = trained_labels(potential)
    labels = LabelFormat(assignments(key, "--key") or trained.keys, assignments(unit, "--unit") or trained.units)
    with stages() as progress:
        found = evaluate_file(potential, file, labels, output, progress)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=1))
    elif found.errors():
        out.print(found.table(), end="", highlight=False, markup=False, soft_wrap=True)


@app.command("compile", rich_help_panel=POTENTIALS)
def compile_network(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A trained network: its file, or the folder of its training.")
    ],
    basis: Annotated[
        str | None,
        typer.Option("--basis", "--kernels", help="Folder of the kernels it was trained with, unless shipped."),
    ] = None,
    target: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    export: Annotated[
        bool, typer.Option(help="Make native code of the whole network, too; needs a C++ compiler and minutes.")
    ] = True,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="New folder to write; <model>-<target> by default.")
    ] = None,
) -> None:
    """Freeze a trained network into a folder that runs by itself; see docs/compiling.md."""
    check_file(model, "model", folders=True)

    from invgen.potentials import compile_model, load_compiled

    folder = output or model.with_name(f"{model.stem}-{target}")
    with stages() as progress:
        compile_model(model, folder, basis=basis, target=target, export=export, progress=progress)
    with warnings_as_lines():
        out.print(load_compiled(folder).summary(), highlight=False, markup=False, soft_wrap=True)
    out.print(f"written to {folder}", highlight=False, soft_wrap=True)


@app.command(rich_help_panel=POTENTIALS)
def fit(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A TOML file; see docs/potentials.md.")],
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Assemble on a Dask scheduler's workers, or on own ones: local."),
    ] = None,
) -> None:
    """Fit a linear ACE potential to energies, forces and stresses.

    A fit that is interrupted (exit code 130) goes on when called again.
    """
    from invgen.ace.fitting.config import read_fit_config
    from invgen.runs.config import check_files

    check_files(read_fit_config(config), config.parent)

    import invgen.ace

    def say(line: str) -> None:
        out.print(line, highlight=False, markup=False, soft_wrap=True)

    with warnings_as_lines(), stages() as progress:
        try:
            result = invgen.ace.fit_file(config, progress=progress, scheduler=scheduler, say=say)
        except KeyboardInterrupt:
            err.print("interrupted; run again to continue", highlight=False)
            raise typer.Exit(130) from None
    details = result.solution.details
    chosen = f", lambda {details['lambda']:.3g}, prior degree^{details['smoothness']:g}" if "lambda" in details else ""
    out.print(
        f"{result.report['coefficients']} coefficients, rank {result.solution.rank}, "
        f"condition {result.solution.condition:.3g}{chosen}",
        highlight=False,
        soft_wrap=True,
    )
    seconds = {stage: f"{took['wall']:.1f} s" for stage, took in result.report["seconds"].items()}
    dense = details.get("factorisation_seconds")
    told = "" if dense is None else f", of which one dense decomposition takes {dense:.1f} s"
    out.print(f"assembly {seconds['assembly']}, solve {seconds['solve']}{told}", highlight=False, soft_wrap=True)
    out.print(result.summary(), end="", highlight=False, markup=False, soft_wrap=True)
    out.print(result.table(), end="", highlight=False, markup=False, soft_wrap=True)
    out.print(f"potential and report are in {result.folder}", highlight=False, soft_wrap=True)
