"""Number systems of the evaluators: residues modulo a prime, exact, and float64 beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from invgen.compiler.algebra import modular


class Arithmetic(Protocol):
    """What the evaluator needs of a number system."""

    def array(self, x: np.ndarray) -> np.ndarray: ...
    def matmul(self, a: np.ndarray, b: np.ndarray) -> np.ndarray: ...
    def reduce(self, x: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Modular:
    """Residues modulo a prime below 2^31."""

    prime: int

    def array(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x, dtype=np.int64) % self.prime

    def matmul(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return modular.matmul(a, b, self.prime)

    def reduce(self, x: np.ndarray) -> np.ndarray:
        return x % self.prime


@dataclass(frozen=True)
class Floating:
    """Float64."""

    def array(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x, dtype=np.float64)

    def matmul(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return a @ b

    def reduce(self, x: np.ndarray) -> np.ndarray:
        return x
