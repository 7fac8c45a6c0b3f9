"""What all verbs share: the application, its consoles, progress, and the reading of options."""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from typer.core import TyperGroup

from invgen.version import __version__

BASES, POTENTIALS, DESCRIPTORS = "Bases", "Data and potentials", "Anybody's descriptors"
"""The verbs in groups, as ``invgen --help`` shows them."""
ORDER = (
    *("generate", "count", "show", "report", "check", "certify", "relations", "flexibility", "covariants"),
    *("data", "train", "fit", "evaluate", "compile", "export", "audit"),
)


class _Verbs(TyperGroup):
    """The verbs in the order in which they are needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="invgen",
    cls=_Verbs,
    help="Rotation invariants: generated for any body order, proven independent, compiled to kernels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
out = Console(emoji=False)
err = Console(stderr=True, emoji=False)
ENDLESS = 10_000


def columns_of(console: Console) -> int:
    """How many characters a line may have: those of the terminal, or as many as it takes where there is none."""
    return console.width if console.is_terminal or "COLUMNS" in os.environ else ENDLESS


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"invgen {__version__}")
        raise typer.Exit


@app.callback()
def application(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="The version, and nothing else.")
    ] = False,
) -> None:
    """Rotation invariants: generated for any body order, proven independent, compiled to kernels."""


BasisArgument = Annotated[
    str, typer.Argument(metavar="BASIS", help="A basis file, its folder, or the id of a shipped basis.")
]


def check_file(path: Path, what: str = "file", folders: bool = False) -> None:
    """Raises ``FileNotFoundError`` where there is nothing to read: at once, before what takes seconds to import."""
    if not path.exists():
        raise FileNotFoundError(f"no such {what}: {path}")
    if path.is_dir() and not folders:
        raise FileNotFoundError(f"no such {what}: {path} is a folder")


def check_writable(path: Path) -> None:
    """Raises ``OSError`` if a file cannot be written there; makes missing folders."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give --output the name of a file in it")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def whole_numbers(text: str | None, option: str) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ValueError(f"{option} takes whole numbers such as 0,1,2,4, got {text!r}") from None


def assignments(texts: list[str] | None, option: str) -> dict[str, str]:
    """``name=value`` of an option that is given several times. Raises ``ValueError`` for what is none."""
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise ValueError(f"{option} takes NAME=VALUE such as energy=REF_energy, got {text!r}")
        if name in found:
            raise ValueError(f"{option} gives {name} twice: {found[name]!r} and {value!r}")
        found[name] = value
    return found


def backend_names(text: str) -> tuple[str, ...]:
    from invgen.compiler.emitters import BACKENDS, USUAL
    from invgen.errors import unknown

    names = {"usual": list(USUAL), "all": list(BACKENDS), "none": []}.get(text, text.replace(",", " ").split())
    for name in names:
        if name not in BACKENDS:
            raise ValueError("--backends: " + unknown("backend", name, [*BACKENDS, "usual", "all", "none"]))
    return tuple(names)


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each stage on a terminal; otherwise a line when a stage begins, and then every few seconds.

    Both say how long the stage has taken, and about how long it will.
    """
    if not err.is_terminal:
        from invgen.runs.heartbeat import heartbeat

        with heartbeat(_error_line, lambda: now.text()) as say:
            now = _Stage(say)
            yield now.update
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def update(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        yield update


def _error_line(text: str) -> None:
    err.print(text, highlight=False, markup=False, soft_wrap=True)


class _Stage:
    """The stage that was heard of last, said when it begins; ``text()`` says how far it is."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._seen, self._last = say, set[str](), ("starting", 0, 0)
        self._start, self._first = time.monotonic(), 0

    def update(self, stage: str, done: int, total: int) -> None:
        if stage != self._last[0]:
            self._start, self._first = time.monotonic(), done
        self._last = (stage, done, total)
        if stage not in self._seen:
            self._seen.add(stage)
            self._say(f"{stage} ...")

    def text(self) -> str:
        stage, done, total = self._last
        part, took = f" {done}/{total}" if total else "", time.monotonic() - self._start
        new = done - self._first
        left = f", about {took * (total - done) / new:.0f} s left" if new > 0 and done < total else ""
        return f"{stage}{part}, {took:.0f} s{left}"


@contextmanager
def training_bar() -> Iterator[tuple[Callable[[str], None], Callable[[float, int, str], None] | None]]:
    """``(say, bar)`` for a training: on a terminal one bar over all epochs with the last epoch's errors below it.

    Elsewhere there is no bar, and every line that is said is printed.
    """

    def line(text: str, console: Console = out) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    if not err.is_terminal:
        yield line, None
        return
    columns = (TextColumn("epoch {task.fields[epoch]}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with _LineBelow(*columns, console=err, transient=True) as bars:
        task = bars.add_task("", total=None, epoch="")

        def bar(done: float, epochs: int, last: str) -> None:
            bars.below = last
            bars.update(task, completed=done, total=epochs, epoch=f"{min(int(done) + 1, epochs)}/{epochs}")

        def say(text: str) -> None:
            if text != bars.below:
                line(text, bars.console if out.is_terminal else out)

        yield say, bar


class _LineBelow(Progress):
    """Progress bars with a line of text below them."""

    below = ""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        yield Text(self.below)


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Tells warnings of the block as plain lines, above the bar of a stage that shows one."""

    def told(message: Warning | str, *others: Any, **more: Any) -> None:
        _error_line(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = told
        yield
