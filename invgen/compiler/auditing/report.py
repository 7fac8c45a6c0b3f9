"""An audit as a table for people, as text, and as JSON."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from invgen.compiler.auditing.verdict import Audit, Member
from invgen.files import write_text
from invgen.markup.terminal import Column, fitted

SHOWN = 4
"""Kept members named for a dependent one."""
WIDTH = 120


def table(audit: Audit, width: int = WIDTH) -> Table:
    """One row for each member: position, name, status, its gradient by those of kept ones, its new share.

    ``width`` is how many characters there are; names stay whole whatever they take.
    """
    title = _escaped(f"{audit.name} ({audit.kind})")
    columns = (
        Column("#", "right"),
        Column("member"),
        Column("status"),
        Column("gradient is", folds=True, spare=2),
        Column("new", "right", spare=1),
    )
    rows = []
    for m in audit.members:
        share = "" if audit.exact and m.status != "kept" else f"{m.share:.1e}"
        rows.append([str(m.position), _escaped(m.label), _status(m), _made_of(m), share])
    return fitted(columns, rows, width, title)


def _status(member: Member) -> str:
    colour = {"kept": "green", "dependent": "red", "constant": "red"}[member.status]
    return f"[{colour}]{member.status}[/{colour}]" + (" (proven)" if member.proven else "")


def _made_of(member: Member) -> str:
    parts = [f"{c:+.3g} #{k}" for k, c in zip(member.depends_on[:SHOWN], member.coefficients, strict=False)]
    more = len(member.depends_on) - SHOWN
    text = " ".join(parts) + (f" and {more} more" if more > 0 else "")
    return f"{text} ({member.note})" if text and member.note else text or member.note


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def text(audit: Audit) -> str:
    """Table and verdict."""
    console = Console(file=io.StringIO(), width=WIDTH, color_system=None, emoji=False)
    console.print(table(audit), crop=False)
    rows = console.file.getvalue().rstrip()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in rows.splitlines()) + f"\n\n{audit}\n"


def write_report(audit: Audit, path: str | os.PathLike[str]) -> Path:
    """Writes JSON if the name ends in ``.json``, else text."""
    whole = as_json(audit) if Path(path).suffix == ".json" else text(audit)
    return write_text(path, whole)


def as_json(audit: Audit) -> str:
    """``Audit.to_json`` as text."""
    return _lines(audit.to_json()) + "\n"


def _lines(value: Any, indent: str = "\n") -> str:
    """JSON; texts in lists, and what holds lists or objects, have lines of their own."""
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if not any(isinstance(part, (dict, list) if isinstance(value, dict) else (dict, list, str)) for part in inside):
        return json.dumps(value)
    deeper = indent + " "
    parts = [_lines(part, deeper) for part in inside]
    if isinstance(value, dict):
        return "{" + ",".join(f"{deeper}{json.dumps(k)}: {p}" for k, p in zip(value, parts, strict=True)) + indent + "}"
    return "[" + ",".join(deeper + part for part in parts) + indent + "]"
