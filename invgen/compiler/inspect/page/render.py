"""Templates to pages: whatever is not markup of this package is escaped, and nothing may be asked of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
from markupsafe import Markup

from invgen.resources import templates_folder
from invgen.version import __version__

FOLDER = "report"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
"""What a browser allows the page: its own styles and scripts, no request of any kind."""


def environment() -> jinja2.Environment:
    """Escapes by default; undefined names are errors."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_folder() / FOLDER, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def page(template: str, context: Mapping[str, Any], scripts: tuple[str, ...] = ()) -> str:
    """The whole page of a template, with the style and the scripts of the folder in it."""
    return (
        environment()
        .get_template(template)
        .render(
            **context,
            version=__version__,
            policy=POLICY,
            style=Markup(source("page.css")),
            scripts=[Markup(source(name)) for name in ("page.js", *scripts)],
        )
    )


def source(name: str) -> str:
    """The text of a file that goes into pages as it is."""
    return (templates_folder() / FOLDER / name).read_text(encoding="utf-8")
