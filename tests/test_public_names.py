"""Docstrings of all public names: parameters are mentioned, arrays have shapes, numbers have units."""

from __future__ import annotations

import inspect
import sys

import numpy as np
from docstrings import entries, is_protocol, public_names, untold
import invgen


def test_nothing_public_lacks_a_shape_or_a_unit() -> None:
    assert not [problem for name, thing in public_names() for problem in untold(name, thing)]
