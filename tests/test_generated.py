"""What travels in generated/ is exactly what this version emits, and it runs without SymPy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import invgen
from invgen.compiler import shipped
from invgen.resources import generated_folder

SHIPPED = (*shipped.SPECS, *shipped.HARMONICS)


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("what", SHIPPED, ids=shipped.folder_name)
def test_generated_is_fresh(what: invgen.BasisSpec | int, tmp_path: Path) -> None:
    folder = shipped.write_one(what, tmp_path)
    assert list(tmp_path.iterdir()) == [folder]
    expected, present = contents(folder), contents(generated_folder() / folder.name)
    assert set(present) == set(expected), "run `make generated`"
    assert [name for name in expected if present[name] != expected[name]] == [], "run `make generated`"


def test_nothing_else_is_in_generated() -> None:
    found = {Path(name).parts[0] for name in contents(generated_folder())}
    assert found == set(map(shipped.folder_name, SHIPPED)), "run `make generated`"


def test_all_that_is_listed_is_written_and_what_was_listed_before_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "SPECS", (invgen.BasisSpec(l_max=2, n_max=3, objective="flexible"),))
    monkeypatch.setattr(shipped, "HARMONICS", (1,))
    for name, file in (("cartesian-l1-n1-flexible", "manifest.json"), ("of_somebody_else", "notes.txt")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).touch()
    names = ["cartesian-l2-n3-flexible", "harmonics-l1"]
    assert shipped.write(tmp_path) == [tmp_path / name for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names, "of_somebody_else"]
    for name in names:
        assert contents(tmp_path / name) == contents(generated_folder() / name)


def test_every_shipped_basis_is_listed_by_its_id() -> None:
    for spec in shipped.SPECS:
        basis = invgen.find_basis(spec.id)
        assert basis.spec == spec
        assert basis.evidence.float_agrees


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_shipped_kernel_runs_in_a_process_without_the_compiler_half(backend: str) -> None:
    basis = invgen.find_basis("cartesian-l2-n4-flexible")
    x = np.linspace(-1.0, 1.0, basis.components)
    code = f"""
import sys
for name in ("sympy", "jinja2"):
    sys.modules[name] = None
import numpy as np, invgen
f = invgen.load("cartesian-l2-n4-flexible", backend={backend!r})
print(" ".join(repr(float(v)) for v in f(np.linspace(-1.0, 1.0, {basis.components})[None, :])[0]))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    np.testing.assert_allclose([float(v) for v in result.stdout.split()], basis.evaluate(x), rtol=1e-12)


def test_unknown_id_lists_what_is_shipped() -> None:
    with pytest.raises(FileNotFoundError, match="cartesian-l3-n4-flexible"):
        invgen.find_basis("cartesian-l3-n4-flexibel")
