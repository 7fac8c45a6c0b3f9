"""The command line: one thin verb per use. Both halves are imported when a verb runs, never before."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from invgen.spec import MAX_CANDIDATES

app = typer.Typer(
    name="invgen",
    help="Rotation invariants: generated for any body order, proven independent, compiled to kernels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
out = Console()
err = Console(stderr=True)


BasisArgument = Annotated[
    str, typer.Argument(metavar="BASIS", help="A basis file, its folder, or the id of a shipped basis.")
]


def _whole_numbers(text: str | None, option: str) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ValueError(f"{option} takes whole numbers such as 0,1,2,4, got {text!r}") from None


def _backends(text: str) -> tuple[str, ...]:
    from invgen.emitters import BACKENDS
    from invgen.errors import unknown

    names = {"all": list(BACKENDS), "none": []}.get(text, text.replace(",", " ").split())
    for name in names:
        if name not in BACKENDS:
            raise ValueError("--backends: " + unknown("backend", name, [*BACKENDS, "all", "none"]))
    return tuple(names)


@contextmanager
def _stages() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each stage on a terminal, one line when a stage begins otherwise."""
    if not err.is_terminal:
        seen: set[str] = set()

        def line(stage: str, done: int, total: int) -> None:
            if stage not in seen:
                seen.add(stage)
                err.print(f"{stage} ...", highlight=False)

        yield line
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        yield update


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Tells warnings of the block as plain lines when it ends."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            yield
        finally:
            for warning in caught:
                err.print(f"warning: {warning.message}", highlight=False, markup=False, soft_wrap=True)


@app.command()
def generate(
    family: Annotated[str, typer.Option(help="Candidate family: cartesian or ace.")] = "cartesian",
    l_max: Annotated[int | None, typer.Option(help="Highest rank; ranks 0..l_max take part.")] = None,
    n_max: Annotated[int, typer.Option(help="Largest correlation order (body order is one more).")] = 4,
    objective: Annotated[str, typer.Option(help="independent, flexible or linear.")] = "independent",
    ranks: Annotated[str | None, typer.Option(help="Explicit ranks such as 0,1,2,4, instead of --l-max.")] = None,
    channels: Annotated[int, typer.Option(help="Tensors of every rank; ace: (species, radial) channels.")] = 1,
    total_degree: Annotated[
        str | None, typer.Option(help="ace: all with sum(n + w_L l) up to this, such as 14 or 21/2.")
    ] = None,
    w_l: Annotated[str | None, typer.Option("--w-l", help="ace: weight of the ranks in the degree, 3/2.")] = None,
    elements: Annotated[str | None, typer.Option(help="ace: neighbouring species such as Mo,W.")] = None,
    parity: Annotated[str, typer.Option(help="proper, pseudo or both.")] = "proper",
    orders: Annotated[str | None, typer.Option(help="Only these correlation orders, such as 2,4.")] = None,
    ordering: Annotated[str, typer.Option(help="Order of candidates: degree, cost or rank.")] = "degree",
    max_candidates: Annotated[
        int, typer.Option(help="Refuse to enumerate more candidates than this.")
    ] = MAX_CANDIDATES,
    backends: Annotated[
        str, typer.Option(help="Backends to emit kernels for, such as numba,torch; none for the basis alone.")
    ] = "all",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder to write; ./<id> by default.")] = None,
) -> None:
    """Generate a basis, prove it, and write it with its emitted kernels."""
    import invgen
    from invgen.inspect.report import summary

    chosen = _backends(backends)
    spec = invgen.BasisSpec(
        family,
        l_max,
        n_max,
        objective,
        ranks=_whole_numbers(ranks, "--ranks"),
        channels=channels,
        parity=parity,
        orders=_whole_numbers(orders, "--orders"),
        ordering=ordering,
        total_degree=total_degree,
        w_L=w_l,
        elements=tuple(elements.replace(",", " ").split()) if elements else (),
    )
    with _stages() as progress:
        basis = invgen.generate(spec, progress=progress, max_candidates=max_candidates)
        folder = output or Path(spec.id)
        if chosen:
            progress("emit", 0, 1)
            invgen.emit(basis, chosen, folder)
            progress("emit", 1, 1)
        else:
            basis.save(folder)
    out.print(summary(basis) if chosen else str(basis), highlight=False, soft_wrap=True)
    out.print(f"written to {folder}", highlight=False, soft_wrap=True)


@app.command()
def show(
    basis: BasisArgument,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX, one invariant a line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Draw every contraction graph or coupling tree into it.")] = None,
) -> None:
    """Show the invariants of a basis, their evidence, and what the kernels cost."""
    import invgen
    from invgen.inspect.draw import write_drawings
    from invgen.inspect.report import describe, summary, table

    found = invgen.find_basis(basis)
    if svg is not None:
        paths = write_drawings(found, svg)
        err.print(f"{len(paths)} drawings in {svg}", highlight=False, soft_wrap=True)
    if as_json:
        print(json.dumps(describe(found), indent=1))
    elif latex:
        for i in range(len(found)):
            print(found.latex(i))
    elif svg is None:
        out.print(table(found))
        out.print(summary(found), highlight=False, soft_wrap=True)


@app.command()
def check(basis: BasisArgument) -> None:
    """Verify a basis again elsewhere, emit it again and compare bytes, run every backend against the oracle."""
    import invgen
    from invgen.checking import checks

    failed = 0
    for outcome, name, reason in checks(invgen.find_basis(basis), Path(basis)):
        failed += outcome == "FAILED"
        out.print(
            f"{outcome:8s}{name}{': ' + reason if reason else ''}",
            highlight=False,
            soft_wrap=True,
        )
    if failed:
        raise typer.Exit(1)


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

    with _warnings_as_lines(), _stages() as progress:
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


def main() -> None:
    """Entry point: plain messages for the errors that users can mend, exit code 2; 130 for Ctrl-C."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        err.print("interrupted", highlight=False)
        sys.exit(130)
    except (ValueError, TypeError, FileNotFoundError, ImportError) as error:
        err.print(f"error: {error}", highlight=False, soft_wrap=True, markup=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
