"""The verb for covariants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invgen.cli.application import BASES, app, backend_names, out, stages, whole_numbers
from invgen.cli.requests import Family
from invgen.spec import MAX_CANDIDATES

if TYPE_CHECKING:
    from invgen.compiler.covariant_basis import CovariantBasis


@app.command(rich_help_panel=BASES)
def covariants(
    rank: Annotated[int, typer.Option(help="Rank of the covariants: 1 for dipoles, 2 for polarisabilities.")] = 1,
    l_max: Annotated[int | None, typer.Option(help="Highest rank of the tensors; ranks 0..l_max take part.")] = None,
    n_max: Annotated[int, typer.Option(help="Largest correlation order.")] = 3,
    objective: Annotated[str, typer.Option(help="independent, generators or linear.")] = "independent",
    ranks: Annotated[str | None, typer.Option(help="Explicit ranks such as 1,2, instead of --l-max.")] = None,
    channels: Annotated[int, typer.Option(help="Channels (tensors) of every rank.")] = 1,
    parity: Annotated[str, typer.Option(help="proper (dipoles), pseudo (axial vectors) or both.")] = "proper",
    family: Family = "cartesian",
    max_candidates: Annotated[
        int, typer.Option(help="Refuse to enumerate more candidates than this.")
    ] = MAX_CANDIDATES,
    backends: Annotated[
        str, typer.Option(help="Backends to emit kernels for, such as numba,torch; none for the basis alone.")
    ] = "all",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder to write; ./<id> by default.")] = None,
) -> None:
    """Choose covariants, tensors that turn with their tensors, and write them with their emitted kernels."""
    import invgen

    chosen = backend_names(backends)
    spec = invgen.BasisSpec(
        family, l_max, n_max, objective, ranks=whole_numbers(ranks, "--ranks"), channels=channels, parity=parity
    )
    with stages() as progress:
        basis = invgen.covariants(spec, rank, progress=progress, max_candidates=max_candidates)
        folder = output or Path(basis.id)
        if chosen:
            progress("emit", 0, 1)
            invgen.emit(basis, chosen, folder)
            progress("emit", 1, 1)
        else:
            basis.save(folder)
    out.print(str(basis), highlight=False, soft_wrap=True, markup=False)
    out.print(f"written to {folder}", highlight=False, soft_wrap=True)


def covariants_in(source: str) -> CovariantBasis | None:
    """The covariants of a folder; ``None`` if it holds none."""
    from invgen.compiler.covariant_basis import CovariantBasis

    return CovariantBasis.load(source) if (Path(source) / CovariantBasis.FILE).is_file() else None


def show_covariants(found: CovariantBasis, latex: bool, as_json: bool) -> None:
    """What ``invgen show`` prints of covariants."""
    from invgen.compiler.inspect.report import ring_table

    if as_json:
        texts = [{"label": c.label, "order": c.order, "text": c.text, "latex": c.latex} for c in found]
        print(json.dumps({**found.to_json(), "covariants": texts}, indent=1))
    elif latex:
        for c in found:
            print(c.latex)
    else:
        if found.evidence.ring:
            out.print(ring_table(found.evidence))
        out.print(str(found), highlight=False, soft_wrap=True, markup=False)
