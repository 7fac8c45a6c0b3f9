"""Invariants to read: index contractions, LaTeX, and SymPy polynomials, each from the contraction alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy.polys.rings import ring

from invgen.compiler.algebra.channels import Channel, factor_key
from invgen.compiler.algebra.components import component_name, reduced_powers
from invgen.compiler.candidates.cartesian.contraction import EPSILON, LETTERS, Contraction
from invgen.compiler.candidates.cartesian.evaluate import Evaluator

INDICES = "ijklmnopqrstuvwxyzabcdefgh"
_NAMES = ("s", "v", "Q", "T", "H")


def tensor_name(tensor: Channel) -> str:
    """``s``, ``v``, ``Q``, ``T``, ``H`` for ranks 0 to 4, ``T5`` and so on above; ``Qc1`` is the second of its rank."""
    if tensor == EPSILON:
        return "eps"
    rank, number = tensor.rank, tensor.n - 1
    name = _NAMES[rank] if rank < len(_NAMES) else f"T{rank}"
    return name + (f"c{number}" if number else "")


def contraction_text(contraction: Contraction) -> str:
    """``Q_ij Q_ik Q_jk`` for the label ``2ab.2ac.2bc``."""
    parts = []
    for tensor, indices in zip(contraction.tensors, _indices(contraction), strict=True):
        parts.append(tensor_name(tensor) + (f"_{indices}" if indices else ""))
    return " ".join(parts)


def latex(contraction: Contraction) -> str:
    """``Q_{ij} Q_{ik} Q_{jk}`` for the label ``2ab.2ac.2bc``."""
    parts = []
    for tensor, indices in zip(contraction.tensors, _indices(contraction), strict=True):
        parts.append(_latex_name(tensor) + (f"_{{{indices}}}" if indices else ""))
    return " ".join(parts)


def _latex_name(tensor: Channel) -> str:
    if tensor == EPSILON:
        return r"\epsilon"
    rank, number = tensor.rank, tensor.n - 1
    upper = ",".join(([f"({rank})"] if rank >= len(_NAMES) else []) + ([f"[{number}]"] if number else []))
    return (_NAMES[rank] if rank < len(_NAMES) else "T") + (f"^{{{upper}}}" if upper else "")


def _indices(contraction: Contraction) -> list[str]:
    """The label's letters as i, j, k, ..., capitals after that."""
    alphabet = INDICES + INDICES.upper()
    translation = str.maketrans(LETTERS, alphabet)
    parts = zip(contraction.tensors, contraction.label.split("."), strict=True)
    return [
        (text[1:] if tensor == EPSILON else text.lstrip(":0123456789")).translate(translation) for tensor, text in parts
    ]


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
