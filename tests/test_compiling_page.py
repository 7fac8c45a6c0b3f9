"""The Python blocks of ``docs/compiling.md`` run, one after another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from invgen.runtime import choice

PAGE = Path(__file__).resolve().parent.parent / "docs" / "compiling.md"


def test_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    assert len(blocks) == 5
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("INVGEN_CHOICE", "static")  # the page sets it; what it was before comes back afterwards
    monkeypatch.setattr(choice, "_known", {})  # the page looks at its own decision, not at those of other tests
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"docs/compiling.md block {number}", "exec"), names)
    assert (tmp_path / "methane" / "manifest.json").is_file()
    assert list((tmp_path / "cache" / "choices").glob("*.json"))
