"""The README's Python blocks run, one after another, as a reader would type them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"


def test_readme_tour_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    assert len(blocks) >= 5
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"README block {number}", "exec"), names)
    assert (tmp_path / "products" / "my_basis" / "basis.json").is_file()


def test_readme_names_both_set_up_commands() -> None:
    text = README.read_text()
    assert "make demo" in text
    assert "make test" in text
