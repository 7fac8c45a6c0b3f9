"""Weights of energies, forces and stresses by their labels and by cross-validation, and which of them dominate.

The n_k rows of kind k, divided by s(N) as in ``rows`` and without one-body energies, have labels of root mean square
sigma_k. A search starts with

    w_k = w_F * (s_k / (sigma_k sqrt(n_k))) / (s_F / (sigma_F sqrt(n_F))),      s = ``SHARES``,

so that the weighted labels of all energies together have s_E^2 times the sum of squares of those of all forces.
``SHARES`` are those of small products of the held-out errors of energies and forces on six materials
(benchmarks/fit_defaults.py). Then w_E goes in factors of two to the least product of the held-out root mean squares rho
of energies and forces, of a pilot fit without stresses by the ``PILOT`` functions of least degree; and

    w_S = ``STRESS`` * w_F rho_F sqrt(n_F) / (rho_S sqrt(n_S)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from invgen.ace.fitting.factors import KINDS, Factor, Factors, SolverError
from invgen.ace.fitting.onebody import OneBodyFactors
from invgen.ace.fitting.ridge import Say, ridge
from invgen.ace.fitting.rows import Weights

SHARES: Mapping[str, float] = {"energy": 5.0, "forces": 1.0, "stress": 0.05}
SMALLEST: Mapping[str, float] = {"energy": 1e-3, "forces": 1e-2, "stress": 1e-2}
"""In eV, eV/Å, eV: labels of less spread, such as the forces of perfect crystals, count as if they had this."""


STRESS = 0.1
PILOT, STEPS = 200, 8
"""Functions of a pilot fit, and factors of two that it goes at most from where it starts."""
PILOT_FITS = STEPS + 4
"""At most: where it starts and on either side, one for each further factor, and one for the stresses."""


class Spread(NamedTuple):
    """The labels of one kind."""

    rows: int
    spread: float
    """Root mean square, in eV or eV/Å."""


def rows_by_kind(factors: Factors) -> dict[str, list[Factor]]:
    """All rows of each kind without its weight; of coefficients alone where one-body energies are fitted."""
    if isinstance(factors, OneBodyFactors):
        return factors.by_kind()
    return {kind: [part[kind] for part in factors.parts if kind in part] for kind in KINDS}


def spreads(factors: Factors) -> dict[str, Spread]:
    """Number and spread of the labels of each kind that has any."""
    found = {}
    for kind, parts in rows_by_kind(factors).items():
        rows = sum(part.rows for part in parts)
        if rows:
            found[kind] = Spread(rows, float(np.sqrt(sum(float(part.target @ part.target) for part in parts) / rows)))
    return found


def balanced(
    factors: Factors,
    weights: Weights,
    degrees: np.ndarray | None = None,
    held_out: Sequence[int] | None = None,
    say: Say | None = None,
) -> Factors:
    """``factors`` with the weights that are given, and balanced ones in place of those that are not.

    degrees, held_out
        (columns,) of every function, and the folds that are predicted, as for ``ridge``. Without degrees, and with a
        single fold, the labels alone decide.
    say
        ``say(pilot fits done, at most)``, once more at the end.
    """
    say = say or (lambda done, total: None)
    say(0, PILOT_FITS)
    found = by_labels(factors, weights)
    if degrees is not None and len(factors) > 1:
        # no weight is found where nothing is held out that has one
        with suppress(SolverError):
            found = _searched(found, weights, np.asarray(degrees), held_out, say)
    say(PILOT_FITS, PILOT_FITS)
    return found


def _searched(
    start: Factors, weights: Weights, degrees: np.ndarray, held_out: Sequence[int] | None, say: Say
) -> Factors:
    """The weights that are not given, from pilot fits; those of ``start`` where kinds are missing."""
    columns = np.sort(np.argsort(degrees, kind="stable")[:PILOT])
    pilot, found, fits = start.columns(columns), dict(start.weights), count(1)

    def errors(**changed: float) -> dict[str, float]:
        tried = pilot.reweighted(**changed)
        details = ridge(tried, degrees[columns], normalise=True, held_out=held_out).details
        say(next(fits), PILOT_FITS)
        at = int(np.argmin(details["curve"][0]["error"]))
        return {kind: max(values[at], 1e-3 * SMALLEST[kind]) for kind, values in details["curve"][0]["kinds"].items()}

    rows = {kind: s.rows for kind, s in spreads(pilot).items() if found[kind]}
    stress = 0.0 if weights.stress is None else found["stress"]
    if weights.energy is None and {"energy", "forces"} <= set(rows):
        known: dict[int, float] = {}

        def score(step: int) -> float:
            if step not in known:
                rho = errors(energy=found["energy"] * 2.0**step, stress=stress)
                known[step] = rho.get("energy", 1.0) * rho.get("forces", 1.0)
            return known[step]

        best = 0
        while (next_ := min((best - 1, best, best + 1), key=score)) != best and abs(next_) <= STEPS:
            best = next_
        found["energy"] *= 2.0**best
    base = "forces" if "forces" in rows else "energy"
    if weights.stress is None and {base, "stress"} <= set(rows):
        rho = errors(energy=found["energy"], stress=0.0)
        if {base, "stress"} <= set(rho):
            share = found[base] * rho[base] / rho["stress"] * np.sqrt(rows[base] / rows["stress"])
            found["stress"] = float(STRESS * share)
    return start.reweighted(**found)


def by_labels(factors: Factors, weights: Weights) -> Factors:
    """``factors`` with the weights that are given, and those that spread and number of labels give to the others."""
    given = {kind: getattr(weights, kind) for kind in KINDS}
    if None not in given.values():
        return factors.reweighted(**given)
    found = spreads(factors)
    wanted = {
        kind: SHARES[kind] / (max(found[kind].spread, SMALLEST[kind]) * np.sqrt(found[kind].rows)) for kind in found
    }
    unit = wanted.get("forces", max(wanted.values(), default=1.0)) / (given["forces"] or 1.0)
    return factors.reweighted(
        **{kind: float(wanted.get(kind, unit) / unit) if value is None else value for kind, value in given.items()}
    )


def dominance_text(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """One line for each kind of ``dominance``."""
    return "".join(
        f"{kind}: {row['rows']} rows of weight {row['weight']:.3g}, {100 * row['residuals']:.0f} % of the residual\n"
        for kind, row in rows.items()
    )


def dominance(factors: Factors, coefficients: np.ndarray) -> dict[str, dict[str, Any]]:
    """What each kind weighs in a fit: ``rows``, ``spread``, ``weight``, and its parts of two weighted sums of squares.

    ``labels`` is its part of that of the labels, ``residuals`` of that of the residuals, which the fit minimises.
    """
    known, table = spreads(factors), rows_by_kind(factors)
    labels = {k: factors.weights[k] ** 2 * s.rows * s.spread**2 for k, s in known.items()}
    residuals = {
        k: factors.weights[k] ** 2 * sum(float(f.squared_error(coefficients)) for f in table[k]) for k in known
    }
    return {
        kind: {
            "rows": s.rows,
            "spread": s.spread,
            "weight": factors.weights[kind],
            "labels": labels[kind] / (sum(labels.values()) or 1.0),
            "residuals": residuals[kind] / (sum(residuals.values()) or 1.0),
        }
        for kind, s in known.items()
    }
