"""Docstrings of all public names: parameters are mentioned, arrays have shapes, numbers have units, defaults show."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest
import torch
from docstrings import public_names, untold

import invgen.nn
import invgen.potentials


def test_nothing_public_lacks_a_shape_or_a_unit() -> None:
    assert not [problem for name, thing in public_names() for problem in untold(name, thing)]


def test_what_is_left_out_is_noticed() -> None:
    def area(points: np.ndarray, scale: float, sides: int, **others: int) -> float:
        """Of a polygon with corners at ``points``, times ``scale``."""
        raise NotImplementedError

    class Ruler:
        """Measures up to ``length`` (Å)."""

        def __init__(self, length: float) -> None:
            raise NotImplementedError

        def marks(self) -> np.ndarray:
            """Where its marks are, Å."""
            raise NotImplementedError

        def nothing(self) -> None:
            raise NotImplementedError

    class Layer(torch.nn.Module):
        """A layer."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise NotImplementedError

    assert untold("area", area) == [
        "area(points) is told without a shape",
        "area(scale) is told without a unit",
        "area(sides) is not mentioned",
        "area hides its keywords behind **others",
        "area -> float is told without a unit",
    ]
    assert untold("Ruler", Ruler) == [
        "Ruler.marks np.ndarray is told without a shape",
        "Ruler.nothing has no docstring",
    ]
    assert untold("Layer", Layer)[-1] == "Layer.forward has no docstring"
    Ruler.__doc__ = None
    assert untold("Ruler", Ruler) == ["Ruler has no docstring"]


@pytest.mark.parametrize("kind", [invgen.nn.HipNN, invgen.nn.HipNNTS, invgen.nn.HipHopNN])
def test_networks_list_their_keywords(kind: type) -> None:
    """What ``help`` shows: each keyword with its unit, and the default as it is."""
    parameters = inspect.signature(kind).parameters
    network = kind(species=[1])
    assert {"species", "cutoff", "backend"} < set(parameters)
    for name, value in network.arguments.items():
        default = parameters[name].default
        assert default == value or default is inspect.Parameter.empty, name
        assert re.search(rf"^(\w+, )*{name}(, \w+)*$", kind.__doc__ or "", flags=re.MULTILINE), name
    lengths = {"soft_max": "9.0 Å", "cutoff": "10.3 Å", "features": "32:", "sensitivities": "20:"}
    assert all(text in kind.__doc__ for text in lengths.values())


def test_a_calculator_takes_a_skin() -> None:
    assert inspect.signature(invgen.potentials.InvgenCalculator).parameters["skin"].default == 0.5
