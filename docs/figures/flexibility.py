"""The heat map of ``docs/flexibility.md``: ``python docs/figures/flexibility.py``."""

from __future__ import annotations

from pathlib import Path

import invgen
from invgen.compiler.inspect.flexibility import heat_map

HERE = Path(__file__).resolve().parent
WANTED = (
    ("linear", 2),
    ("independent", 3),
    ("independent", 4),
    ("independent", 5),
    ("flexible", 4),
    ("flexible", 5),
    ("flexible", 10),
    ("robust", 4),
)
"""Objectives and highest orders; ranks 0 to 4."""


def bases() -> list[invgen.Basis]:
    """The bases in the columns of the picture."""
    specs = [invgen.BasisSpec(l_max=4, n_max=n_max, objective=objective) for objective, n_max in WANTED]
    return [invgen.generate(spec) for spec in specs]


def main() -> None:
    """Draws it beside this file."""
    heat_map([basis.flexibility() for basis in bases()], HERE / "flexibility.png")


if __name__ == "__main__":
    main()
