"""The verb that sizes a basis before it is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from invgen.cli import requests
from invgen.cli.application import BASES, app, out

if TYPE_CHECKING:
    from invgen.compiler.inspect.sizes import Sizes


@app.command(rich_help_panel=BASES)
@requests.with_request
def count(
    options: dict[str, Any],
    configuration: Annotated[
        Path | None,
        typer.Argument(metavar="FIT.toml", help="Size the basis of this configuration of a fit instead of options."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Size a basis before it is made: functions of every order, channels, and the rank that it can reach."""
    from invgen.compiler.inspect.sizes import sizes

    if configuration is None:
        found = sizes(requests.request(**options))
    else:
        if given := requests.changed(options):
            raise ValueError(
                f"count takes {configuration} or options of a request, not both; leave out {', '.join(given)}"
            )
        found = _of_file(configuration)
    if as_json:
        print(json.dumps(found.to_json(), indent=1))
    else:
        out.print(str(found), highlight=False, soft_wrap=True, markup=False)


def _of_file(path: Path) -> Sizes:
    from invgen.ace.fitting.run import sizes_of_file

    return sizes_of_file(path)
