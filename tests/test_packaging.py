"""Wheel and source distribution: built, installed elsewhere, and a shipped kernel gives the right number."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

import invgen

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds the sdist, and the wheel from the sdist, with the build backend of this environment."""
    into = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(into), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return into


def test_wheel_holds_templates_and_generated_inside_the_package(distributions: Path) -> None:
    names = zipfile.ZipFile(next(distributions.glob("*.whl"))).namelist()
    assert "invgen/generated/cartesian-l3-n4-flexible/basis.json" in names
    assert any(name.startswith("invgen/templates/numba/") for name in names)
    assert {
        f"invgen/templates/report/{name}" for name in ("page.css", "page.js", "3dmol/3Dmol-min.js", "3dmol/LICENSE")
    } <= {*names}
    assert any(name.endswith(".dist-info/licenses/templates/report/3dmol/LICENSE") for name in names)
    assert "invgen/engines/cpp/pair_invgen.cpp" in names
    assert not any(name.endswith((".pyc", ".nbi", ".nbc")) for name in names)
    assert not any(name.startswith(("templates/", "generated/", "tests/")) for name in names)


def test_sdist_holds_the_sources(distributions: Path) -> None:
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as archive:
        names = archive.getnames()
    parts = {name.split("/", 1)[1] for name in names if "/" in name}
    assert {"pyproject.toml", "README.md", "templates/numba/kernels.py.jinja", "invgen/compiler/pipeline.py"} <= parts


def test_wheel_installed_elsewhere_loads_a_shipped_kernel(distributions: Path, tmp_path: Path) -> None:
    """The environment sees this one's libraries but not this checkout: the package comes from the wheel alone."""
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    libraries = next((environment / "lib").glob("python*/site-packages"))
    wheel = next(distributions.glob("*.whl"))
    target = ["--target", str(libraries)]
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", *target, str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True)
    code = """
import sys
sys.path += PATHS
import numpy as np, invgen
f = invgen.load("cartesian-l3-n4-flexible", backend="numba")
print(invgen.__file__)
print(" ".join(repr(float(v)) for v in f(np.linspace(-1.0, 1.0, 16)[None, :])[0]))
""".replace("PATHS", repr([p for p in sys.path if "site-packages" in p]))
    python = environment / "bin" / "python"
    result = subprocess.run([str(python), "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    where, numbers = result.stdout.strip().splitlines()
    assert Path(where).is_relative_to(libraries)
    expected = invgen.find_basis("cartesian-l3-n4-flexible").evaluate(np.linspace(-1.0, 1.0, 16))
    np.testing.assert_allclose([float(v) for v in numbers.split()], expected, rtol=1e-12)
