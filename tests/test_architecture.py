"""The directions of imports, read from the sources, and what an import brings in, seen from fresh processes.

A room is a folder or a module of the package, named without ``invgen.``; a module belongs to the innermost room that
holds it. Rooms say which others they import from, and modules form no circle, imports inside of functions included.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from processes import python

import invgen
from invgen.runtime.backends import BACKENDS

PACKAGE = Path(invgen.__file__).parent
PAGES = sorted(f"docs/{path.name}" for path in (PACKAGE.parent / "docs").glob("*.md"))

GROUND: dict[str, tuple[str, ...]] = {
    "errors": (),
    "files": (),
    "kept": ("files", "resources"),
    "lazy": (),
    "markup": (),
    "resources": (),
    "version": (),
    "spec": ("errors",),
}
CHOICE = ("compiler.selection", "compiler.candidates", "compiler.algebra", "errors", "spec", "files")
MADE = (
    *("compiler.basis_files", "compiler.emission", "compiler.kernels", "compiler.analysis", "compiler.notebook"),
    *("markup", "replay", *CHOICE),
)
WRITTEN = ("emitted", "resources", "errors", "spec", "version")
COMPILER: dict[str, tuple[str, ...]] = {
    "compiler": (),
    "compiler.algebra": (),
    "compiler.candidates": ("compiler.algebra", "errors", "spec"),
    "compiler.selection": (
        "compiler.kernels",
        "compiler.candidates",
        "compiler.algebra",
        "errors",
        "spec",
        "files",
        "markup",
        "version",
        "workers",
    ),
    "compiler.analysis": ("replay", *CHOICE),
    "compiler.auditing": ("markup", *CHOICE),
    "compiler.kernels": ("compiler.candidates", "compiler.algebra", "emitted", "errors", "markup", "spec"),
    "compiler.emitters": ("compiler.kernels", "emitted", "resources", "errors", "version"),
    "compiler.emission": ("compiler.emitters", "compiler.kernels", "compiler.algebra", *WRITTEN),
    "compiler.basis_files": ("errors",),
    "compiler.notebook": ("compiler.candidates", "markup", "spec"),
    "compiler.basis": MADE,
    "compiler.covariant_basis": ("compiler.basis", *MADE),
    "compiler.pipeline": (
        *("compiler.covariant_basis", "compiler.basis", "compiler.selection"),
        *("errors", "resources", "spec"),
    ),
    "compiler.inspect": (
        *("compiler.basis", "compiler.analysis", "compiler.emitters", "compiler.kernels", "emitted", "gpu"),
        *("markup", "resources", "version", "workers", *CHOICE),
    ),
    "compiler.contractions": ("compiler.emission", "compiler.emitters", "compiler.kernels", *CHOICE[1:3], *WRITTEN),
    "compiler.families": ("compiler.candidates", "compiler.kernels", "replay", "spec"),
    "compiler.shipped": (
        "compiler.pipeline",
        "compiler.emission",
        "compiler.emitters",
        "resources",
        "spec",
        "workers",
    ),
}
BETWEEN: dict[str, tuple[str, ...]] = {
    "replay": ("errors", "markup", "spec"),
    "emitted": ("errors", "files", "resources"),
    "gpu": ("errors", "files", "resources"),
    "cpp": ("errors", "kept"),
    "workers": ("errors", "version"),
}
"""What both halves use, or neither: the second implementation, the contract of emitted folders, compilers, workers."""
RUN = ("runtime", "runtime.operators", "emitted", "errors", "markup")
MODELS = ("data", "files", *RUN)
RUNTIME: dict[str, tuple[str, ...]] = {
    "runtime": (
        *("runtime.cpu", "runtime.operators", "emitted", "gpu", "cpp"),
        *("kept", "errors", "files", "markup", "resources"),
    ),
    "runtime.cpu": ("emitted", "files", "resources"),
    "runtime.operators": ("runtime", "runtime.cpu", "emitted"),
    "data": ("errors", "files", "lazy"),
    "nn": ("data", *RUN),
    "runs": ("data", "errors"),
    "ace": ("runtime", "runtime.cpu", "data", "emitted", "errors", "lazy"),
    "ace.fitting": ("ace", "runs", "runtime.cpu", "data", "emitted", "errors", "files", "markup", "version", "workers"),
    "potentials": ("potentials.training", "potentials.frozen", "nn", "ace", "lazy", *MODELS),
    "potentials.frozen": ("potentials", "nn", "version", *MODELS),
    "hippynn": ("engines",),
    "engines": ("potentials", "ace", "nn", "cpp", "data", "files", "version", *RUN),
    "potentials.training": ("potentials", "nn", "runs", "runtime", "data", "emitted", "errors", "files", "markup"),
}
ROOMS = {**GROUND, **COMPILER, **BETWEEN, **RUNTIME}
FACADES = ("invgen", "invgen.ace")
"""Names that are loaded when first used: what is imported for type checkers alone does not count."""
MEETINGS = ("invgen", "cli", "__main__", "audits", "ace.fitting.run", "engines.plugin", "mace")
"""Where both halves meet: lazy names of the package, the command line, audits, a fit that generates its basis, a plugin
whose kernels are emitted, and models of MACE, whose couplings are found again among exact ones."""

NARROWER: dict[str, tuple[str, ...]] = {
    "invgen.compiler.kernels.program": ("invgen.markup",),
    "invgen.compiler.kernels.weights": (),
    "invgen.compiler.kernels.builder": ("invgen.compiler.kernels.program", "invgen.compiler.kernels.weights"),
    "invgen.compiler.selection.evidence": (),
}
"""Modules that import less than their room may."""
FORBIDDEN = {
    **dict.fromkeys(COMPILER, ("torch", "numba")),
    **dict.fromkeys(RUNTIME, ("sympy", "jinja2")),
    **dict.fromkeys((*GROUND, *BETWEEN), ("torch", "numba", "sympy", "jinja2")),
}
"""Packages that a room never imports."""


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()
SOURCES = {name: path.read_text(encoding="utf-8") for name, path in MODULES.items()}


def inside(module: str, room: str) -> bool:
    """Whether a module is a room, or in it."""
    return module == room or module.startswith(f"{room}.")


def room_of(module: str, rooms: Mapping[str, object] = ROOMS) -> str | None:
    """The innermost room that holds a module."""
    name = module.removeprefix("invgen.")
    return max((room for room in rooms if inside(name, room)), key=len, default=None)


def meets(module: str) -> bool:
    """Whether both halves may meet in a module."""
    name = module.removeprefix("invgen.")
    return name == "invgen" or any(inside(name, place) for place in MEETINGS)


@cache
def imported(source: str) -> tuple[tuple[str, bool], ...]:
    """All imports of a source, lazy ones too: names of modules, and whether the import is inside a function."""
    tree = ast.parse(source)
    lazy = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found: list[tuple[str, bool]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in lazy) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.append((full if full in MODULES else node.module, id(node) in lazy))
    return tuple(found)


def violations(module: str, source: str) -> list[str]:
    """What a module imports against the rules."""
    room = room_of(module)
    assert room is not None, f"{module} belongs to no room"
    problems = []
    for name, _ in imported(executed(module, source)):
        top = name.partition(".")[0]
        if top != "invgen":
            allowed = top not in FORBIDDEN[room]
        elif module in NARROWER:
            allowed = name in NARROWER[module]
        else:
            target = None if meets(name) else room_of(name)
            allowed = target is not None and target in (room, *ROOMS[room])
        if not allowed:
            problems.append(f"{module} imports {name}")
    return problems


def graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Which modules of the package import which; of facades only what they import when they are imported."""
    found = {}
    for module, source in sources.items():
        lazy_counts = module != "invgen" and not inside(module, "invgen.cli")
        names = {name for name, lazy in imported(executed(module, source)) if lazy_counts or not lazy}
        found[module] = {name for name in names if name in sources and name != module}
    return found


def executed(module: str, source: str) -> str:
    """The source; of a facade without what it imports for type checkers alone."""
    if module not in FACADES:
        return source
    tree = ast.parse(source)
    tree.body = [n for n in tree.body if not (isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")]
    return ast.unparse(tree)


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """The sets of two or more modules each of which imports, directly or through others, all the others."""
    reached = {}
    for start in edges:
        seen, waiting = set[str](), [start]
        while waiting:
            new = edges[waiting.pop()] - seen
            seen |= new
            waiting += new
        reached[start] = seen
    groups = {tuple(sorted({m, *(o for o in reached[m] if m in reached[o])})) for m in edges if m in reached[m]}
    return [list(group) for group in sorted(groups)]


def siblings(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same imports between the parts of each folder: its modules, and its subfolders as one part each.

    An import counts in the innermost folder that holds both ends; ``.`` is what the folder itself imports and holds.
    """
    found: dict[str, set[str]] = {}
    for module, names in edges.items():
        for name in names:
            a, b = module.split("."), name.split(".")
            depth = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            one, other = (".".join([*parts[: depth + 1], *["."][: len(parts) == depth]]) for parts in (a, b))
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set())
    return found


def test_every_module_belongs_to_a_room():
    homeless = [name for name in MODULES if not meets(name) and room_of(name) is None]
    assert not homeless
    empty = [room for room in ROOMS if not any(room_of(name) == room for name in MODULES)]
    assert not empty


def test_imports_go_in_the_allowed_directions():
    assert not [p for name, source in SOURCES.items() if not meets(name) for p in violations(name, source)]


def test_the_halves_know_nothing_of_each_other():
    """The contract between them is what is emitted; the replay shares nothing with what it checks."""
    allowed = {room: {target.split(".")[0] for target in targets} for room, targets in ROOMS.items()}
    assert all(not allowed[room] & {r.split(".")[0] for r in RUNTIME} for room in (*COMPILER, *BETWEEN, *GROUND))
    assert all("compiler" not in allowed[room] for room in (*RUNTIME, *BETWEEN, *GROUND))
    assert "emitted" in allowed["compiler.emitters"] & allowed["runtime"]


def test_rooms_form_no_circle_within_a_half():
    edges = {room: {target for target in targets if target != room} for room, targets in {**GROUND, **COMPILER}.items()}
    assert not circles({room: {t for t in targets if t in edges} for room, targets in edges.items()})


def test_modules_form_no_circle():
    assert not circles(graph(SOURCES))


def test_the_parts_of_a_folder_form_no_circle():
    """A subfolder and the modules beside it import each other in one direction, through whatever modules."""
    assert not circles(siblings(graph(SOURCES)))


def test_modules_stay_below_300_lines():
    assert not {name: lines for name, source in SOURCES.items() if (lines := len(source.splitlines())) >= 300}


def test_emitters_read_programs_only():
    """And draw numbers for searches, which know of nothing."""
    for module, source in SOURCES.items():
        if inside(module, "invgen.compiler.emitters"):
            names = {name for name, _ in imported(source) if inside(name, "invgen.compiler.kernels")}
            assert names <= {"invgen.compiler.kernels.program", "invgen.compiler.kernels.draws"}, module


def family_questions(source: str) -> list[str]:
    """Comparisons of the name of a family with texts."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Compare)]
    sides = {ast.unparse(node): [ast.unparse(side) for side in (node.left, *node.comparators)] for node in found}
    name, text = re.compile(r".*(family|\[.family.\]|\(.family.(, .*)?\))"), re.compile(r"[(\[{]?'.*")
    return [node for node, parts in sides.items() if any(map(name.fullmatch, parts)) and any(map(text.match, parts))]


def test_no_family_is_known_by_its_name():
    """Its rows are asked instead, see invgen.compiler.families."""
    assert not {name: found for name, source in SOURCES.items() if (found := family_questions(source))}
    asked = ('basis.spec.family == "ace"', 'spec["family"] in ("ace", "x")', '"x" != manifest.get("family", "ace")')
    assert all(map(family_questions, asked))
    assert not any(map(family_questions, ('"family" in manifest', "family.rank in PARITIES", "name in FAMILIES")))


BACKEND_TABLES = ("invgen.compiler.emitters", "invgen.runtime.backends")


def names_a_backend(node: ast.AST) -> bool:
    """Whether a text, or one of a tuple, list or set of texts, is the name of a backend."""
    return any(isinstance(text, ast.Constant) and text.value in BACKENDS for text in getattr(node, "elts", [node]))


def decisive(node: ast.AST) -> list[ast.AST]:
    """The parts of a comparison, of a choice from a table, of an argument or a default that may name a backend.

    Kinds of devices and names of packages are no names of backends, though "cuda" and "torch" are among both.
    """
    match node:
        case ast.Compare():
            sides = [node.left, *node.comparators]
            others = re.compile(r".*(device|kind|target|\.type)|sys\.modules")
            return [] if any(others.fullmatch(ast.unparse(side)) for side in sides) else sides
        case ast.Subscript(value=ast.Dict() as table):
            return list(table.values)
        case ast.Subscript() if ast.unparse(node.value).isupper():
            return [node.slice]
        case ast.keyword(arg="backend" | "backends"):
            return [node.value]
        case ast.arguments():
            positional = zip(reversed(node.args), reversed(node.defaults), strict=False)
            named = [*positional, *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
            return [value for argument, value in named if "backend" in argument.arg and value is not None]
        case ast.MatchValue():
            return [node.value]
    return []


def backend_questions(source: str) -> list[str]:
    """Where the name of a backend decides."""
    nodes = ast.walk(ast.parse(source))
    return [ast.unparse(node) for node in nodes if any(map(names_a_backend, decisive(node)))]


def test_no_backend_is_known_by_its_name():
    """Its rows are asked instead, see invgen.compiler.emitters and invgen.runtime.backends."""
    outside = {name: source for name, source in SOURCES.items() if name not in BACKEND_TABLES}
    assert not {name: found for name, source in outside.items() if (found := backend_questions(source))}


@pytest.mark.parametrize(
    "source",
    [
        'if backend == "numba": pass',
        'if "cuda" in backends: pass',
        'if name in ("toy", "torch"): pass',
        'if x and "torch" != kernels.backend: pass',
        'RUNNING["cuda"].why_not()',
        'needed = {"cpu": "torch", "cuda": "cuda"}[target]',
        'load(folder, backend="torch")',
        'load(folder, backends=("torch", "numba"))',
        'def layer(source, backend="torch"): pass',
        'def layer(source, *, backend="numba"): pass',
        'match backend:\n    case "torch": pass',
    ],
)
def test_a_question_for_a_backend_is_noticed(source):
    assert backend_questions(source)


def test_devices_and_packages_are_no_backends():
    for source in ('x.device.type == "cuda"', 'kind != "cuda"', 'target == "cuda"', '"torch" in sys.modules'):
        assert not backend_questions(source)
    for source in ("backend == PLAIN", 'load(x, backend="auto")', 'made["torch"]', "name in BACKENDS"):
        assert not backend_questions(source)


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
        ("invgen.runtime.load", "import invgen.compiler\n"),
        ("invgen.nn.network", "def f():\n    from invgen.compiler import pipeline\n"),
        ("invgen.compiler.algebra.modular", "from invgen.compiler.candidates.cartesian import contraction\n"),
        ("invgen.compiler.candidates.family", "from invgen.compiler.basis import Basis\n"),
        ("invgen.compiler.kernels.program", "from invgen.compiler.algebra import modular\n"),
        ("invgen.compiler.kernels.lower", "from invgen.compiler.basis import Basis\n"),
        ("invgen.compiler.emitters.numba", "from invgen.compiler.basis import Basis\n"),
        ("invgen.compiler.basis", "import invgen\n"),
        ("invgen.compiler.basis", "def f():\n    import invgen\n"),
        ("invgen.compiler.pipeline", "from invgen import __version__\n"),
        ("invgen.compiler.pipeline", "from invgen.cli import checking\n"),
        ("invgen.runtime.cpu.simd", "from invgen.runtime.load import load\n"),
        ("invgen.runtime.cpu.tables", "def f():\n    from invgen.ace import abasis\n"),
        ("invgen.data.batch", "from invgen.nn import network\n"),
        ("invgen.ace.energy", "def f():\n    from invgen.ace.fitting import fit\n"),
        ("invgen.ace.fitting.fit", "def f():\n    from invgen.ace.fitting.run import fit\n"),
        ("invgen.potentials.frozen.program", "from invgen.potentials.training import trainer\n"),
        ("invgen.replay.trial", "from invgen.compiler.candidates.cartesian.evaluate import Evaluator\n"),
        ("invgen.replay.chance", "def f():\n    import sympy\n"),
        ("invgen.emitted.folder", "from invgen.runtime import load\n"),
        ("invgen.emitted.folder", "from invgen.compiler import pipeline\n"),
        ("invgen.emitted.folder", "def f():\n    import torch\n"),
    ],
)
def test_a_wrong_import_is_noticed(module, source):
    assert module in MODULES
    assert violations(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("invgen.data.batch", "def f():\n    from invgen.data.dataset import Dataset\n"),
        ("invgen.gpu.usage", "from invgen.gpu.nvcc import Nvcc\n"),
        ("invgen.compiler.kernels.lower", "if TYPE_CHECKING:\n    from invgen.compiler.basis import Basis\n"),
        ("invgen.runtime.modules", "from invgen.runtime import load\n"),
        ("invgen.version", "import invgen\n"),
    ],
)
def test_a_circle_is_noticed(module, source):
    assert circles(graph({**SOURCES, module: SOURCES[module] + source}))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("invgen.runtime.cuda_interaction", "from invgen.runtime.operators import registration\n"),
        ("invgen.compiler.candidates.drawing", "def f():\n    from invgen.compiler.candidates.ace import coupling\n"),
        ("invgen.compiler.algebra.channels", "from invgen.compiler.kernels import weights\n"),
    ],
)
def test_a_circle_of_folders_is_noticed(module, source):
    """Though no module imports itself through others."""
    edges = graph({**SOURCES, module: SOURCES[module] + source})
    assert circles(siblings(edges))
    assert not circles(edges)


def test_lazy_names_of_a_facade_make_no_circle():
    name, climbing = "invgen.compiler.pipeline", SOURCES["invgen.compiler.pipeline"] + "import invgen\n"
    lazily, at_once = (SOURCES["invgen"] + text for text in (f"def f():\n    import {name}\n", f"import {name}\n"))
    assert not circles(graph({**SOURCES, name: climbing, "invgen": lazily}))
    assert circles(graph({**SOURCES, name: climbing, "invgen": at_once}))


# ---- pages --------------------------------------------------------------------------------------------------------


def test_the_page_names_every_room():
    page = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {part for word in page.split() for part in word.strip("`.,:").removesuffix(".py").split("/")}
    assert {part for room in (*ROOMS, *MEETINGS) for part in room.split(".")} <= named


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *PAGES])
def test_modules_that_a_page_names_exist(page):
    text = (PACKAGE.parent / page).read_text(encoding="utf-8")
    files = [path for path in re.findall(r"`([\w/]+/\w+\.py)`", text) if not path.startswith("tests/")]
    assert not [path for path in files if not any((place / path).is_file() for place in (PACKAGE, PACKAGE.parent))]


# ---- fresh processes --------------------------------------------------------------------------------------------


def test_importing_the_package_is_light():
    heavy = ["torch", "sympy", "numba", "jinja2", "ase", "scipy", "matplotlib"]
    loaded = python(f"import sys, invgen; invgen.BasisSpec(l_max=3); print([m for m in {heavy} if m in sys.modules])")
    assert loaded.strip() == "[]"


def test_generating_needs_no_torch_and_no_numba():
    code = """
import sys
sys.modules["torch"] = sys.modules["numba"] = None
import invgen
basis = invgen.generate(invgen.BasisSpec(l_max=3, n_max=4, objective="flexible"))
print(len(basis), bool(basis.verify()), basis.sympy(1))
"""
    assert python(code).strip() == "13 True v_x**2 + v_y**2 + v_z**2"


def test_the_runtime_needs_no_sympy_no_jinja_and_no_numba():
    code = """
import sys
for name in ("sympy", "jinja2", "numba"):
    sys.modules[name] = None
import invgen.runtime, invgen.nn, invgen.data
print([m for m in sys.modules if m.startswith("invgen.compiler")])
"""
    assert python(code).strip() == "[]"


def test_potentials_and_fits_need_no_compiler():
    code = """
import sys
for name in ("sympy", "jinja2", "invgen.compiler"):
    sys.modules[name] = None
import invgen.ace.fitting.fit, invgen.ace.fitting.run, invgen.potentials
print(invgen.ace.LinearPotential.__name__, callable(invgen.ace.fit))
"""
    assert python(code).strip() == "LinearPotential True"


def test_unknown_names_of_the_package_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'invgen' has no attribute 'generat'"):
        invgen.generat  # noqa: B018
