"""Verbs on proofs: certify, relations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import BASES, BasisArgument, app, out, stages


@app.command(rich_help_panel=BASES)
def certify(
    basis: Annotated[
        str | None, typer.Argument(metavar="BASIS", help="A basis file, its folder, or the id of a shipped basis.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; ./<id>.certificate.txt by default.")
    ] = None,
    seed: Annotated[str, typer.Option(help="Another word gives other primes and points.")] = "",
    replay: Annotated[Path | None, typer.Option(help="Check this certificate instead, from its labels alone.")] = None,
    fresh: Annotated[
        int, typer.Option(min=0, help="With --replay: as many more rounds with primes and points of real chance.")
    ] = 0,
) -> None:
    """Write a certificate of a basis, or check one with nothing but its labels and integer arithmetic."""
    if (basis is None) == (replay is None):
        raise ValueError("certify takes either a BASIS to certify or --replay FILE to check")
    if replay is not None and (output is not None or seed):
        raise ValueError("--replay writes nothing and draws what the certificate says; leave out --output and --seed")
    if replay is None and fresh:
        raise ValueError("--fresh adds rounds to a check; use it with --replay FILE")
    if basis is None and replay is not None:
        _replay(replay, fresh)
    elif basis is not None:
        _certify(basis, output, seed)


def _certify(basis: str, output: Path | None, seed: str) -> None:
    import invgen
    from invgen.files import write_text

    found = invgen.find_basis(basis)
    with stages() as progress:
        certificate = found.certificate(seed, progress)
    path = write_text(output or Path(f"{found.id}.certificate.txt"), str(certificate))
    out.print("\n".join(certificate.statement), highlight=False, markup=False, soft_wrap=True)
    out.print(f"written to {path}", highlight=False, markup=False, soft_wrap=True)


def _replay(path: Path, fresh: int) -> None:
    from invgen.replay.check import replay

    with stages() as progress:
        outcome = replay(path.read_text(encoding="utf-8"), fresh, progress)
    out.print(str(outcome), highlight=False, markup=False, soft_wrap=True)
    if not outcome:
        raise typer.Exit(1)


@app.command(rich_help_panel=BASES)
def relations(
    basis: BasisArgument,
    labels: Annotated[
        list[str] | None,
        typer.Argument(metavar="LABEL", help="Candidates such as 2ab.2bc.2cd.2da; by default all rejected ones."),
    ] = None,
    max_order: Annotated[
        int | None,
        typer.Option(min=1, help="Highest order of relations; by default three times the candidate's, at least 8."),
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="Print the relations in LaTeX, one a line.")] = False,
) -> None:
    """Show how candidates depend on the invariants of a basis: a proven polynomial relation, or ranks."""
    import invgen
    from invgen.compiler.analysis.relations import Relation

    found = invgen.find_basis(basis)
    if not labels:
        with stages() as progress:
            labels = list(found.certificate(progress=progress).claim.rejected)
        if not labels:
            out.print(f"the selection of {found.id} rejects no candidate", highlight=False, soft_wrap=True)
    for label in labels:
        with stages() as progress:
            outcome = found.relation(label, max_order, progress)
        shown = outcome.latex() if latex and isinstance(outcome, Relation) else str(outcome)
        out.print(shown, highlight=False, markup=False, soft_wrap=True)
