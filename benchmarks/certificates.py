"""How large certificates are, how long they take to write and to replay, and how certain they are.

Processor time, the least of three: writing in this process after generation; replaying in a fresh process, imports
included, with no more than ``python -m invgen.replay FILE``.

    python benchmarks/certificates.py        -> results/certificates.json
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import record

import invgen
from invgen.replay.chance import below
from invgen.replay.statement import chance

SPECS = (
    invgen.BasisSpec(l_max=3, n_max=4, objective="flexible"),
    invgen.BasisSpec(l_max=3, n_max=10, objective="flexible"),
    invgen.BasisSpec(l_max=6, n_max=4),
    invgen.BasisSpec(l_max=6, n_max=4, objective="flexible"),
    invgen.BasisSpec(l_max=6, n_max=4, objective="robust"),
    invgen.BasisSpec(l_max=8, n_max=4),
    invgen.BasisSpec(ranks=(3,), n_max=6),
    invgen.BasisSpec(family="ace", l_max=3, n_max=4, objective="linear"),
    invgen.BasisSpec(family="ace", total_degree=10, n_max=3),
    invgen.BasisSpec(family="ace", total_degree=16, n_max=3),
)
REPEATS = 3


def _children() -> float:
    """Processor seconds of all processes started here that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(spec: invgen.BasisSpec, folder: Path) -> dict[str, Any]:
    """One row."""
    basis = invgen.generate(spec)
    written = []
    for _ in range(REPEATS):
        start = time.process_time()
        certificate = basis.certificate()
        written.append(time.process_time() - start)
    path = folder / "certificate.txt"
    path.write_text(str(certificate))
    times = []
    for _ in range(REPEATS):
        start = _children()
        subprocess.run([sys.executable, "-m", "invgen.replay", str(path)], check=True, capture_output=True)
        times.append(_children() - start)
    risk = chance(certificate.claim)
    return {
        "id": spec.id,
        "kept": len(certificate.claim.kept),
        "labels": len(certificate.claim.labels),
        "rank": certificate.claim.rank,
        "rounds": len(certificate.rounds),
        "kilobytes": round(len(str(certificate)) / 1000, 1),
        "seconds_to_write": round(min(written), 2),
        "seconds_to_replay": round(min(times), 2),
        "failure_below": below(risk.after(risk.rounds)) if risk.statements else "proven",
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        rows = []
        for spec in SPECS:
            rows.append(measured(spec, Path(temporary)))
            print(rows[-1], flush=True)
    print("written to", record.write("certificates", {"certificates": rows}))
