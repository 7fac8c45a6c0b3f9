"""What a fit gives: the potential, its errors and its report, to look at and to write."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invgen.ace.fitting.balance import dominance_text
from invgen.ace.fitting.folds import disk_told
from invgen.ace.fitting.report import write_report
from invgen.ace.fitting.solvers import Solution
from invgen.ace.fitting.validation import table_text
from invgen.ace.potential import LinearPotential
from invgen.markup import block, preformatted


@dataclass(frozen=True)
class FitResult:
    """A fitted potential.

    solution
        Coefficients, and how they were found: method, lambda, rank, condition.
    errors
        ``{"train" | "validation" | "test": {group: {"energy_mae": ...}}}``, see ``error_table``; units in ``UNITS``.
    report
        All that ``report.json`` holds.
    sets
        Structures and ``Predictions`` of each set.
    folder
        Where it was written, or ``None``.
    """

    potential: LinearPotential
    solution: Solution
    errors: dict[str, dict[str, dict[str, Any]]]
    report: dict[str, Any]
    sets: dict[str, Any] = field(repr=False)
    folder: Path | None = None

    def table(self) -> str:
        """The errors as text."""
        return table_text(self.errors)

    def _repr_html_(self) -> str:
        where = f"written to {self.folder}" if self.folder else ""
        return block(repr(self.potential), preformatted(self.table()), self.summary(), where)

    def summary(self) -> str:
        """One-body energies, and which rows dominate, as text."""
        energies = ", ".join(f"{e} {value:.4g} eV" for e, value in self.report["references"].items())
        return f"one-body energies: {energies}\n{dominance_text(self.report['rows'])}"

    def write(self, folder: str | Path, plots: bool = True) -> Path:
        """Write ``potential.npz``, ``report.json``, ``errors.txt`` and plots; returns the folder.

        Raises ``OSError`` naming the folder if it cannot be written; what was there stays.
        """
        with disk_told(Path(folder)):
            return write_report(folder, self.report, self.sets, self.potential.save, plots)
