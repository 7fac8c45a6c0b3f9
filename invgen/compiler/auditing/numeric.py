"""The float64 pass: the rank from a gap in the singular values, the members by orthogonalisation in order.

Rows are taken at unit length. Singular values below the noise count as noise. The rank stands before the largest gap
that is left. If no gap is wide the rank is not decided, and the pass says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from invgen.compiler.selection.floating import VANISHING, independent_rows

CLEAR_GAP = 1e3
"""Ratio of neighbouring singular values that decides a rank. Among independent functions ratios up to some tens are
met; round-off leaves 1e6 or more."""
BESIDE = 10.0
"""How much wider the widest gap must be than the next."""
LARGEST_NOISE = 1e-4
"""Singular values of unit rows above this are never taken for noise."""
TAKES_PART = 1e-6
"""Coefficient, of rows of unit length, above which a kept member counts as part of a dependent one."""

WELL_CONDITIONED = 1e10
"""Condition of the kept rows up to which their triangular matrix is inverted once, instead of solved with each time."""


@dataclass(frozen=True)
class Floating:
    """What the float64 pass found.

    kept
        Positions, in the order offered.
    rank, clear
        Number of singular values before the gap, and whether it is wide enough and as many members were kept.
    tolerance
        Share of a unit row that had to be new.
    gap
        The two singular values around it, medians over the configurations; the second is at least the noise.
    singular_values
        Of the unit rows, medians over the configurations, descending.
    ranks
        Of every configuration: singular values above the middle of the gap.
    best
        The configuration where the ``rank``-th singular value is largest.
    """

    kept: tuple[int, ...]
    rank: int
    clear: bool
    tolerance: float
    gap: tuple[float, float]
    singular_values: tuple[float, ...]
    ranks: tuple[int, ...]
    best: int


def measure(
    jacobians: np.ndarray, order: Sequence[int], noise: float, bound: int, least: float = VANISHING
) -> Floating:
    """Rank and kept members of Jacobians ``(configurations, members, variables)``.

    noise
        Error of a row relative to its length; round-off of the decomposition is added.
    bound
        What the rank cannot exceed.
    least
        See ``unit_rows``.
    """
    units = unit_rows(jacobians, least)[:, list(order)]
    values = np.linalg.svd(units, compute_uv=False)
    floor = float(max(noise, 4 * np.finfo(float).eps) * np.sqrt(max(units.shape[1:])))
    typical = np.median(values, axis=0)
    rank, above, below, wide = _gap(typical, floor, bound)
    kept, tolerance = _kept(units, rank, above, below)
    ranks = (values > np.sqrt(above * below)).sum(axis=1)
    return Floating(
        kept=tuple(order[k] for k in kept),
        rank=rank,
        clear=wide and len(kept) == rank,
        tolerance=tolerance,
        gap=(above, below),
        singular_values=tuple(typical.tolist()),
        ranks=tuple(np.minimum(ranks, bound).tolist()),
        best=int(np.argmax(values[:, rank - 1])) if rank else 0,
    )


def unit_rows(jacobians: np.ndarray, least: float = VANISHING) -> np.ndarray:
    """Rows at unit length; zero where they are shorter than ``least`` times the longest of all."""
    directions, lengths = _parted(jacobians)
    shortest = max(least * lengths.max(initial=0.0), np.finfo(float).tiny)
    return np.where(lengths > shortest, directions, 0.0)


def _parted(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows and lengths ``(..., 1)``, also where squares of the entries are too large or too small for float64."""
    largest = np.abs(rows).max(axis=-1, keepdims=True, initial=0.0)
    scaled = rows / np.where(largest > 0, largest, 1.0)
    lengths = np.maximum(np.linalg.norm(scaled, axis=-1, keepdims=True), 1.0)
    return scaled / lengths, np.minimum(largest, np.finfo(float).max / lengths) * lengths


def _gap(values: np.ndarray, floor: float, bound: int) -> tuple[int, float, float, bool]:
    """The rank, the values before and after the gap, and whether it is wide, by itself and beside the next."""
    padded = np.maximum(np.append(values, 0.0), floor)
    if padded[0] <= floor:
        return 0, 1.0, floor, True
    last = min(len(values), bound)
    ratios = padded[:last] / padded[1 : last + 1] * (padded[1 : last + 1] < LARGEST_NOISE)
    rank = int(np.argmax(ratios)) + 1 if ratios.any() else last
    widest, next_widest = np.sort(np.append(ratios, 0.0))[[-1, -2]]
    wide = bool(widest >= max(CLEAR_GAP, BESIDE * next_widest))
    return rank, float(padded[rank - 1]), float(padded[rank]), wide


def _kept(units: np.ndarray, rank: int, above: float, below: float) -> tuple[list[int], float]:
    """The members kept in order, with the tolerance nearest to the middle of the gap that keeps as many as the rank.

    Orthogonalisation row by row amplifies noise by up to the inverse of the smallest singular value kept.
    """
    middle = np.sqrt(above * below)
    factors = [10.0 ** (step / 2) for k in range(13) for step in ((k, -k) if k else (0,))]
    tolerances = [t for f in factors if below <= (t := float(middle * f)) < 0.1] or [float(middle)]
    tried = [(independent_rows(units, t), t) for t in tolerances[:1]]
    for tolerance in tolerances[1:]:
        if len(tried[-1][0]) == rank:
            return tried[-1]
        tried.append((independent_rows(units, tolerance), tolerance))
    return next((t for t in tried if len(t[0]) == rank), tried[0])


@dataclass(frozen=True)
class Combination:
    """A member as a combination of the kept ones before it, at one configuration.

    coefficients
        Of the rows as they are, one for each of ``members``.
    share
        What is left of its unit row when the kept ones before it are subtracted: near zero for dependent members.
    """

    members: tuple[int, ...]
    coefficients: tuple[float, ...]
    share: float


def combinations(
    rows: np.ndarray,
    order: Sequence[int],
    kept: Sequence[int],
    known: dict[int, tuple[int, ...]] | None = None,
    least: float = VANISHING,
) -> dict[int, Combination]:
    """For every member, at the Jacobian ``(members, variables)`` of one configuration.

    known
        For every member that is not kept the ones that take part, where an exact pass found them.
    """
    units = unit_rows(rows[None], least)[0]
    norms = np.maximum(_parted(rows)[1][:, 0], np.finfo(float).tiny)
    q, r = np.linalg.qr(units[list(kept)].T)
    inverse = np.linalg.inv(r) if len(kept) and np.linalg.cond(r) < WELL_CONDITIONED else None
    found, before = {}, 0
    for k in order:
        along = q[:, :before].T @ units[k]
        share = float(np.linalg.norm(units[k] - q[:, :before] @ along))
        if k in kept:
            found[k] = Combination((), (), share)
            before += 1
            continue
        if inverse is not None:
            solved = inverse[:before, :before] @ along  # of a triangular matrix, the leading part of the inverse
        else:
            solved = np.linalg.lstsq(r[:before, :before], along, rcond=None)[0] if before else along
        taking = [j for j in range(before) if (kept[j] in known[k] if known else abs(solved[j]) > TAKES_PART)]
        scaled = [float(solved[j] * norms[k] / norms[kept[j]]) for j in taking]
        found[k] = Combination(tuple(kept[j] for j in taking), tuple(scaled), share)
    return found
