"""Radial functions: orthonormal polynomials in a transformed distance, times an envelope that ends at the cutoff.

The distance r is mapped to u(r) = (x(r) - x(R)) / (x(0) - x(R)), which falls from 1 at r = 0 to 0 at the cutoff R, and

    R_n(r) = u^e P_(n-1)(u),   integral over u from 0 to 1 of R_n R_m = delta_nm.

P are shifted Jacobi polynomials (weight u^(2e)), evaluated by their three-term recurrence. R_n is bounded for all
r > 0, and with e >= 3 it goes to zero at the cutoff with two continuous derivatives. Each pair of elements may have a
typical distance r0, and so a u(r), of its own; P and the cutoff are the same for all.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from invgen.errors import InvgenError, unknown

TRANSFORMS = ("agnesi", "power")


class RadialError(InvgenError, ValueError):
    """Parameters of radial functions that make no sense."""


@dataclass(frozen=True)
class RadialBasis:
    """``functions`` radial functions up to ``cutoff``; the same for all ranks, and for all species but for ``pair_r0``.

    cutoff, r0
        Å; r0 is the typical distance of nearest neighbours, where the transforms resolve best.
    transform
        With s = r / r0: ``"agnesi"`` is x = 1 / (1 + a s^q / (1 + s^(q-p))), with a such that x falls fastest at r0;
        ``"power"`` is x = (2 / (1 + s))^p, where q has no meaning.
    p, q
        Powers of the transform, whole numbers of at least 1; agnesi needs q > p.
    envelope
        The power e of u, at least 3.
    pair_r0
        (S, S) Å, symmetric: r0 of every pair of species instead of ``r0``; by default there is none.

    Raises ``RadialError``.
    """

    cutoff: float
    functions: int
    r0: float
    transform: str = "agnesi"
    p: int = 2
    q: int = 4
    envelope: int = 3
    pair_r0: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.transform not in TRANSFORMS:
            raise RadialError(unknown("transform", self.transform, TRANSFORMS))
        for name, least in (("functions", 1), ("p", 1), ("q", 1), ("envelope", 3)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise RadialError(f"{name} of a radial basis must be a whole number of at least {least}, got {value!r}")
        for name in ("cutoff", "r0"):
            value = getattr(self, name)
            if not _is_length(value):
                raise RadialError(f"{name} of a radial basis must be a positive length in Å, got {value!r}")
            object.__setattr__(self, name, float(value))
        self._check_pairs()
        if self.transform == "agnesi" and self.q <= self.p:
            raise RadialError(f"the agnesi transform needs q > p, got p={self.p}, q={self.q}; the usual are 2 and 4")

    def _check_pairs(self) -> None:
        rows = [list(row) for row in self.pair_r0]
        if any(len(row) != len(rows) or not all(map(_is_length, row)) for row in rows):
            raise RadialError(
                f"pair_r0 must hold a positive length in Å for each pair of species, got {self.pair_r0!r}"
            )
        if rows != [list(column) for column in zip(*rows, strict=True)]:
            raise RadialError(f"pair_r0 must be symmetric, a pair is the same from either end; got {self.pair_r0!r}")
        object.__setattr__(self, "pair_r0", tuple(tuple(map(float, row)) for row in rows))

    @cached_property
    def steepness(self) -> float:
        """a of the agnesi transform, without unit: the solution of x''(r0) = 0."""
        square, bend = ((self.p + self.q) / 2) ** 2, -self.q - (self.q - self.p) * (self.q - self.p - 2) / 4
        return 2 * (square + bend) / (square - bend)

    @cached_property
    def recurrence(self) -> np.ndarray:
        """(functions, 3): R_(n+1) = (c0 u + c1) R_n - c2 R_(n-1) in row n-1.

        From y p_n = b_(n+1) p_(n+1) + a_n p_n + b_n p_(n-1) of orthonormal Jacobi polynomials, y = 2u - 1.
        """
        beta = 2.0 * self.envelope
        n = np.arange(self.functions + 1, dtype=np.float64)
        a = beta**2 / ((2 * n + beta) * (2 * n + beta + 2))
        with np.errstate(divide="ignore", invalid="ignore"):
            square = 4 * n**2 * (n + beta) ** 2 / ((2 * n + beta) ** 2 * (2 * n + beta + 1) * (2 * n + beta - 1))
        b = np.sqrt(np.where(n > 0, square, 0.0))
        return np.stack([2 / b[1:], -(1 + a[:-1]) / b[1:], b[:-1] / b[1:]], axis=1)

    @property
    def first(self) -> float:
        """P_0 = sqrt(2e + 1), without unit."""
        return float(np.sqrt(2 * self.envelope + 1))

    def ends(self, r0: Any) -> tuple[Any, Any]:
        """x at the cutoff, and x(0) minus that, for one r0 (Å) or an array of them; x has no unit."""
        at_cutoff = self._transformed(self.cutoff / r0)
        return at_cutoff, self._transformed(0.0) - at_cutoff

    def _transformed(self, s: Any) -> Any:
        if self.transform == "power":
            return (2 / (1 + s)) ** self.p
        return 1 / (1 + self.steepness * s**self.q / (1 + s ** (self.q - self.p)))

    def values(self, r: Any, r0: Any = None) -> list[Any]:
        """R_1, ..., R_N at the distances ``r`` (Å), a NumPy array or a torch tensor that may be differentiated.

        ``r0`` (Å) of each distance where it is not that of the basis, an array or tensor like ``r``.
        """
        r0 = self.r0 if r0 is None else r0
        at_cutoff, span = self.ends(r0)
        u = (self._transformed(r / r0) - at_cutoff) / span * (r < self.cutoff)
        found = [self.first * u**self.envelope]
        before = 0 * u
        for c0, c1, c2 in self.recurrence[:-1].tolist():
            found.append((c0 * u + c1) * found[-1] - c2 * before)
            before = found[-2]
        return found

    def constants(self) -> np.ndarray:
        """(S, S, 10) what the compiled kernel reads: cutoff, r0 (Å), is agnesi, p, q, a, x at the cutoff, span, e, P_0.

        The first two axes are the species of an atom and of its neighbour; of length 1 if all pairs have the same r0.
        """
        kind = float(self.transform == "agnesi")
        shape = (kind, self.p, self.q, self.steepness if kind else 0.0)
        rows = [
            [(self.cutoff, r0, *shape, *self.ends(r0), self.envelope, self.first) for r0 in row]
            for row in self.pair_r0 or ((self.r0,),)
        ]
        return np.array(rows, dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """All parameters as JSON values; without ``pair_r0`` where there is none."""
        return {key: value for key, value in asdict(self).items() if key != "pair_r0" or value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RadialBasis:
        """From ``to_json``; raises ``RadialError`` naming missing and unknown parameters."""
        known = set(cls.__dataclass_fields__)
        if set(data) | {"pair_r0"} != known:
            wrong = {"missing": sorted(known - set(data) - {"pair_r0"}), "unknown": sorted(set(data) - known)}
            raise RadialError(f"the parameters of a radial basis are {sorted(known)}; {wrong}")
        return cls(**data)


def _is_length(value: Any) -> bool:
    return bool(np.isreal(value) and np.isfinite(value) and value > 0)
