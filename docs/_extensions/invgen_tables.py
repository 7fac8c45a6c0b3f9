"""Tables that the site makes from the code: keys of configurations, and verbs of the command line."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from textwrap import dedent
from typing import Any, ClassVar

import typer.main
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from invgen.ace.fitting.config import TABLES as FIT
from invgen.potentials.training.config import TABLES as TRAINING

CONFIGURATIONS = {"train": TRAINING, "fit": FIT}
UNITS = (
    *("1/eV (mse: 1/eV²)", "Å/eV (mse: Å²/eV²)", "1/eV", "Å/eV", "eV, eV/Å", "eV", "Å", "s"),
    *("structures", "epochs"),
)
"""What the text below a key may begin with, before a colon or a blank."""
TYPES = {
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "str": "text",
    "dict[str, Any]": "table",
}


@dataclass(frozen=True)
class Key:
    """One key of a configuration as a table shows it."""

    table: str
    name: str
    kind: str
    unit: str
    default: str
    meaning: str


def keys_of(configuration: str) -> list[Key]:
    """All keys of ``train`` or ``fit``. Raises ``ValueError`` for a key without a text below it."""
    return [
        _key(table, field, told_below(kind))
        for table, kind in CONFIGURATIONS[configuration].items()
        for field in fields(kind)
    ]


def told_below(kind: type) -> dict[str, str]:
    """The text below each field of a class and of those that it comes from."""
    found: dict[str, str] = {}
    for part in reversed(inspect.getmro(kind)):
        if part.__module__.startswith("invgen"):
            body = ast.parse(dedent(inspect.getsource(part))).body[0]
            assert isinstance(body, ast.ClassDef)
            for field, text in zip(body.body, body.body[1:], strict=False):
                match field, text:
                    case ast.AnnAssign(), ast.Expr(value=ast.Constant(value=str() as told)):
                        found[ast.unparse(field.target)] = " ".join(told.split())
    return found


def _key(table: str, field: Field[Any], told: dict[str, str]) -> Key:
    text = told.get(field.name)
    if not text:
        raise ValueError(f"the key {field.name} of [{table}] has no text below it; say what it means, with its unit")
    unit = next((u for u in UNITS if text.startswith((f"{u}: ", f"{u} "))), "")
    meaning = text.removeprefix(f"{unit}:").strip() if text.startswith(f"{unit}:") else text
    return Key(table, field.name, _kind(str(field.type)), unit, _default(field), meaning)


def _kind(annotation: str) -> str:
    kinds = [part for part in annotation.split(" | ") if part != "None"]
    if any(part.startswith("tuple[") for part in kinds) or "tuple[" in annotation:
        inner = annotation.partition("tuple[")[2].partition(",")[0]
        single = [k for k in annotation.partition("tuple[")[0].split(" | ") if k in TYPES]
        listed = f"list of {TYPES.get(inner.split(' | ')[0], 'number')}s"
        return " or ".join([*(TYPES[k] for k in single), listed])
    return " or ".join(TYPES[part] for part in kinds)


def _default(field: Field[Any]) -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return "required"
    value = field.default if field.default_factory is MISSING else field.default_factory()
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f"{v:g}" for v in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def verbs() -> Iterator[tuple[str, Any]]:
    """Every verb of the command line."""
    from invgen.cli import app

    group = typer.main.get_command(app)
    yield from sorted(group.commands.items())  # type: ignore[attr-defined]


class Keys(SphinxDirective):
    """The tables of a configuration, one section for each."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Sections with tables."""
        found: list[nodes.Node] = []
        keys = keys_of(self.arguments[0])
        for table, kind in CONFIGURATIONS[self.arguments[0]].items():
            section = nodes.section(ids=[f"{self.arguments[0]}-{table}"])
            section += nodes.title(text=f"[{table}]")
            section += nodes.paragraph(text=plain(inspect.cleandoc(kind.__doc__ or "").replace("\n", " ")))
            rows = [[code(k.name), k.kind, k.unit, code(k.default), plain(k.meaning)] for k in keys if k.table == table]
            section += table_node(("key", "type", "unit", "default", "meaning"), rows)
            found.append(section)
        return found


class Verbs(SphinxDirective):
    """The verbs of the command line with their options."""

    def run(self) -> list[nodes.Node]:
        """A section for each verb."""
        found: list[nodes.Node] = []
        for name, command in verbs():
            section = nodes.section(ids=[f"invgen-{name}"])
            section += nodes.title(text=f"invgen {name}")
            section += nodes.paragraph(text=plain(" ".join((command.help or "").split())))
            rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
            section += table_node(("argument or option", "default", "meaning"), rows)
            found.append(section)
        return found


def _option(parameter: Any) -> list[Any]:
    is_option = parameter.param_type_name == "option"
    spelled = ", ".join(parameter.opts) if is_option else parameter.metavar or parameter.name.upper()
    default = "" if parameter.default in (None, False, ...) or callable(parameter.default) else str(parameter.default)
    return [code(spelled), code(default), " ".join((getattr(parameter, "help", "") or "").split())]


def plain(text: str) -> str:
    """Without the marks of literals."""
    return text.replace("``", "")


def code(text: str) -> nodes.Node:
    """A literal; nothing for nothing."""
    return nodes.literal(text=text) if text else nodes.Text("")


def table_node(headings: tuple[str, ...], rows: list[list[Any]]) -> nodes.table:
    """A table of texts and nodes."""
    table = nodes.table()
    group = nodes.tgroup(cols=len(headings))
    table += group
    group += [nodes.colspec(colwidth=1) for _ in headings]
    head, body = nodes.thead(), nodes.tbody()
    group += [head, body]
    head += _row(headings)
    body += [_row(row) for row in rows]
    return table


def _row(cells: Any) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        entry, paragraph = nodes.entry(), nodes.paragraph()
        paragraph += cell if isinstance(cell, nodes.Node) else nodes.Text(cell)
        entry += paragraph
        row += entry
    return row


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers the directives."""
    directives: dict[str, type[Directive]] = {"configuration-keys": Keys, "verbs": Verbs}
    for name, kind in directives.items():
        app.add_directive(name, kind)
    return {"version": "1", "parallel_read_safe": True}
