"""A backend is a row in two tables: one written here goes from a specification to a checked callable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from interaction_fixtures import lists, messages
from tolerances import all_close

import invgen
from invgen.cli.checking import checks
from invgen.compiler import emitters
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.kernels.ace.products import product_basis
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.folder import EmittedFolder
from invgen.runtime import choice
from invgen.runtime.backends import BACKENDS, PLAIN, Backend, compiled_for, register_backend
from invgen.runtime.operators import interaction, invariants, pair_sums
from invgen.runtime.pair_lists import PairLists

SYMBOLS = {"add": "+", "sub": "-", "mul": "*"}


def emit(id: str, kernels: Mapping[str, Kernel]) -> str:
    """One function of NumPy arrays (atoms, components, features) for each kernel."""
    lines = [f"# kernels of {id} for NumPy", "import numpy as np"]
    for name, kernel in kernels.items():
        arguments = [argument for argument, _ in kernel.inputs]
        lines += ["", f"def {name}({', '.join(arguments)}):", "    v = []"]
        for argument, size in kernel.inputs:
            lines.append(f"    v += [{argument}[:, c] for c in range({size})]")
        lines.append(f"    v += [np.full_like(v[0], c) for c in {[float(c) for c in kernel.constants]}]")
        lines += [f"    v.append(v[{a}] {SYMBOLS[op]} v[{b}])" for op, a, b in kernel.statements]
        results = ", ".join(f"np.stack([v[i] for i in {list(ids)}], 1)" for _, ids in kernel.outputs)
        lines.append(f"    return ({results},)")
    return "\n".join(lines) + "\n"


def emit_interaction(id: str, kernels: Mapping[str, Kernel]) -> str:
    """The fused interaction layer, which is none: it takes the plain functions."""
    return f"# interaction layer of {id}\nfrom invgen.runtime.operators.pair_sums import {', '.join(kernels)}\n"


class Form:
    """What runs the emitted module; counts its calls."""

    def __init__(self, folder: EmittedFolder) -> None:
        self.module, self.calls = folder.module("toy"), []

    def run(self, kernel: str, arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        self.calls.append(kernel)
        if isinstance(arrays[0], np.ndarray):
            return getattr(self.module, kernel)(*arrays)
        return tuple(map(torch.from_numpy, getattr(self.module, kernel)(*(a.numpy() for a in arrays))))


class Interaction:
    """What runs the emitted interaction layer; counts its calls."""

    def __init__(self, folder: EmittedFolder) -> None:
        self.key, self.calls, self.functions = folder.key, [], {}
        exec(folder.read("toy_interaction.py"), self.functions)

    def __getattr__(self, order: str) -> Any:
        def run(tensors: tuple[torch.Tensor, ...], lists: PairLists) -> tuple[torch.Tensor, ...]:
            self.calls.append(order)
            results = self.functions[order](*tensors, lists, self.key)
            return results if isinstance(results, tuple) else (results,)

        return run


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Both rows, for the time of a test."""
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(choice, "_known", {})
    monkeypatch.setattr(invariants, "LOADED", {})
    kernels = SimpleNamespace(FILE="toy_kernels.py", emit=emit)
    layer = SimpleNamespace(FILE="toy_interaction.py", emit=emit_interaction)
    monkeypatch.setitem(emitters.BACKENDS, "toy", emitters.Backend(kernels, interaction=layer))
    register_backend(Backend("toy", Form, lambda _: None, device="cpu", takes_numpy=True, interaction=Interaction))
    yield
    del BACKENDS["toy"]


def test_a_backend_goes_from_a_specification_to_a_checked_callable(toy: None, tmp_path: Path) -> None:
    basis = invgen.generate(invgen.BasisSpec(l_max=2, n_max=3, objective="independent"))
    f = invgen.load(basis, backend="toy")
    x = np.random.default_rng(0).normal(size=(7, basis.components))
    np.testing.assert_allclose(f(x), basis.evaluate(x), rtol=1e-12)
    assert f.form("toy").calls == ["value"]
    folder = invgen.emit(basis, ("toy", "torch"), into=tmp_path / "emitted")
    outcomes = [(name, outcome) for outcome, name, _ in checks(basis, folder)]
    assert {outcome for _, outcome in outcomes} == {"ok"}
    assert [name.partition(": ")[2].partition(",")[0] for name, _ in outcomes if name.startswith("toy")] == [
        *2 * ["value"],
        *2 * ["interaction layer"],
    ]


def test_tensors_take_it_with_two_derivatives(toy: None, tmp_path: Path) -> None:
    basis = invgen.generate(invgen.BasisSpec(l_max=1, n_max=3, objective="independent"))
    layer = invgen.nn.Invariants(invgen.emit(basis, ("toy", "torch"), into=tmp_path / "emitted"), backend="toy")
    x = torch.randn(4, basis.components, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, x)
    assert torch.autograd.gradgradcheck(layer, x)
    assert {"value", "vjp", "second_order"} <= set(layer.kernels.form("toy").calls)
    with pytest.raises(TypeError, match='use backend="torch"'):
        layer(x.half())


def test_its_fused_interaction_layer_is_taken_with_two_derivatives(toy: None, tmp_path: Path) -> None:
    basis = invgen.generate(invgen.BasisSpec(l_max=1, n_max=3, objective="independent"))
    folder = invgen.emit(basis, ("toy", "torch"), into=tmp_path / "emitted")
    kernels = invgen.load(folder)
    key, of = invariants.register(kernels), lists(atoms=3, pairs=5)
    assert kernels.folder.interactions == ("toy",)
    assert interaction.fused(key, "cpu", None)
    tensors = [x.requires_grad_() for x in messages(str(folder), of, features=2)[:3]]
    all_close((interaction.VALUE(*tensors, *of, key),), (pair_sums.value(*tensors, of, key),), 0.0)
    assert torch.autograd.gradgradcheck(lambda *x: interaction.VALUE(*x, *of, key), tensors)
    assert {"value", "vjp", "second_order"} <= set(kernels.interaction("toy").calls)
    with pytest.raises(ValueError, match="'torch' has no fused interaction layer"):
        kernels.interaction("torch")


def test_it_walks_no_tables_and_so_writes_none(toy: None, tmp_path: Path) -> None:
    products = product_basis([Coupling.from_label("ace:1.1,1.1")])
    with pytest.raises(ValueError, match="tables are walked by numba, torch only, not by toy"):
        emitters.emit_tables(tmp_path, id="large", products=products, backends=("toy",), metadata={})


def test_auto_finds_it_where_the_others_were_not_emitted(toy: None, tmp_path: Path) -> None:
    basis = invgen.generate(invgen.BasisSpec(l_max=1, n_max=2, objective="independent"))
    f = invgen.load(invgen.emit(basis, ("toy", "torch"), into=tmp_path / "emitted"))
    assert f.backend == "toy"
    f(torch.ones(2, basis.components, 3))
    assert [d.backend for d in f.choice] == ["toy"]


def test_the_first_row_of_a_device_is_taken(toy: None) -> None:
    assert [compiled_for(kind) for kind in ("cpu", "cuda", "meta")] == ["numba", "cuda", PLAIN]


def test_a_name_is_taken_once(toy: None) -> None:
    for name in ("toy", "numba", "auto"):
        with pytest.raises(ValueError, match=f"there is a backend '{name}' already"):
            register_backend(Backend(name, Form, lambda index: None))
    with pytest.raises(ValueError, match="did you mean 'toy'"):
        invgen.load("cartesian-l2-n3-flexible", backend="tyo")


def test_without_the_rows_nothing_knows_it() -> None:
    with pytest.raises(ValueError, match="unknown backend 'toy'"):
        invgen.load("cartesian-l2-n3-flexible", backend="toy")
