"""How long an audit of 300 descriptors takes, one source of each kind, and what it finds.

    python benchmarks/audit.py        -> results/audit.json

Cold: a fresh process of the command line from start to report. Warm: in one process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import record
import torch

import invgen
from invgen.compiler.algebra.channels import cartesian
from invgen.compiler.auditing.contractions import WORDS
from invgen.compiler.candidates.cartesian.enumeration import candidates
from invgen.files import write_text

REPEATS = 5
MEMBERS = 300
ATOMS = 25


def contraction_list() -> list[str]:
    """The first 300 connected contractions of ranks 1 to 5."""
    found = list(candidates(cartesian((rank, 0) for rank in range(1, 6)), [2, 3, 4, 5]))[:MEMBERS]
    lines = []
    for c in found:
        groups = ",".join(part.lstrip("0123456789") for part in c.label.split("."))
        lines.append(f"{groups}->,{','.join(WORDS[tensor.rank] for tensor in c.tensors)}")
    return lines


def polynomial_list() -> list[str]:
    """Power sums and elementary symmetric polynomials of shifted variables, in 60 variables."""
    names = [f"x{k}" for k in range(60)]
    lines = []
    for k in range(MEMBERS):
        power, shift = 1 + k % 5, k % 60
        chosen = names[shift : shift + 12] + names[: max(0, shift + 12 - 60)]
        lines.append(" + ".join(f"({x} - {k}/7)**{power}*{y}" for x, y in pairwise(chosen)))
    return lines


def pair_functions(x: np.ndarray) -> np.ndarray:
    """Exponentials of the 300 distances of 25 atoms; 69 can be independent."""
    first, second = np.triu_indices(len(x), 1)
    return np.exp(-np.linalg.norm(x[first] - x[second], axis=-1) / 3)


def torch_pair_functions(x: torch.Tensor) -> torch.Tensor:
    """The same in torch."""
    first, second = torch.triu_indices(len(x), len(x), 1)
    return torch.exp(-(x[first] - x[second]).norm(dim=-1) / 3)


def jacobian_table() -> np.ndarray:
    """300 rows of rank 200 in 250 variables, at three configurations."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, MEMBERS, 200)) @ rng.normal(size=(3, 200, 250))


def warm(source: Any, **arguments: Any) -> dict[str, Any]:
    """Median and least seconds, and the outcome."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        found = invgen.audit(source, **arguments)
        times.append(time.perf_counter() - start)
    outcome = {"members": len(found.members), "rank": found.rank, "bound": found.bound, "decided": found.decided}
    if found.exact:
        outcome["trials"] = len(found.exact.trials)
        outcome["log10_mistake"] = found.exact.log10_mistake
        outcome["proven"] = sum(m.proven for m in found.members)
    return {"median_s": sorted(times)[REPEATS // 2], "least_s": min(times), **outcome}


def cold(lines: list[str]) -> dict[str, float]:
    """Seconds of fresh processes of the command line."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_text(Path(folder) / "list.txt", "\n".join(lines) + "\n")
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-m", "invgen.cli", "audit", path], stdout=subprocess.DEVNULL, check=False)
            times.append(time.perf_counter() - start)
    return {"median_s": sorted(times)[REPEATS // 2], "least_s": min(times)}


def main() -> None:
    """Measures, writes, and prints."""
    torch.set_num_threads(1)
    contractions = contraction_list()
    data = {
        "contractions": warm(contractions),
        "contractions, command line": cold(contractions),
        "polynomials": warm(polynomial_list()),
        "function, differences": warm(pair_functions, atoms=ATOMS),
        "function, torch": warm(torch_pair_functions, atoms=ATOMS),
        "table": warm(jacobian_table()),
    }
    print(record.write("audit", data))
    for name, row in data.items():
        print(f"{name:28s}", row)


if __name__ == "__main__":
    main()
