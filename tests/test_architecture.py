"""The directions of imports, read from the sources, and what an import brings in, seen from fresh processes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import invgen

PACKAGE = Path(invgen.__file__).parent

COMPILER = (
    "algebra",
    "candidates",
    "selection",
    "auditing",
    "basis",
    "covariant_basis",
    "kernels",
    "emitters",
    "pipeline",
    "inspect",
)
RUNTIME = ("runtime", "data", "nn", "atomic", "potentials")
SHARED = ("spec", "errors", "files", "resources", "products", "gpu", "replay")
FACADES = ("__init__", "ace", "audits", "cli", "checking", "shipped")
"""Entry points that reach both halves: the lazy names of the package, the command line and what it runs."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "errors": (),
    "files": (),
    "resources": (),
    "gpu": ("errors",),
    "products": ("errors",),
    "spec": ("errors",),
    "replay": ("errors", "spec"),
    "algebra": ("errors", "spec"),
    "candidates": ("algebra", "errors", "spec"),
    "selection": ("replay", "candidates", "algebra", "errors", "spec", "files"),
    "auditing": ("selection", "candidates", "algebra", "errors", "files"),
    "basis": ("replay", "selection", "candidates", "algebra", "errors", "spec", "files"),
    "covariant_basis": ("basis", "selection", "candidates", "algebra", "errors", "spec", "files"),
    "kernels": ("basis", "candidates", "algebra", "products", "errors", "spec"),
    "emitters": ("kernels", "products", "resources", "errors", "files"),
    "pipeline": (
        *("emitters", "kernels", "covariant_basis", "basis", "selection", "candidates", "algebra"),
        *("products", "resources", "errors", "spec"),
    ),
    "inspect": (
        *("emitters", "gpu", "kernels", "products", "basis", "selection", "candidates", "algebra"),
        *("errors", "spec", "files"),
    ),
    "data": ("errors", "files"),
    "runtime": ("gpu", "products", "resources", "errors", "spec", "files"),
    "nn": ("runtime", "data", "errors"),
    "atomic": ("data", "errors", "files"),
    "potentials": ("atomic", "nn", "runtime", "data", "products", "errors", "files"),
}
NARROWER: dict[str, tuple[str, ...]] = {
    "invgen.compiler.kernels.program": (),
    "invgen.compiler.kernels.builder": ("invgen.compiler.kernels.program",),
    "invgen.compiler.selection.evidence": (),
}
"""Modules that import less than their room may."""

FORBIDDEN = {
    **dict.fromkeys((*COMPILER, *SHARED), ("torch", "numba")),
    **dict.fromkeys(RUNTIME, ("sympy", "jinja2")),
    "replay": ("torch", "numba", "sympy", "jinja2"),
}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)] = path
    return found


def imported(source: str) -> list[tuple[str, bool]]:
    """All imports of a source, lazy ones too: names of modules, and whether the import is inside a function."""
    tree = ast.parse(source)
    lazy = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in lazy) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            if node.module == "invgen":
                found += [(f"invgen.{alias.name}", id(node) in lazy) for alias in node.names]
            else:
                found.append((node.module, id(node) in lazy))
    return found


def violations(module: str, source: str) -> list[str]:
    """What a module imports against the rules."""
    room = module.split(".")[1]
    problems = []
    for name, lazy in imported(source):
        top, _, rest = name.partition(".")
        if top in FORBIDDEN.get(room, ()):
            problems.append(f"{module} imports {name}")
        if top != "invgen":
            continue
        target = rest.split(".")[0]
        through_facade = lazy and module in ("invgen.compiler.basis", "invgen.compiler.covariant_basis") and not rest
        allowed = target == room or target in ALLOWED[room] or target == "__version__" or through_facade
        if module in NARROWER:
            allowed = name in NARROWER[module]
        if not allowed:
            problems.append(f"{module} imports {name}")
    return problems


def test_every_module_belongs_to_a_room():
    rooms = {name.split(".")[1] for name in modules()}
    assert rooms == set(ALLOWED) | set(FACADES), rooms ^ (set(ALLOWED) | set(FACADES))
    assert set(ALLOWED) == set(COMPILER) | set(RUNTIME) | set(SHARED)


def test_imports_go_in_the_allowed_directions():
    problems = []
    for module, path in modules().items():
        if module.split(".")[1] not in FACADES:
            problems += violations(module, path.read_text(encoding="utf-8"))
    assert not problems


def test_only_lowering_sees_the_basis_within_kernels():
    for module, path in modules().items():
        if module.startswith("invgen.compiler.kernels.") and module != "invgen.compiler.kernels.lower":
            assert "invgen.compiler.basis" not in [name for name, _ in imported(path.read_text(encoding="utf-8"))], (
                module
            )


def test_emitters_read_programs_only():
    for module, path in modules().items():
        if module.startswith("invgen.compiler.emitters"):
            names = [
                name
                for name, _ in imported(path.read_text(encoding="utf-8"))
                if name.startswith("invgen.compiler.kernels")
            ]
            assert set(names) <= {"invgen.compiler.kernels.program"}, module


def test_rooms_form_no_cycle():
    order: list[str] = []
    left = dict(ALLOWED)
    while left:
        ready = [room for room, needs in left.items() if set(needs) <= set(order)]
        assert ready, f"cycle among {sorted(left)}"
        order += ready
        left = {room: needs for room, needs in left.items() if room not in ready}
    assert not any(set(ALLOWED[room]) & set(COMPILER) for room in RUNTIME)
    assert not any(set(ALLOWED[room]) & set(RUNTIME) for room in COMPILER)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("invgen.compiler.selection.langbein", "import torch\n"),
        ("invgen.compiler.basis", "def f():\n    import numba\n"),
        ("invgen.compiler.auditing.functions", "def f():\n    import torch\n"),
        ("invgen.compiler.auditing.functions", "def f():\n    from invgen.runtime import jacobian\n"),
        ("invgen.compiler.selection.langbein", "from invgen.compiler.auditing import exact\n"),
        ("invgen.nn.network", "from sympy import Poly\n"),
        ("invgen.runtime.load", "def f():\n    from jinja2 import Template\n"),
        ("invgen.runtime.load", "from invgen.compiler.basis import Basis\n"),
        ("invgen.nn.network", "def f():\n    from invgen.compiler import pipeline\n"),
        ("invgen.compiler.algebra.modular", "from invgen.compiler.candidates.cartesian import contraction\n"),
        ("invgen.compiler.candidates.cartesian.evaluate", "from invgen.compiler.basis import Basis\n"),
        ("invgen.compiler.kernels.program", "from invgen.compiler.algebra import modular\n"),
        ("invgen.compiler.emitters.numba", "from invgen.compiler.basis import Basis\n"),
        ("invgen.compiler.basis", "import invgen\n"),
        ("invgen.compiler.selection.langbein", "def f():\n    import invgen\n"),
        ("invgen.data.batch", "from invgen.nn import network\n"),
        ("invgen.replay.trial", "from invgen.compiler.candidates.cartesian.evaluate import Evaluator\n"),
        ("invgen.replay.chance", "def f():\n    import sympy\n"),
    ],
)
def test_a_wrong_import_is_noticed(module, source):
    assert violations(module, source)


def test_the_facade_is_open_to_the_basis_when_called():
    assert not violations("invgen.compiler.basis", "def f():\n    import invgen\n")


# ---- fresh processes --------------------------------------------------------------------------------------------


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_the_package_is_light():
    heavy = ["torch", "sympy", "numba", "jinja2", "ase", "scipy", "matplotlib"]
    loaded = run(f"import sys, invgen; invgen.BasisSpec(l_max=3); print([m for m in {heavy} if m in sys.modules])")
    assert loaded.strip() == "[]"


def test_generating_needs_no_torch_and_no_numba():
    code = """
import sys
sys.modules["torch"] = sys.modules["numba"] = None
import invgen
basis = invgen.generate(invgen.BasisSpec(l_max=3, n_max=4, objective="flexible"))
print(len(basis), bool(basis.verify()), basis.sympy(1))
"""
    assert run(code).strip() == "13 True v_x**2 + v_y**2 + v_z**2"


def test_the_runtime_needs_no_sympy_no_jinja_and_no_numba():
    code = """
import sys
for name in ("sympy", "jinja2", "numba"):
    sys.modules[name] = None
import invgen.runtime, invgen.nn, invgen.data
compiler = ["algebra", "candidates", "selection", "basis", "kernels", "emitters", "pipeline", "inspect"]
print([m for m in sys.modules if m.startswith("invgen.") and m.split(".")[1] in compiler])
"""
    assert run(code).strip() == "[]"


def test_unknown_names_of_the_package_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'invgen' has no attribute 'generat'"):
        invgen.generat  # noqa: B018
