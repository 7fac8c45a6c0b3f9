"""Loading emitted folders: layouts, dtypes, refusals, the cache on disk, and what must not be imported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from kernel_fixtures import emitted, naive_family, polynomial
from processes import python
from tolerances import KERNEL, close

import invgen
from invgen.errors import EmittedFileError
from invgen.resources import generated_folder
from invgen.runtime import Kernels, load

ID = "cartesian-l2-n4-flexible"
WIDE = 9
ROUNDING = KERNEL["float64"]


@pytest.fixture(scope="module", params=["numba", "torch"])
def f(request: pytest.FixtureRequest) -> Kernels:
    return load(ID, backend=request.param)


def rows(*shape: int, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(5).normal(size=shape).astype(dtype)


def test_attributes_describe_the_basis(f: Kernels) -> None:
    basis = invgen.find_basis(ID)
    assert (f.id, f.components, f.size, len(f)) == (ID, basis.components, len(basis), len(basis))
    assert f.labels == tuple(basis.labels)
    assert (f.ranks, f.multiplicities) == ((0, 1, 2), (1, 1, 1))
    assert f.operations["value"] == invgen.kernels_of(basis)["value"].operations
    assert f.backend in repr(f)


def test_multiplicities_count_the_tensors_of_each_rank(tmp_path: Path) -> None:
    basis = invgen.generate(invgen.BasisSpec(ranks=(1, 2), n_max=2, channels=3))
    layer = invgen.nn.Invariants(invgen.emit(basis, ("torch",), into=tmp_path))
    assert (layer.ranks, layer.multiplicities) == ((1, 2), (3, 3))
    assert layer.kernels.multiplicities == layer.multiplicities
    assert len(basis.channels) == sum(layer.multiplicities)


def test_layouts_agree(f: Kernels) -> None:
    x = rows(6, WIDE, 5)
    y = f(x)
    last = np.ascontiguousarray(np.moveaxis(x, 1, -1))
    close(f(last, component_axis=-1), np.moveaxis(y, 1, -1), ROUNDING)
    close(f(last[:, 0]), y[:, :, 0], ROUNDING)
    close(f(last[0, 0]), y[0, :, 0], ROUNDING)
    close(f(x.reshape(2, 3, WIDE, 5), component_axis=-2), y.reshape(2, 3, -1, 5), ROUNDING)
    close(f(x[0], component_axis=-2), y[0], ROUNDING)
    assert f(last[0, 0]).shape == (f.size,)


def test_layout_given_when_loading_holds_for_every_call(f: Kernels) -> None:
    last = load(ID, backend=f.backend, component_axis=-1)
    x = rows(4, 5, WIDE)
    close(last(x), np.moveaxis(f(np.moveaxis(x, -1, 1)), 1, -1), ROUNDING)


@pytest.mark.parametrize(
    "shape", [(0, WIDE, 3), (1, WIDE, 1), (4, WIDE, 0), (1, WIDE, 64), (3, WIDE, 65), (2, WIDE, 200)]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_empty_single_and_odd_sizes(f: Kernels, shape: tuple[int, int, int], dtype: str) -> None:
    x, g = rows(*shape, dtype=dtype), rows(shape[0], f.size, shape[2], dtype=dtype)
    value, gradient, (hu, ju) = f(x), f.vjp(x, g), f.second_order(x, g, x)
    assert value.shape == ju.shape == g.shape
    assert gradient.shape == hu.shape == shape
    assert {a.dtype for a in (value, gradient, hu, ju)} == {np.dtype(dtype)}
    if min(shape):
        expected = invgen.find_basis(ID).evaluate(np.moveaxis(x, 1, -1))
        close(value, np.moveaxis(expected, -1, 1).astype(dtype), KERNEL[dtype])


def test_non_contiguous_and_read_only_input(f: Kernels) -> None:
    x = rows(8, WIDE, 10)
    view = x[::2, :, ::-3]
    view.flags.writeable = False
    close(f(view), f(view.copy()), ROUNDING)
    x.flags.writeable = False
    close(f(x)[::2, :, ::-3], f(view), ROUNDING)
    x.flags.writeable = True
    transposed = np.ascontiguousarray(x.transpose(2, 1, 0)).transpose(2, 1, 0)
    close(f(transposed), f(x), ROUNDING)
    close(f(torch.from_numpy(x).transpose(0, 2)).numpy(), f(x.transpose(2, 1, 0)), ROUNDING)


def test_input_is_left_alone(f: Kernels) -> None:
    x = rows(3, WIDE, 4)
    before = x.copy()
    f(x)[...] = 0.0
    np.testing.assert_array_equal(x, before)


def test_torch_in_torch_out(f: Kernels) -> None:
    x = torch.from_numpy(rows(3, WIDE, 4)).requires_grad_()
    y = f(x)
    close(y.detach().numpy(), f(x.detach().numpy()), ROUNDING)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    close(gradient.numpy(), f.vjp(x.detach().numpy(), np.ones(tuple(y.shape))), ROUNDING)


def test_wrong_arrays_are_refused(f: Kernels) -> None:
    with pytest.raises(ValueError, match="x needs 9 components"):
        f(rows(3, 8, 4))
    with pytest.raises(ValueError, match="x needs 9 components"):
        f(torch.zeros(3, 8, 4))
    with pytest.raises(ValueError, match="g needs"):
        f.vjp(rows(3, WIDE, 4), rows(3, WIDE + 1, 4))
    with pytest.raises(ValueError, match="must equal those of x"):
        f.vjp(rows(3, WIDE, 4), rows(2, f.size, 4))
    with pytest.raises(TypeError, match="float32 or all float64"):
        f(np.zeros((2, WIDE), dtype=np.int64))
    with pytest.raises(TypeError, match="float16"):
        f(np.zeros((2, WIDE), dtype=np.float16))
    for masked in (np.ma.masked_invalid(rows(2, WIDE)), np.ma.array(rows(2, f.size), mask=True)):
        with pytest.raises(TypeError, match="got a masked array, whose mask would be lost: give the entries that"):
            f.vjp(*((masked, rows(2, f.size)) if masked.shape[1] == WIDE else (rows(2, WIDE), masked)))
    with pytest.raises(TypeError, match="floating-point tensors"):
        f(torch.zeros(2, WIDE, dtype=torch.int64))
    with pytest.raises(TypeError, match="differ in dtype"):
        f.vjp(torch.zeros(2, WIDE), torch.zeros(2, f.size, dtype=torch.float64))
    with pytest.raises(ValueError, match="component_axis must be"):
        f(rows(3, WIDE), component_axis=0)
    with pytest.raises(ValueError, match="give component_axis"):
        f(rows(1, 3, WIDE, 4))


def test_unknown_sources_and_backends_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="did you mean 'cartesian-l2-n4-flexible'"):
        load("cartesian-l2-n4-flexibel")
    with pytest.raises(FileNotFoundError, match=r"manifest\.json is missing"):
        load(tmp_path)
    with pytest.raises(ValueError, match="did you mean 'numba'"):
        load(ID, backend="nubma")
    with pytest.raises(TypeError, match="got int"):
        load(3)
    with pytest.raises(EmittedFileError, match="no kernels for backend 'numba'"):
        load(emitted(tmp_path / "one", polynomial(5, 4, 20), ("torch",)), backend="numba")
    assert load(tmp_path / "one").backend == "torch"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    target = tmp_path / ID
    shutil.copytree(generated_folder() / ID, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_edited_source_is_never_executed(copied: Path, backend: str) -> None:
    witness = copied / "executed"
    source = copied / f"{backend}_kernels.py"
    source.write_text(source.read_text() + f"\nopen({str(witness)!r}, 'w').close()\n")
    with pytest.raises(EmittedFileError, match="checksum"):
        load(copied, backend=backend)
    assert not witness.exists()


def test_source_edited_after_loading_is_never_executed(copied: Path) -> None:
    f = load(copied, backend="torch")
    (copied / "torch_kernels.py").write_text("raise SystemExit\n")
    with pytest.raises(EmittedFileError, match="checksum"):
        f(rows(2, WIDE))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[: len(text) // 2], "not JSON"),
        (lambda text: text.replace('"format": 2', '"format": 99'), "format 99"),
        (lambda text: "[]", "format 'list'"),
        (lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "size"}), "lacks size"),
        (lambda text: text.replace("torch_kernels.py", "../torch_kernels.py"), "no emitted source"),
    ],
)
def test_damaged_manifest_is_refused(copied: Path, damage: object, message: str) -> None:
    manifest = copied / "manifest.json"
    manifest.write_text(damage(manifest.read_text()))  # type: ignore[operator]
    with pytest.raises(EmittedFileError, match=message):
        load(copied)


def test_missing_source_is_refused(copied: Path) -> None:
    (copied / "numba_kernels.py").unlink()
    with pytest.raises(EmittedFileError, match="cannot be read"):
        load(copied)


def test_numpy_use_imports_no_torch_and_no_compiler_half() -> None:
    code = f"""
import sys, numpy as np, invgen
f = invgen.load({ID!r}, backend="numba")
f(np.ones((2, {WIDE})))
print([m for m in ("torch", "sympy", "jinja2") if m in sys.modules])
"""
    assert python(code).strip() == "[]"


def test_without_numba_auto_is_torch_and_numba_says_what_to_do() -> None:
    code = f"""
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("llvmlite", "numba"):
            raise ModuleNotFoundError(name)
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name == "llvmlite" else real(name, *a)
sys.meta_path.insert(0, Hidden())
import numpy as np, invgen
print(invgen.load({ID!r}).backend, invgen.load({ID!r})(np.ones((2, {WIDE}))).shape)
try:
    invgen.load({ID!r}, backend="numba")
except ImportError as error:
    print(error)
"""
    out = python(code).splitlines()
    assert out[0].startswith("torch (2,")
    assert "pip install numba" in out[1]


def test_compiled_kernels_are_cached_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = polynomial(components=5, size=4, statements=30)
    folder = emitted(tmp_path, kernel, ("numba",))
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    code = f"""
import logging, sys
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
import numpy as np, invgen
f = invgen.load({str(folder)!r}, backend="numba")
x = np.linspace(-1.0, 1.0, 15).reshape(3, 5)
print(f(x).tobytes().hex())
"""
    first, second = python(code).splitlines(), python(code).splitlines()
    assert [line for line in first if line.startswith("compiling")] == ["compiling hand-made value, tiles (float64)"]
    assert second == first[-1:]
    assert [p.suffix for p in (tmp_path / "cache" / "objects").iterdir()] == [".object"]
    assert not (folder / "__pycache__").exists()


def test_keys_name_the_program(tmp_path: Path) -> None:
    a = load(emitted(tmp_path / "a", polynomial(5, 4, 20, seed=1), ("torch",)))
    b = load(emitted(tmp_path / "b", polynomial(5, 4, 20, seed=2), ("torch",)))
    again = load(emitted(tmp_path / "c", polynomial(5, 4, 20, seed=1), ("torch",)))
    assert a.key == again.key != b.key
    assert naive_family(polynomial(5, 4, 20, seed=1))["value"].digest != polynomial(5, 4, 20, seed=2).digest
