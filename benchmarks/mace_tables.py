"""The tables of docs/mace.md, from results/mace_contraction.json: ``python benchmarks/mace_tables.py`` prints them."""

from __future__ import annotations

import json
from typing import Any

import record

TIMES = ("value", "value_and_gradient", "training_step")
WHOLE = ("energies_and_forces", "training_step")


def ratio(number: float) -> str:
    """Two digits, without pretending to more."""
    return f"{number:.1f}" if number < 9.95 else f"{float(f'{number:.2g}'):.0f}"


def milliseconds(number: float) -> str:
    return f"{1000 * number:.2g}" if number < 0.0995 else f"{1000 * number:.0f}"


def contractions(found: dict[str, Any]) -> str:
    """Times of invgen in milliseconds, and in brackets how many times as long MACE takes."""
    lines = [
        "| order, to | precision | paths: MACE, independent | value | and gradient | training step |",
        "|---|---|---|---|---|---|",
    ]
    for row in found["contraction"]:
        times = [f"{milliseconds(row['seconds']['invgen'][t])} ms ({ratio(row['ratio'][t])}x)" for t in TIMES]
        outputs = row["outputs"].replace(f"{row['features']}x", "")
        head = f"{row['correlation']}, {outputs} | {row['dtype']} | {row['paths']}, {row['independent']}"
        lines.append(f"| {head} | {' | '.join(times)} |")
    return "\n".join(lines)


def models(found: dict[str, Any]) -> str:
    """Times of whole models in milliseconds: MACE's, the reduced one's, and their ratio."""
    lines = ["| order, hidden | energies and forces | training step |", "|---|---|---|"]
    for row in found["models"]:
        cells = [
            f"{milliseconds(row['seconds']['mace'][t])} ms to {milliseconds(row['seconds']['invgen'][t])} ms "
            f"({ratio(row['ratio'][t])}x)"
            for t in WHOLE
        ]
        lines.append(f"| {row['correlation']}, {row['hidden']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def equality(found: dict[str, Any]) -> str:
    """Largest deviations of the checkpoint."""
    lines = ["| | energy of a molecule, eV | force, eV/Å |", "|---|---|---|"]
    names = {
        "float64 reduced (auto)": "float64: reduced against MACE",
        "float32 reduced (auto)": "float32: reduced against MACE",
        "float32 mace, against its float64": "MACE in float32 against MACE in float64",
    }
    for name, text in names.items():
        row = found["equality"][name]
        lines.append(f"| {text} | {row['energy_eV']:.1e} | {row['force_eV_per_A']:.1e} |")
    return "\n".join(lines)


def main() -> None:
    found = json.loads((record.RESULTS / "mace_contraction.json").read_text())
    print("\n\n".join(part(found) for part in (equality, contractions, models)))


if __name__ == "__main__":
    main()
