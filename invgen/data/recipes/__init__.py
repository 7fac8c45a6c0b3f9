"""Recipes: published data sets with source, citation, licence, units, checksums and splits, read from local files."""

from __future__ import annotations

from pathlib import Path

from invgen.data.errors import DataError
from invgen.data.recipes.dynamics import DYNAMICS
from invgen.data.recipes.materials import MATERIALS
from invgen.data.recipes.molecules import MOLECULES
from invgen.data.recipes.reading import Recipe, Splits
from invgen.errors import unknown

__all__ = ["RECIPES", "Recipe", "Splits", "load_recipe", "recipe"]

RECIPES = {found.name: found for found in (*MATERIALS, *MOLECULES, *DYNAMICS)}
"""Every recipe by its name."""


def recipe(name: str) -> Recipe:
    """The recipe of a name. Raises ``DataError`` for an unknown one, naming the closest."""
    if name not in RECIPES:
        raise DataError(unknown("recipe", name, RECIPES))
    return RECIPES[name]


def load_recipe(name: str, path: str | Path, split: str | None = None) -> Splits:
    """train, validation and test, as far as they are published, in eV and Å.

    ``name`` is that of a recipe; ``path``, the folder of its files, and ``split`` are as in ``Recipe.load``.
    """
    return recipe(name).load(path, split)
