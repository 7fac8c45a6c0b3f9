"""The verb report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from invgen.cli.application import BasisArgument, app, out, stages


@app.command()
def report(
    basis: BasisArgument,
    compare: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Put another basis beside it: kept, dropped, rank, cost.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; ./<id>.html by default.")
    ] = None,
) -> None:
    """Write a page that opens in a browser without a network: proofs, invariants, selection, symmetric sites, cost."""
    import invgen
    from invgen.compiler.inspect.page.basis_page import basis_page
    from invgen.files import write_text

    found = invgen.find_basis(basis)
    other = None if compare is None else invgen.find_basis(compare)
    path = output or Path(f"{found.id}.html")
    check_writable(path)
    with stages() as progress:
        text = basis_page(found, other, progress)
    write_text(path, text)
    out.print(f"written to {path} ({len(text.encode()) / 1e6:.2f} MB)", highlight=False, markup=False, soft_wrap=True)


def check_writable(path: Path) -> None:
    """Raises ``OSError`` if a file cannot be written there; makes missing folders."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give --output the name of a file, such as {path / 'report.html'}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass
