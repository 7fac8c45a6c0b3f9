"""Two bases side by side: size, rank and cost, and which invariants are in both, in one, or in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from invgen.compiler.basis import Basis
from invgen.compiler.inspect.page.costs import KernelCost
from invgen.compiler.inspect.page.history import History
from invgen.compiler.selection.evidence import SiteRank
from invgen.markup.mathml import mathml

MOST_MEMBERS = 300
"""Invariants that are listed of each part."""


@dataclass(frozen=True)
class Member:
    """One invariant: label, formula, and what the selection of the other basis did with it."""

    label: str
    formula: Markup
    words: str


@dataclass(frozen=True)
class Part:
    """Invariants of one kind: a heading, how many there are, and the first of them."""

    heading: str
    count: int
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Comparison:
    """What a page says of another basis.

    lines
        ``(what, of this basis, of the other)``.
    sites
        ``(site, of this basis, of the other)`` where they see different shares of what there is.
    """

    other: str
    lines: tuple[tuple[str, str, str], ...]
    parts: tuple[Part, ...]
    sites: tuple[tuple[str, str, str], ...]


def comparison(
    bases: tuple[Basis, Basis],
    stories: tuple[History, History],
    kernels: tuple[Sequence[KernelCost], Sequence[KernelCost]],
    sites: tuple[Sequence[SiteRank], Sequence[SiteRank]],
) -> Comparison:
    """This basis and another one; kernels and sites may be empty where they were not looked at."""
    lines = [(name, f"{ours:,}", f"{theirs:,}") for name, (ours, theirs) in _numbers(bases)]
    mine, other = ({k.name: k.total for k in found} for found in kernels)
    lines += [(f"operations, {name}", f"{mine[name]:,}", f"{other[name]:,}") for name in mine if name in other]
    here, there = (set(basis.labels) for basis in bases)
    parts = (
        _part(bases[0], "In both", [c for c in bases[0] if c.label in there], None),
        _part(bases[0], f"Only in {_short(bases)[0]}", [c for c in bases[0] if c.label not in there], stories[1]),
        _part(bases[1], f"Only in {_short(bases)[1]}", [c for c in bases[1] if c.label not in here], stories[0]),
    )
    pairs = zip(*sites, strict=True) if sites[0] and sites[1] else ()
    different = [(a, b) for a, b in pairs if (a.rank, a.attainable) != (b.rank, b.attainable)]
    shown = tuple((f"{a.name} ({a.group})", _share(a), _share(b)) for a, b in different)
    return Comparison(_short(bases)[1], tuple(lines), parts, shown)


def _numbers(bases: tuple[Basis, Basis]) -> list[tuple[str, list[int]]]:
    evidence = [basis.evidence for basis in bases]
    return [
        ("invariants", [len(basis) for basis in bases]),
        ("components", [basis.components for basis in bases]),
        ("rank", [e.rank for e in evidence]),
        ("bound of the rank", [e.bound for e in evidence]),
        ("candidates", [e.candidates for e in evidence]),
    ]


def _short(bases: tuple[Basis, Basis]) -> tuple[str, str]:
    """Names that tell the two apart."""
    here, there = (basis.id for basis in bases)
    return (here, there) if here != there else (f"{here} (this one)", f"{there} (the other)")


def _part(basis: Basis, heading: str, found: Sequence[Any], other: History | None) -> Part:
    seen = {s.candidate.label: s for s in other.steps} if other else {}
    members = []
    for c in found[:MOST_MEMBERS]:
        step = seen.get(c.label)
        words = "" if other is None else "not among the candidates of the other"
        if step is not None:
            words = "would raise the rank of the other" if step.raises else "rejected there: it depends on what is kept"
        members.append(Member(c.label, Markup(mathml(basis.family.latex(basis.spec, c))), words))
    return Part(heading, len(found), tuple(members))


def _share(row: SiteRank) -> str:
    return f"{row.rank} of {row.attainable}"
