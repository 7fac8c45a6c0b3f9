"""Models of MACE itself, where it is installed (docs/mace.md): equality before and after, and the page."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
import torch

import invgen.mace

PAGE = Path(__file__).resolve().parent.parent / "docs" / "mace.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
WITH_MACE = [block for block in BLOCKS if "mace" in re.findall(r"^(?:from|import) (\w+)", block, flags=re.MULTILINE)]


def test_blocks_that_need_no_mace_run() -> None:
    alone = [block for block in BLOCKS if block not in WITH_MACE and "water" not in block]
    assert len(alone) == 3
    names: dict[str, object] = {}
    for block in alone:
        exec(compile(block, PAGE.name, "exec"), names)


def test_numbers_of_the_page() -> None:
    from invgen.compiler.contractions import Contraction

    text = PAGE.read_text(encoding="utf-8")
    for rank, name in enumerate(("0e", "1o", "2e")):
        counts = Contraction((0, 1, 2, 3), ((rank, 4),)).counts(rank, 4).values()
        assert f"| {name} | {', '.join(map(str, counts))} |" in text


def test_tables_of_the_page_say_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PAGE.parent.parent / "benchmarks"))
    tables = import_module("mace_tables")
    found = json.loads((PAGE.parent.parent / "benchmarks" / "results" / "mace_contraction.json").read_text())
    text = PAGE.read_text(encoding="utf-8")
    for table in (tables.equality(found), tables.contractions(found), tables.models(found)):
        assert table in text
    least = {
        order: min(min(r["ratio"].values()) for r in found["contraction"] if r["correlation"] == order)
        for order in (3, 4)
    }
    assert least[3] > 20
    assert least[4] > 500


def test_blocks_that_need_mace_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mace", reason="needs mace-torch 0.3.16, see docs/mace.md")
    monkeypatch.chdir(tmp_path)
    blocks = [block for block in BLOCKS if "water" in block]
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), {})
    assert (tmp_path / "water-reduced.model").is_file()


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-6)])
@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ("4x0e+4x1o+4x2e", "4x0e"),
        ("4x0e+4x1o+4x2e", "4x0e+4x1o"),
        ("4x0e+4x1o+4x2e", "4x0e+4x1o+4x2e"),
        ("4x0e+4x1o", "4x2e"),
    ],
)
@pytest.mark.parametrize("backend", ["auto", "torch", "mace"])
def test_contractions_of_mace_keep_their_function(inputs, outputs, dtype, tolerance, backend) -> None:
    mace = pytest.importorskip("mace.modules", reason="needs mace-torch 0.3.16, see docs/mace.md")
    torch.set_default_dtype(dtype)
    try:
        torch.manual_seed(0)
        model = torch.nn.Sequential(mace.SymmetricContraction(inputs, outputs, 3, num_elements=3))
        x = torch.randn(7, 4, 9 if "2e" in inputs else 4, requires_grad=True)
        y = torch.nn.functional.one_hot(torch.arange(7) % 3, 3).to(dtype)
        found = []
        for contraction in (model[0], invgen.mace.reduce(model, backend)[0]):
            out = contraction(x, y)
            found.append((out, *torch.autograd.grad(out.square().sum(), x)))
        for before, after in zip(*found, strict=True):
            assert (before - after).abs().max() < tolerance * before.abs().max()
        counts = invgen.mace.count(model)
        assert all(row.rank == row.independent for row in counts.rows)
        assert counts.paths > counts.independent
    finally:
        torch.set_default_dtype(torch.float32)
