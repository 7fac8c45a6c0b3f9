"""The blocks of ``docs/lammps.md`` run, one after another, each in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from cpp_fixtures import needs_compiler
from engine_fixtures import needs_lammps

from invgen.engines.plugin import mpi_environment

PAGE = Path(__file__).resolve().parent.parent / "docs" / "lammps.md"


@needs_compiler
@needs_lammps
def test_blocks_run(tmp_path: Path) -> None:
    blocks = re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    assert [language for language, _ in blocks] == ["sh", "python", "sh", "lammps", "sh", "python"]
    programs = str(Path(sys.executable).parent)
    environment = {**mpi_environment(), "PATH": f"{programs}:{os.environ['PATH']}"}
    said = []
    for language, text in blocks:
        if language == "lammps":
            (tmp_path / "in.cuni").write_text(text)
            continue
        if language == "python":
            text += "\nprint(repr(energy)) if 'energy' in globals() else None\n"
        command = ["sh", "-ec", text] if language == "sh" else [sys.executable, "-c", text]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        said.append(done.stdout)
    exported, runs, external = said[2], said[3], said[4]
    assert [line.split()[0] for line in exported.splitlines()] == ["plugin", "pair_style", "pair_coeff"]
    energies = re.findall(r"^\s+10\s+\S+\s+(\S+)", runs, flags=re.MULTILINE)
    assert len(energies) == 2
    assert abs(float(energies[0]) - float(energies[1])) < 1e-6
    assert abs(float(energies[0]) - float(external)) < 1e-4
