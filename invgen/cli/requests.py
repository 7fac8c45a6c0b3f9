"""What ``generate`` and ``count`` ask for: the options of a request, and the request that they make."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer

from invgen.cli.application import whole_numbers
from invgen.spec import FAMILIES, BasisSpec

Family = Annotated[str, typer.Option(help=f"Candidate family: {' or '.join(FAMILIES)}.")]
LMax = Annotated[
    str | None, typer.Option(help="Highest rank; ranks 0..l_max take part. ace: or one for each order, such as 0,4,3.")
]
NMax = Annotated[int, typer.Option(help="Largest correlation order (body order is one more).")]
Objective = Annotated[str, typer.Option(help="independent, flexible, robust, linear or generators.")]
Ranks = Annotated[str | None, typer.Option(help="Explicit ranks such as 0,1,2,4, instead of --l-max.")]
Channels = Annotated[
    str,
    typer.Option(help="Channels (tensors) of every rank; ace: of all species together, or for each order: 8,4,2."),
]
TotalDegree = Annotated[
    str | None,
    typer.Option(help="ace: all with sum(n + w_L l) up to this, such as 14 or 21/2; or for each order: 20,16,12."),
]
WL = Annotated[str | None, typer.Option("--w-l", help="ace: weight of the ranks in the degree, 3/2.")]
Elements = Annotated[str | None, typer.Option(help="ace: neighbouring species such as Mo,W.")]
Parity = Annotated[str, typer.Option(help="proper, pseudo or both.")]
Orders = Annotated[str | None, typer.Option(help="Only these correlation orders, such as 2,4.")]
Ordering = Annotated[
    str,
    typer.Option(
        help="Order of candidates: degree, cost or rank; or chosen with the kernel: program, program_vjp, program_all."
    ),
]


def request(
    family: Family = "cartesian",
    l_max: LMax = None,
    n_max: NMax = 4,
    objective: Objective = "independent",
    ranks: Ranks = None,
    channels: Channels = "1",
    total_degree: TotalDegree = None,
    w_l: WL = None,
    elements: Elements = None,
    parity: Parity = "proper",
    orders: Orders = None,
    ordering: Ordering = "degree",
) -> BasisSpec:
    """The request of these options; raises ``SpecError`` as ``BasisSpec`` does, or ``ValueError`` naming an option."""
    if l_max is ranks is total_degree is None:
        raise ValueError("give either --l-max, such as 3, or --ranks, such as 0,1,2; of ace perhaps --total-degree, 12")
    degrees = None if total_degree is None else _one_or_several(tuple(total_degree.replace(",", " ").split()))
    return BasisSpec(
        family,
        _one_or_several(whole_numbers(l_max, "--l-max")),
        n_max,
        objective,
        ranks=whole_numbers(ranks, "--ranks"),
        channels=_one_or_several(whole_numbers(channels, "--channels")),
        parity=parity,
        orders=whole_numbers(orders, "--orders"),
        ordering=ordering,
        total_degree=degrees,
        w_L=w_l,
        elements=tuple(elements.replace(",", " ").split()) if elements else (),
    )


def with_request(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb with the options of ``request`` on the command line, where it takes all of them as ``options``."""
    own, asked = (signature(function, eval_str=True).parameters for function in (verb, request))

    @wraps(verb)
    def told(**given: Any) -> None:
        verb(options={name: given.pop(name) for name in asked}, **given)

    shown = [p for name in own for p in (asked.values() if name == "options" else [own[name]])]
    told.__signature__ = Signature([p.replace(kind=Parameter.KEYWORD_ONLY) for p in shown])  # type: ignore[attr-defined]
    return told


def changed(options: dict[str, Any]) -> list[str]:
    """The options of a request that are not as they are by default, as they are written."""
    asked = signature(request).parameters
    return [f"--{name.replace('_', '-')}" for name, value in options.items() if value != asked[name].default]


def _one_or_several(values: tuple[Any, ...] | None) -> Any:
    """A single value as it is."""
    return values[0] if values is not None and len(values) == 1 else values
