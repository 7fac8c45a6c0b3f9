"""Table-driven kernels behind the same interface: numbers, derivatives, operators, choice by size; broken twins."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from tolerances import CENTRAL_DIFFERENCE, KERNEL, close

import invgen
from invgen.compiler.basis import Basis
from invgen.compiler.emitters import emit_tables
from invgen.compiler.kernels.ace import products as compiler
from invgen.compiler.kernels.ace.products import product_basis
from invgen.emitted.folder import open_folder, read_products
from invgen.emitted.products import FILE, ProductBasis
from invgen.errors import EmittedFileError
from invgen.nn import Invariants
from invgen.runtime import load
from invgen.runtime.operators import invariants

BACKENDS = ("numba", "torch")
DTYPES = ("float32", "float64")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@cache
def basis(l_max: int = 2, n_max: int = 4, channels: int = 2) -> Basis:
    return invgen.generate(
        invgen.BasisSpec(family="ace", l_max=l_max, n_max=n_max, channels=channels, objective="linear")
    )


def written(products: ProductBasis, chosen: Basis, folder: Path, backends: tuple[str, ...] = BACKENDS) -> Path:
    metadata = {
        "ranks": [0, 1, 2],
        "channels": [2, 2, 2],
        "components": chosen.components,
        "size": len(chosen),
        "labels": list(chosen.labels),
    }
    return emit_tables(folder, id=chosen.id, products=products, backends=backends, metadata=metadata)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(product_basis(basis()), basis(), tmp_path_factory.mktemp("tables"))


def arrays(chosen: Basis, atoms: int, features: int, dtype: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, g, u as (atoms, components, features)."""
    random = np.random.default_rng(7)
    widths = (chosen.components, len(chosen), chosen.components)
    return tuple((random.normal(size=(atoms, w, features)) * 0.7).astype(dtype) for w in widths)  # type: ignore[return-value]


def by_couplings(chosen: Basis, x: np.ndarray, g: np.ndarray, u: np.ndarray) -> dict[str, np.ndarray]:
    """Values, Jᵀg and J u by couplings in float64."""
    rows, g, u = (np.moveaxis(a.astype("float64"), 1, -1) for a in (x, g, u))
    jacobian = chosen.jacobian(rows)
    found = {
        "value": chosen.evaluate(rows),
        "vjp": np.einsum("nfk,nfkc->nfc", g, jacobian),
        "ju": np.einsum("nfkc,nfc->nfk", jacobian, u),
    }
    return {name: np.moveaxis(array, -1, 1) for name, array in found.items()}


def assert_close(found: np.ndarray, wanted: np.ndarray, dtype: str) -> None:
    assert found.dtype == dtype
    close(found.astype("float64"), wanted, KERNEL[dtype], least=0.0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("atoms", "features"), [(3, 50), (70, 1), (1, 32), (1, 1)])
def test_tables_agree_with_the_couplings(folder, backend, dtype, atoms, features):
    f = load(folder, backend=backend)
    x, g, u = arrays(basis(), atoms, features, dtype)
    wanted = by_couplings(basis(), x, g, u)
    assert_close(f(x), wanted["value"], dtype)
    assert_close(f.vjp(x, g), wanted["vjp"], dtype)
    assert_close(f.second_order(x, g, u)[1], wanted["ju"], dtype)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_hessian_part_is_the_derivative_of_the_vjp(folder, backend):
    f = load(folder, backend=backend)
    x, g, u = arrays(basis(), 5, 3, "float64")
    step = 1e-5
    difference = (f.vjp(x + step * u, g) - f.vjp(x - step * u, g)) / (2 * step)
    hu, _ = f.second_order(x, g, u)
    assert abs(hu - difference).max() < CENTRAL_DIFFERENCE["float64"] * abs(hu).max()


def test_both_backends_agree_on_the_hessian_part(folder):
    x, g, u = arrays(basis(), 4, 9, "float64")
    first, second = (load(folder, backend=b).second_order(x, g, u)[0] for b in BACKENDS)
    assert_close(first, second, "float64")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("change", ["value", "right"])
def test_a_changed_table_is_noticed(tmp_path, backend, change):
    products = product_basis(basis())
    array = getattr(products, change).copy()
    if change == "value":
        array[100] *= 1.001
    else:
        array[5] = (array[5] + 1) % products.components
    f = load(written(replace(products, **{change: array}), basis(), tmp_path), backend=backend)
    x, g, u = arrays(basis(), 3, 5, "float64")
    with pytest.raises(AssertionError):
        assert_close(f(x), by_couplings(basis(), x, g, u)["value"], "float64")


@pytest.mark.parametrize("orders", [(1,), (1, 2), (5,)])
@pytest.mark.parametrize("backend", BACKENDS)
def test_bases_of_few_orders(tmp_path, orders, backend):
    spec = invgen.BasisSpec(family="ace", l_max=2, n_max=max(orders), channels=2, orders=orders, objective="linear")
    chosen = invgen.generate(spec)
    f = load(written(product_basis(chosen), chosen, tmp_path), backend=backend)
    x, g, u = arrays(chosen, 3, 5, "float64")
    wanted = by_couplings(chosen, x, g, u)
    assert_close(f(x), wanted["value"], "float64")
    assert_close(f.vjp(x, g), wanted["vjp"], "float64")
    hu, ju = f.second_order(x, g, u)
    assert_close(ju, wanted["ju"], "float64")
    assert hu.shape == x.shape
    if orders == (1,):
        assert not hu.any()


@pytest.mark.parametrize("backend", BACKENDS)
def test_layouts_and_empty_arrays(folder, backend):
    f = load(folder, backend=backend)
    x, g, _ = arrays(basis(), 6, 4, "float64")
    rows = np.ascontiguousarray(np.moveaxis(x, 1, -1))
    np.testing.assert_allclose(
        np.moveaxis(f(rows, component_axis=-1), -1, 1), f(x), rtol=0, atol=KERNEL["float64"] * 100
    )
    assert f(x[:0]).shape == (0, len(basis()), 4)
    assert f.vjp(x[:, :, :0], g[:, :, :0]).shape == (6, basis().components, 0)
    with pytest.raises(ValueError, match="components on axis"):
        f(x[:, :-1])


# ---- torch --------------------------------------------------------------------------------------------------------


def small_tensors(atoms: int = 2, features: int = 1) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    small = small_basis()
    return tuple(torch.from_numpy(a) for a in arrays(small, atoms, features, "float64"))  # type: ignore[return-value]


def small_basis() -> Basis:
    return basis(l_max=1, n_max=3, channels=1)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = written(product_basis(small_basis()), small_basis(), tmp_path_factory.mktemp("small"))
    return invariants.register(load(place, backend="numba"))


def test_opcheck(key):
    x, g, u = small_tensors()
    for operator, arguments in (
        (invariants.VALUE, (x.requires_grad_(), key)),
        (invariants.VJP, (x, g.requires_grad_(), key)),
        (invariants.SECOND_ORDER, (x.detach(), g.detach(), u, key)),
    ):
        assert set(torch.library.opcheck(operator, arguments).values()) == {"SUCCESS"}


def test_gradients_through_the_operators(key):
    x, g, _ = small_tensors()
    x.requires_grad_()
    g.requires_grad_()
    assert torch.autograd.gradcheck(lambda a: invariants.VALUE(a, key), x)
    assert torch.autograd.gradgradcheck(lambda a: invariants.VALUE(a, key), x)
    assert torch.autograd.gradcheck(lambda a, b: invariants.VJP(a, b, key), (x, g))


def test_plain_tensor_operations_have_derivatives_of_any_order(folder):
    f = load(folder, backend="torch")
    x, g, u = (torch.from_numpy(a) for a in arrays(basis(), 2, 1, "float64"))
    x.requires_grad_()
    (gradient,) = torch.autograd.grad((f(x) * g).sum(), x, create_graph=True)
    assert_close(gradient.detach().numpy(), f.vjp(x, g).detach().numpy(), "float64")
    (second,) = torch.autograd.grad((gradient * u).sum(), x, create_graph=True)
    assert_close(second.detach().numpy(), f.second_order(x, g, u)[0].detach().numpy(), "float64")
    assert bool(torch.autograd.grad((second * u).sum(), x)[0].any())


def test_vmap_and_func_transforms(key):
    x, _, _ = small_tensors(atoms=3)
    gradient = torch.func.grad(lambda a: invariants.VALUE(a[None], key).sum())
    mapped = torch.func.vmap(gradient)(x)
    ones = torch.ones(3, len(small_basis()), 1, dtype=torch.float64)
    assert_close(mapped.numpy(), invariants.VJP(x, ones, key).numpy(), "float64")


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_layer_of_tables_is_compiled_and_exported(tmp_path, backend):
    layer = Invariants(str(written(product_basis(small_basis()), small_basis(), tmp_path)), backend=backend)
    x, g, _ = small_tensors(atoms=3)
    x.requires_grad_()
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    assert_close(compiled(x).detach().numpy(), layer(x).detach().numpy(), "float64")
    gradients = [torch.autograd.grad((f(x) * g).sum(), x)[0].numpy() for f in (compiled, layer)]
    assert_close(*gradients, "float64")
    exported = torch.export.export(layer, (x.detach(),)).module()
    assert_close(exported(x.detach()).numpy(), layer(x).detach().numpy(), "float64")


# ---- choice and files -----------------------------------------------------------------------------------------------


def test_large_bases_are_emitted_as_tables_and_small_ones_unrolled(tmp_path, monkeypatch):
    chosen = small_basis()
    small = invgen.emit(chosen, into=tmp_path / "unrolled")
    assert sorted(open_folder(small).manifest["files"]) == sorted(
        ["cuda_kernels.cu", "numba_kernels.py", FILE, "torch_kernels.py"]
    )
    monkeypatch.setattr(compiler, "UNROLLED_FUNCTIONS", 3)
    large = invgen.emit(chosen, into=tmp_path / "tables")
    manifest = json.loads((large / "manifest.json").read_text())
    assert manifest["form"] == "tables"
    assert manifest["family"] == "ace"
    assert list(manifest["files"]) == [FILE]
    assert open_folder(large).backends == BACKENDS
    x, g, u = arrays(chosen, 3, 4, "float64")
    for backend in BACKENDS:
        first, second = load(small, backend=backend), load(large, backend=backend)
        assert first.key != second.key
        assert_close(first(x), second(x), "float64")
        assert_close(first.vjp(x, g), second.vjp(x, g), "float64")
        for a, b in zip(first.second_order(x, g, u), second.second_order(x, g, u), strict=True):
            assert_close(a, b, "float64")
    assert read_products(small).to_bytes() == read_products(large).to_bytes()


def test_emitting_tables_twice_gives_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(compiler, "UNROLLED_SIZE", 10)
    first, second = (invgen.emit(small_basis(), into=tmp_path / name) for name in "ab")
    assert [p.name for p in sorted(first.iterdir())] == ["basis.json", "manifest.json", FILE]
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_tables_of_one_backend_refuse_the_other(tmp_path):
    place = written(product_basis(small_basis()), small_basis(), tmp_path, ("torch",))
    assert load(place).backend == "torch"
    with pytest.raises(EmittedFileError, match="no kernels for backend 'numba'"):
        load(place, backend="numba")
    with pytest.raises(ValueError, match="tables are walked by numba, torch only, not by cuda"):
        written(product_basis(small_basis()), small_basis(), tmp_path, ("cuda",))


def test_damaged_tables_are_not_run(tmp_path):
    place = written(product_basis(small_basis()), small_basis(), tmp_path)
    f = load(place)
    (place / FILE).write_bytes(b"0" * 1000)
    with pytest.raises(EmittedFileError, match="has checksum"):
        f(np.zeros((2, small_basis().components)))
    with pytest.raises(EmittedFileError, match="has checksum"):
        load(place)


def test_operation_counts_are_those_of_the_tables(folder):
    products = read_products(folder)
    count = load(folder).operations
    assert count["value"]["multiplications"] == products.nodes + len(products.value)
    assert count["value"]["total"] < count["vjp"]["total"] < count["second_order"]["total"]


def test_tables_run_without_the_compiler_half(folder):
    code = f"""
import sys
for name in ("sympy", "jinja2"):
    sys.modules[name] = None
import numpy as np, invgen
f = invgen.load({str(folder)!r})
print(f(np.ones((2, {basis().components}))).shape, [m for m in sys.modules if m.startswith("invgen.compiler.kernels")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"(2, {len(basis())}) []"
