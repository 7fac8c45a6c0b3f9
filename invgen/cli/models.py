"""Verbs on models: train, fit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import app, err, out, stages, warnings_as_lines


@app.command()
def train(config: Annotated[Path, typer.Argument(help="A TOML file; see docs/training.md.")]) -> None:
    """Train a network on energies and forces; an interrupted run resumes when called again (exit code 130)."""
    from invgen.potentials.training import train_from_file

    result = train_from_file(
        config, progress=lambda text: out.print(text, highlight=False, markup=False, soft_wrap=True)
    )
    if not result.finished:
        raise typer.Exit(130)
    for name, errors in (("validation", result.validation), ("test", result.test)):
        if errors:
            numbers = ", ".join(
                f"{key} {value:.4g}" for key, value in errors.items() if key.startswith(("energy", "force"))
            )
            out.print(f"{name} errors (eV, eV/Å): {numbers}", highlight=False, soft_wrap=True)


@app.command()
def fit(config: Annotated[Path, typer.Argument(help="A TOML file; see docs/potentials.md.")]) -> None:
    """Fit a linear ACE potential; an interrupted fit goes on when called again (exit code 130)."""
    import invgen.ace

    with warnings_as_lines(), stages() as progress:
        try:
            result = invgen.ace.fit_file(config, progress=progress)
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
    out.print(result.table(), end="", highlight=False, markup=False, soft_wrap=True)
    out.print(f"potential and report are in {result.folder}", highlight=False, soft_wrap=True)
