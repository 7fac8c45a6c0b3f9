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


def test_generated_is_fresh(tmp_path: Path) -> None:
    shipped.write(tmp_path)
    expected = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    present = {
        p.relative_to(generated_folder()): p.read_bytes()
        for p in generated_folder().rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert set(present) == set(expected), "run `make generated`"
    assert [str(p) for p in expected if present[p] != expected[p]] == [], "run `make generated`"


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
