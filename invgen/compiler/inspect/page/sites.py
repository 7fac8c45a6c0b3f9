"""Flexibility as tiles: one for each symmetric site and each vanishing pattern, coloured by what is missed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from invgen.compiler.selection.flexibility import Flexibility
from invgen.compiler.selection.sites import SITES
from invgen.spec.sites import written

DEEPEST = 5
"""From so many missing ranks on the colour stays the same."""


@dataclass(frozen=True)
class Tile:
    """One site or pattern: a name, its group split into letter and index, where chemistry has it, and two ranks."""

    name: str
    group: tuple[str, str]
    example: str
    rank: int
    most: int

    @property
    def missed(self) -> int:
        """How many ranks are missed."""
        return self.most - self.rank

    @property
    def depth(self) -> int:
        """The colour: 0 for nothing missed, up to ``DEEPEST``."""
        return min(self.missed, DEEPEST)

    @property
    def words(self) -> str:
        """What the basis sees there."""
        if not self.missed:
            return f"all {self.most}" if self.most else "nothing to see"
        return f"{self.rank} of {self.most}, misses {self.missed}"


def site_tiles(found: Flexibility) -> list[Tile]:
    """One for each site."""
    examples = {site.name: site.example for site in SITES}
    return [
        Tile(row.name, symbol(row.group), examples.get(row.name, ""), row.rank, row.attainable) for row in found.sites
    ]


def pattern_tiles(found: Flexibility) -> list[Tile]:
    """One for each set of ranks that is left."""
    return [Tile(f"only {row.name}", ("", ""), "", row.among, row.bound) for row in found.patterns]


def symbol(group: str) -> tuple[str, str]:
    """The letter of a Schoenflies symbol and its index, as chemists write it: C and ∞v."""
    match = re.fullmatch(r"([A-Z])(.*)", group)
    return (match[1], written(match[2])) if match else (group, "")
