"""Ridge of many columns: the same curve as ``ridge`` gives, from bands instead of singular value decompositions.

For each fold that is held out, the triangles of the others are joined and, for each power of the prior, reduced to a
band (``band``). These are dealt out to threads, with one thread of BLAS for each. What a fold and a power gave is
written to a file as soon as it is there, so that an interrupted solve goes on with the next one.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.linalg

from invgen.ace.fitting.band import WIDTH, Band
from invgen.ace.fitting.blocks import in_order, one_blas_thread
from invgen.ace.fitting.factors import Accumulator, Factor, Factors
from invgen.ace.fitting.folds import disk_told
from invgen.ace.fitting.independence import largest_singular_value
from invgen.ace.fitting.steps import Steps
from invgen.files import write_text
from invgen.runs.interrupts import ctrl_c_is_noted

Say = Callable[[int, int], None]
Sums = Mapping[str, tuple[np.ndarray, int]]
"""Squared residuals by lambda, and rows, of each kind."""


@dataclass(frozen=True)
class Prior:
    """gamma_k of one power, and the lambdas to try."""

    scales: np.ndarray
    lambdas: np.ndarray

    @classmethod
    def of(cls, everything: Factor, scales: np.ndarray, relative_lambdas: np.ndarray) -> Prior:
        """Lambdas in units of the largest squared singular value of R Gamma^-1."""
        return cls(scales, relative_lambdas * largest_singular_value(everything.matrix, scales) ** 2)


def held_out_sums(
    factors: Factors,
    turns: Sequence[int],
    priors: Sequence[Prior],
    *,
    threads: int = 1,
    folder: Path | None = None,
    say: Say | None = None,
) -> list[dict[int, Sums]]:
    """For each prior and held-out fold, the sums along the path. Raises ``KeyboardInterrupt`` once they are kept."""
    blocks = -(-(factors.size + 1) // WIDTH)
    journal = Journal(folder, factors, priors)
    jobs = [(fold, k) for fold in turns for k in range(len(priors)) if (fold, k) not in journal.found]
    total = blocks * (len(turns) * len(priors) + len({fold for fold, _ in jobs}))
    with ctrl_c_is_noted() as interrupts, one_blas_thread():
        told = None if say is None else lambda done: say(done, total)
        steps = Steps(told, interrupts, blocks * len(journal.found))
        steps.look()

        def rest(fold: int) -> Factor:
            made = factors.combine(excluding=fold)
            steps.step(blocks)
            return made

        def sums(job: tuple[int, int, Factor]) -> Sums:
            fold, k, others = job
            band = Band.of(others.matrix / priors[k].scales, others.target, tick=steps.step)
            found = band.coefficients(priors[k].lambdas) / priors[k].scales[:, None]
            return factors.errors(found, fold)

        open_folds = sorted({fold for fold, _ in jobs})
        for begin in range(0, len(open_folds), threads):
            group = open_folds[begin : begin + threads]
            others = dict(zip(group, in_order(rest, group, threads, steps.look), strict=True))
            mine = [(fold, k, others[fold]) for fold, k in jobs if fold in others]
            made = in_order(sums, mine, threads, steps.look)
            for (fold, k, _), result in zip(mine, made, strict=True):
                journal.keep(fold, k, result)
            del others, mine, made
    return [{fold: journal.found[fold, k] for fold in turns} for k in range(len(priors))]


class Journal:
    """The sums that are there, also in a file named by a digest of all they depend on."""

    def __init__(self, folder: Path | None, factors: Factors, priors: Sequence[Prior]) -> None:
        self.found: dict[tuple[int, int], Sums] = {}
        self.path = None if folder is None else folder / f"{_digest(factors, priors)[:20]}-curves.json"
        if self.path is not None and self.path.exists():
            try:
                for row in json.loads(self.path.read_text(encoding="utf-8")):
                    kinds = {kind: (np.array(squares), rows) for kind, (squares, rows) in row["kinds"].items()}
                    self.found[row["fold"], row["power"]] = kinds
            except (ValueError, KeyError, TypeError) as error:
                warnings.warn(f"solving again: {self.path} is damaged ({error!r})", stacklevel=3)
                self.found.clear()

    def keep(self, fold: int, power: int, sums: Sums) -> None:
        """Add the sums of a held-out fold and a power."""
        self.found[fold, power] = sums
        if self.path is None:
            return
        rows = [
            {"fold": f, "power": k, "kinds": {kind: [squares.tolist(), n] for kind, (squares, n) in kinds.items()}}
            for (f, k), kinds in self.found.items()
        ]
        with disk_told(self.path):
            write_text(self.path, json.dumps(rows))


def _digest(factors: Factors, priors: Sequence[Prior]) -> str:
    digest = hashlib.sha256(factors.digest.encode())
    for prior in priors:
        digest.update(prior.scales.tobytes() + prior.lambdas.tobytes())
    return digest.hexdigest()


def regularised(factor: Factor, penalties: np.ndarray) -> np.ndarray:
    """(columns,) the minimum of |A c - b|^2 + |penalties c|^2, by one QR decomposition."""
    with one_blas_thread():
        width = len(penalties) + 1
        accumulator = Accumulator(width, factor.augmented)
        accumulator.add(np.diag(np.append(penalties, 0.0)))
        accumulator.fold()
        r = accumulator.rows
        return np.asarray(scipy.linalg.solve_triangular(r[:-1, :-1], r[:-1, -1], check_finite=False))
