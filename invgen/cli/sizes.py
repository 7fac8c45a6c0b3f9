"""The verb that sizes a basis before it is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invgen.cli import requests
from invgen.cli.application import app, out

if TYPE_CHECKING:
    from invgen.spec import BasisSpec


@app.command()
def count(
    configuration: Annotated[
        Path | None,
        typer.Argument(metavar="[FIT.toml]", help="Size the basis of this configuration of a fit instead of options."),
    ] = None,
    family: requests.Family = "cartesian",
    l_max: requests.LMax = None,
    n_max: requests.NMax = 4,
    objective: requests.Objective = "independent",
    ranks: requests.Ranks = None,
    channels: requests.Channels = "1",
    total_degree: requests.TotalDegree = None,
    w_l: requests.WL = None,
    elements: requests.Elements = None,
    parity: requests.Parity = "proper",
    orders: requests.Orders = None,
    ordering: requests.Ordering = "degree",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Size a basis before it is made: functions of every order, channels, and the rank that it can reach."""
    from invgen.compiler.inspect.sizes import sizes

    options = (family, l_max, n_max, objective, ranks, channels, total_degree, w_l, elements, parity, orders, ordering)
    if configuration is None:
        spec = requests.request(*options)
    else:
        given = [name for name in (l_max, ranks, total_degree, w_l, elements, orders) if name is not None]
        if given or (family, n_max, channels) != ("cartesian", 4, "1"):
            raise ValueError(f"count takes {configuration} or options of a request, not both; leave out the options")
        spec = _of_file(configuration)
    found = sizes(spec)
    if as_json:
        print(json.dumps(found.to_json(), indent=1))
    else:
        out.print(str(found), highlight=False, soft_wrap=True, markup=False)


def _of_file(path: Path) -> BasisSpec:
    from invgen.ace.fitting.run import basis_of_file

    return basis_of_file(path)
