"""Invariants as SymPy polynomials, each from the contraction alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy.polys.rings import ring

from invgen.compiler.algebra.channels import Channel, factor_key
from invgen.compiler.algebra.components import component_name, reduced_powers
from invgen.compiler.candidates.cartesian.contraction import Contraction, tensor_name
from invgen.compiler.candidates.cartesian.evaluate import Evaluator


def component_symbols(tensor: Channel) -> list[str]:
    """Names of the reduced components: ``Q_xx``, ``Q_xy``, ``Q_xz``, ``Q_yy``, ``Q_yz``; the scalar is ``s``."""
    head = tensor_name(tensor)
    return [f"{head}_{component_name(p)}" if tensor.rank else head for p in reduced_powers(tensor.rank)]


class _Polynomials:
    """Arithmetic on sparse polynomials with integer coefficients."""

    def array(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x, dtype=object)

    def matmul(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a @ b

    def reduce(self, x: np.ndarray) -> np.ndarray:
        return x


@cache
def polynomial(contraction: Contraction) -> Any:
    """The invariant as a sparse SymPy polynomial (``PolyElement``) in the reduced components it uses."""
    tensors = tuple(sorted(set(contraction.content), key=factor_key))
    names = [name for tensor in tensors for name in component_symbols(tensor)]
    _, *generators = ring(names, sympy.ZZ)
    points = np.empty((1, len(generators)), dtype=object)
    points[0, :] = generators
    return Evaluator(tensors, points, _Polynomials()).values(contraction)[0]


def expression(contraction: Contraction) -> sympy.Expr:
    """The invariant as an expanded SymPy expression in the reduced components."""
    return polynomial(contraction).as_expr()


def monomials(contraction: Contraction) -> int:
    """Number of monomials of the expanded polynomial in the reduced components."""
    return len(polynomial(contraction))
