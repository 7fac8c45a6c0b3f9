"""The product basis: values, sharing, bytes, the file; each with a broken twin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise

import ace_reference
import numpy as np
import pytest
import tolerances
from ace_fixtures import listed

from invgen.compiler.algebra.arithmetic import Floating
from invgen.compiler.candidates.ace import coupling
from invgen.compiler.candidates.ace.coupling import AceEvaluator, Channel, Coupling
from invgen.compiler.emission import with_derivatives as _with_derivatives
from invgen.compiler.emitters import emit_folder
from invgen.compiler.kernels.ace.products import product_basis
from invgen.compiler.kernels.harmonics import harmonics
from invgen.emitted.folder import open_folder, read_products
from invgen.emitted.products import FILE, ProductBasis
from invgen.errors import EmittedFileError

FLOAT64 = tolerances.DIRECT_SUM["float64"]
CASES = {
    "box": (coupling.box(3), (1, 2, 3, 4), "proper"),
    "two channels": (coupling.box(2, radial=2), (1, 2, 3, 4), "proper"),
    "order five": (coupling.box(2, radial=2), (5,), "proper"),
    "pseudo": (coupling.box(2, radial=2), (3, 4), "both"),
    "three species": (coupling.total_degree(8, "3/2", species=3), (1, 2, 3), "proper"),
    "total degree": (coupling.total_degree(11, "3/2"), (1, 2, 3, 4, 5), "proper"),
    "one order": (coupling.total_degree(7, 1, species=2), (3,), "proper"),
}


def reference(functions: list[Coupling], channels: tuple[Channel, ...], points: np.ndarray) -> np.ndarray:
    evaluator = AceEvaluator(channels, points, Floating())
    return np.stack([evaluator.values(f) for f in functions], axis=-1)


def largest_error(products: ProductBasis, functions: list[Coupling], channels: tuple[Channel, ...]) -> float:
    points = np.random.default_rng(3).normal(size=(5, products.components))
    wanted = reference(functions, channels, points)
    return float(abs(ace_reference.products(products, points) - wanted).max() / abs(wanted).max())


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_the_couplings(name):
    functions, channels = listed(*CASES[name])
    products = product_basis(functions, channels)
    assert products.components == sum(2 * c.rank + 1 for c in channels)
    assert products.channels.tolist() == [list(c) for c in channels]
    assert products.sizes.tolist() == [c.size for c in channels]
    assert products.labels == tuple(f.label for f in functions)
    assert products.orders.tolist() == [f.order for f in functions]
    assert largest_error(products, functions, channels) < FLOAT64


def test_a_changed_coefficient_is_noticed():
    functions, channels = listed(*CASES["box"])
    products = product_basis(functions, channels)
    value = products.value.copy()
    value[17] *= 1.001
    assert largest_error(replace(products, value=value), functions, channels) > 1e3 * FLOAT64


@pytest.mark.parametrize("name", CASES)
def test_nodes_are_different_needed_and_ascend_by_degree(name):
    products = product_basis(*listed(*CASES[name]))
    count = products.components
    sets = [(i,) for i in range(count)]
    for left, right in zip(products.left.tolist(), products.right.tolist(), strict=True):
        sets.append(tuple(sorted((*sets[left], right))))
    assert len(set(sets)) == len(sets)
    degrees = [len(s) for s in sets]
    assert degrees == sorted(degrees)
    bounds = [count + k for k in products.levels]
    assert [set(degrees[a:b]) for a, b in pairwise(bounds)] == [{d} for d in range(2, max(degrees) + 1)]
    used = set(products.column.tolist()) | set(products.left.tolist())
    assert set(range(count, len(sets))) <= used


def test_few_nodes_are_auxiliary():
    """At order 4 and total degree 18 a twelfth of the nodes belongs to no function; one order alone needs more."""
    truncation = coupling.total_degree(18, "3/2")
    products = product_basis(list(coupling.candidates(truncation, (1, 2, 3, 4))))
    used = set(products.column.tolist())
    auxiliary = [n for n in range(products.components, products.components + products.nodes) if n not in used]
    assert len(auxiliary) < products.nodes / 12


def test_large_bases_take_seconds():
    truncation = coupling.total_degree(20, "3/2")
    functions = list(coupling.candidates(truncation, (1, 2, 3, 4)))
    started = time.process_time()
    products = product_basis(functions)
    assert time.process_time() - started < 10
    assert (len(products), products.components) == (5456, 323)


def test_the_order_of_given_channels_is_kept_and_missing_ones_are_named():
    functions = [Coupling.from_label("ace:1.1,1.1"), Coupling.from_label("ace:1.0,2.0")]
    products = product_basis(functions, (Channel(0, 1, 0), Channel(0, 1, 1), Channel(0, 1, 2), Channel(0, 2, 0)))
    assert (products.components, products.sizes.tolist(), products.species.tolist()) == (10, [1, 3, 5, 1], 10 * [0])
    assert product_basis([Coupling.from_label("ace:1.1,1.0.1")]).species.tolist() == [0, 0, 0, 1, 1, 1]
    assert product_basis(functions).channels.tolist() == [[0, 1, 0], [0, 1, 1], [0, 2, 0]]
    with pytest.raises(ValueError, match=r"ace:1\.0,2\.0 has the channel \(0, 2, 0\), which is not among"):
        product_basis(functions, (Channel(0, 1, 0), Channel(0, 1, 1)))


def test_no_functions_and_functions_of_order_one():
    assert len(product_basis([], [Channel(0, 1, 1)])) == 0
    products = product_basis([Coupling.from_label("ace:2.0")], [Channel(0, 1, 0), Channel(0, 2, 0)])
    assert products.nodes == 0
    assert ace_reference.products(products, np.array([3.0, 5.0])).tolist() == [5.0]


def test_bytes_do_not_depend_on_the_hash_seed():
    code = """
import hashlib
from invgen.compiler.candidates.ace import coupling as ace
from invgen.compiler.kernels.ace.products import product_basis
print(hashlib.sha256(product_basis(list(ace.candidates(ace.box(2, 2), (1, 2, 3, 4)))).to_bytes()).hexdigest())
"""
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


# ---- the file ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    functions, channels = listed(*CASES["box"])
    products = product_basis(functions, channels)
    metadata = {
        "ranks": [0],
        "channels": [1],
        "components": products.components,
        "size": len(products),
        "labels": list(products.labels),
    }
    return emit_folder(
        tmp_path / "emitted",
        id="some-ace-basis",
        kind="invariants",
        kernels=_with_derivatives(harmonics(1)),
        backends=("torch",),
        metadata=metadata,
        tables={FILE: products.to_bytes()},
    )


def test_an_emitted_folder_gives_its_tables_back(folder):
    wanted = product_basis(*listed(*CASES["box"]))
    for source in (folder, str(folder), open_folder(folder)):
        found = read_products(source)
        assert found.labels == wanted.labels
        for name in ProductBasis.DTYPES:
            assert np.array_equal(getattr(found, name), getattr(wanted, name)), name
    assert open_folder(folder).backends == ("torch",)


def test_tables_with_a_wrong_checksum_are_not_used(folder):
    data = bytearray((folder / FILE).read_bytes())
    data[200] ^= 1
    (folder / FILE).write_bytes(bytes(data))
    with pytest.raises(EmittedFileError, match=r"has checksum .* was edited"):
        read_products(folder)


def test_tables_of_another_size_are_refused(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["size"], manifest["labels"] = 35, manifest["labels"][:35]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(EmittedFileError, match=r"rows, orders and labels differ|its manifest says"):
        read_products(folder)


def test_a_folder_without_tables_says_so():
    from invgen.resources import generated_folder

    with pytest.raises(EmittedFileError, match="is not of the family ace"):
        read_products(generated_folder() / "cartesian-l3-n4-flexible")


def test_an_unknown_file_in_a_manifest_is_refused(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["weights.npz"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(EmittedFileError, match=r"weights\.npz.*no emitted source and no table"):
        open_folder(folder)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("left", lambda a: a[::-1].copy(), "reads a value that does not exist yet"),
        ("left", lambda a: a[1:], "left and right differ in length"),
        ("right", lambda a: a + 16, "last factor of a node is no component"),
        ("column", lambda a: a + 10**6, "a column names no value"),
        ("value", lambda a: a[1:], "column and value differ in length"),
        ("value", lambda a: a.astype("float32"), "value is float32"),
        ("row_start", lambda a: a[::-1].copy(), "rows do not cover the entries"),
        ("orders", lambda a: a[1:], "rows, orders and labels differ in number"),
        ("channels", lambda a: a[:, :2], "channels need three columns"),
        ("channels", lambda a: a[:, 0], "channels is int32"),
    ],
)
def test_tables_that_do_not_fit_together_are_refused(name, change, message):
    products = product_basis(*listed(*CASES["box"]))
    with pytest.raises(EmittedFileError, match=message):
        replace(products, **{name: change(getattr(products, name))})


def test_a_file_that_is_no_archive_is_refused():
    data = product_basis(*listed(*CASES["box"])).to_bytes()
    for broken in (b"", b"nothing", data[:-30], data[: len(data) // 2]):
        with pytest.raises(EmittedFileError, match="cannot be read"):
            ProductBasis.from_bytes(broken)
