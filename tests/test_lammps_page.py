"""The blocks of ``docs/lammps.md``, and those on LAMMPS of a tutorial, run one after another, each in its process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import ase.io
import torch
from cpp_fixtures import needs_compiler
from engine_fixtures import mpi_environment, needs_lammps

from invgen.nn import HipHopNN
from invgen.potentials import InvgenCalculator, save_model

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, TUTORIAL = DOCS / "lammps.md", DOCS / "tutorials" / "network.md"


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


@needs_compiler
@needs_lammps
def test_the_tutorial_runs_its_network(tmp_path: Path) -> None:
    """With weights that were drawn: the first energy is that of ASE, and the total energy stays."""
    torch.manual_seed(0)
    sizes = {"features": 16, "sensitivities": 8, "soft_max": 4.0, "cutoff": 5.0, "atom_layers": 2}
    network = HipHopNN("cartesian-l2-n3-flexible", species=(1, 6, 8), **sizes).double()
    save_model(network, tmp_path / "small" / "model.safetensors")
    section = TUTORIAL.read_text().partition("## Run it in LAMMPS")[2].partition("\n## ")[0]
    blocks = re.findall(r"```(\w+)\n(.*?)```", section, flags=re.DOTALL)
    assert [language for language, _ in blocks] == ["sh", "python", "lammps", "sh"]
    programs = str(Path(sys.executable).parent)
    environment = {**mpi_environment(), "PATH": f"{programs}:{os.environ['PATH']}"}
    said = ""
    for language, text in blocks:
        if language == "lammps":
            (tmp_path / "in.methanol").write_text(text)
            continue
        command = ["sh", "-ec", text] if language == "sh" else [sys.executable, "-c", text]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        said += done.stdout
    assert "pair_coeff * * " in said
    assert "potential.invgen H C O" in said
    rows = re.findall(r"^\s+(\d+)\s+\S+\s+(\S+)\s+0\s+(\S+)", said, flags=re.MULTILINE)
    assert [row[0] for row in rows] == ["0", "10", "20", "30", "40"]
    atoms = ase.io.read(tmp_path / "methanol.data", format="lammps-data")
    atoms.calc = InvgenCalculator(tmp_path / "small")
    assert abs(float(rows[0][1]) - atoms.get_potential_energy()) < 1e-6
    assert abs(float(rows[-1][2]) - float(rows[0][2])) < 1e-4
