"""What the package uses of torch without a promise: in one module, listed here, and there in the torch installed."""

from __future__ import annotations

import ast
import importlib
import inspect
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import invgen

PACKAGE = Path(invgen.__file__).parent
ONLY = PACKAGE / "runtime" / "torch_private.py"
USED = (
    "torch._C._AutoDispatchBelowAutograd",
    "torch._C._aoti.AOTIModelContainerRunnerCpu",
    "torch._C._are_functorch_transforms_active",
    "torch._C._len_torch_dispatch_stack",
    "torch._assert_async",
    "torch._foreach_lerp_",
    "torch._functorch.utils.enable_single_level_autograd_function",
    "torch._inductor.aot_compile",
    "torch._ops.OpOverload",
    "torch.autograd.forward_ad._set_fwd_grad_enabled",
    "torch.autograd.function._SingleLevelFunction",
    "torch.fx._lazy_graph_module._LazyGraphModule",
)
KEYWORDS = {"_allow_non_fake_inputs": "torch.fx.experimental.proxy_tensor.make_fx"}
"""Arguments of public functions."""


def is_private(name: str) -> bool:
    """Whether a dotted name of torch has a part that begins with an underscore."""
    parts = name.split(".")
    return parts[0] == "torch" and any(p.startswith("_") and not p.startswith("__") for p in parts)


class Uses(ast.NodeVisitor):
    """Dotted private names of torch in a source, by attribute, import or string, and private keyword arguments."""

    def __init__(self, source: str) -> None:
        self.names: set[str] = set()
        self.visit(ast.parse(source))
        self.names = {n for n in self.names if not any(o.startswith(f"{n}.") for o in self.names)}

    def note(self, name: str) -> None:
        if is_private(name):
            self.names.add(name)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.note(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.note(f"{node.module}.{alias.name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.note(ast.unparse(node))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value.replace(".", "").replace("_", "").isalnum():
            self.note(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg.startswith("_"):
                self.names.add(keyword.arg)
        self.generic_visit(node)


def found(name: str) -> Any:
    """The object of a dotted name: modules are imported as far as there are any."""
    parts = name.split(".")
    value: Any = importlib.import_module(parts[0])
    for k, part in enumerate(parts[1:], 2):
        if not hasattr(value, part):
            importlib.import_module(".".join(parts[:k]))
        value = getattr(value, part)
    return value


def test_the_list_is_what_the_module_uses() -> None:
    assert Uses(ONLY.read_text(encoding="utf-8")).names == {*USED, *KEYWORDS}


@pytest.mark.parametrize("name", USED)
def test_torch_has(name: str) -> None:
    assert found(name) is not None


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_functions_take(keyword: str) -> None:
    assert keyword in inspect.signature(found(KEYWORDS[keyword])).parameters


def test_no_other_module_uses_what_torch_does_not_promise() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path != ONLY}
    assert not {str(path): names for path, source in sources.items() if (names := Uses(source).names)}


@pytest.mark.parametrize(
    "source",
    [
        "import torch._dynamo",
        "import torch\ndef f():\n    return torch._C._set_grad_enabled(True)",
        "from torch import _C",
        "from torch._ops import OpOverload",
        "from torch.autograd.function import _SingleLevelFunction as Function",
        "def f(x: torch._ops.OpOverload): ...",
        "import_module('torch._inductor')",
        "make_fx(f, _allow_non_fake_inputs=True)",
    ],
)
def test_a_private_use_is_noticed(source: str) -> None:
    assert Uses(source).names


@pytest.mark.parametrize("source", ["torch.__version__", "self._torch()", "from torch import Tensor", "'a torch._C b'"])
def test_what_is_public_is_not(source: str) -> None:
    assert not Uses(source).names


def test_the_version_of_torch_is_bounded_by_what_was_tested() -> None:
    with (PACKAGE.parent / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    (torch,) = (Requirement(text) for text in extras["torch"])
    assert torch.specifier.contains(version("torch").partition("+")[0])
    assert {s.operator for s in torch.specifier} == {">=", "<"}
