"""The blocks of a page, run one after another as a reader would: what the page says is what happens.

```python   one namespace for the whole page, in this process
```sh       by bash, which stops at the first failure
```toml     written to the file that its first line names, "# name.toml"; without a name its keys are checked
```text     what the block before it printed: these lines, in this order; "..." stands for anything
<!-- setup: ... -->       Python that a reader has done otherwise, such as making a data set; for the next block
<!-- not run: ... -->     the next block is not run, for this reason
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invgen.ace.fitting.config import TABLES as FIT
from invgen.potentials.training.config import TABLES as TRAINING
from invgen.runs.config import parse_table

ROOT = Path(__file__).resolve().parent.parent
_PART = re.compile(
    r"^```(?P<language>\w+)\n(?P<text>.*?)^```$|^<!-- (?P<kind>setup|not run): ?(?P<comment>.*?) ?-->$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """One block: its language, its text, the line it stands on, and why it is not run, if it is not."""

    language: str
    text: str
    line: int
    excuse: str = ""


def blocks_of(page: str) -> list[Block]:
    """All blocks of a page and what is set up before them, in order."""
    found: list[Block] = []
    excuse = ""
    for part in _PART.finditer(page):
        line = page.count("\n", 0, part.start()) + 1
        if part["kind"] == "not run":
            excuse = part["comment"]
        elif part["kind"] == "setup":
            found.append(Block("python", part["comment"] + "\n", line))
        else:
            found.append(Block(part["language"], part["text"], line, excuse))
            excuse = ""
    assert not excuse, f"no block follows <!-- not run: {excuse} -->"
    return found


class Reader:
    """Somebody who does what a page says, in a folder."""

    def __init__(self, page: str, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.names: dict[str, Any] = {"__name__": "page"}
        self.said = ""

    def follow(self, blocks: list[Block]) -> None:
        """Run all blocks; an assertion or exception names the page and the line."""
        for block in blocks:
            if not block.excuse:
                try:
                    getattr(self, f"_{block.language}")(block)
                except BaseException as error:
                    error.add_note(f"in {self.page}, line {block.line}")
                    raise

    def _python(self, block: Block) -> None:
        told = io.StringIO()
        code = compile("\n" * block.line + block.text, self.page, "exec")
        with contextlib.redirect_stdout(told), contextlib.chdir(self.folder):
            exec(code, self.names)
        self.said = told.getvalue()

    def _sh(self, block: Block) -> None:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-ec", block.text], cwd=self.folder, env={**os.environ, "PATH": path, "COLUMNS": "200"},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        self.said = done.stdout
        assert done.returncode == 0, f"{block.text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    def _toml(self, block: Block) -> None:
        first, _, rest = block.text.partition("\n")
        if name := re.fullmatch(r"# (\S+\.toml)", first):
            (self.folder / name[1]).write_text(rest, encoding="utf-8")
        known = FIT if "[radial]" in block.text else TRAINING
        for table, values in tomllib.loads(block.text).items():
            parse_table(table, known[table], {**values, **({"train": "x"} if table == "data" else {})})

    def _text(self, block: Block) -> None:
        lines = iter(self.said.splitlines())
        for wanted in filter(str.strip, block.text.splitlines()):
            if wanted.strip() != "...":
                pattern = ".*".join(re.escape(part) for part in wanted.strip().split("..."))
                found = any(re.fullmatch(pattern, line.strip()) for line in lines)
                assert found, f"{wanted!r} was not printed (in this order):\n{self.said[-3000:]}"


def pages() -> Iterator[Path]:
    """README and all pages of the site."""
    yield ROOT / "README.md"
    yield from sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)
