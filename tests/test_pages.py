"""Every block of every page runs, and prints what the page says that it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_blocks import ROOT, Block, Reader, blocks_of, pages

from invgen.cli.application import ORDER

ENGINES = "tests/test_engine_pages.py"
ELSEWHERE = {
    "docs/lammps.md": "tests/test_lammps_page.py",
    "docs/compiling.md": "tests/test_compiling_page.py",
    "docs/mace.md": "tests/test_mace_models.py",
    **{f"docs/{page}.md": ENGINES for page in ("hippynn", "torchsim", "openmm", "ipi", "metatomic")},
}
"""Pages with a test of their own."""
EXCUSES = (
    "needs a GPU",
    "needs several processes",
    "needs other machines",
    "hours",
    "minutes",
    "sets up a new environment",
    "needs a browser",
    "needs the published files",
)
"""Why a block may not run; every other one does."""
PAGES = {str(p.relative_to(ROOT)): p for p in pages()}
WITH_BLOCKS = [name for name, p in PAGES.items() if blocks_of(p.read_text(encoding="utf-8")) and name not in ELSEWHERE]
COMMANDS = re.compile(r"(\$ )?(invgen(?! certificate,)|python3?|pip|make|torchrun|pytest|dask|import|from) \S")


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_blocks_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    Reader(name, tmp_path).follow(blocks_of(PAGES[name].read_text(encoding="utf-8")))


def test_every_verb_runs_in_a_process_of_its_own() -> None:
    """In a block of some page, for most tests of the command line run it in their own process."""
    blocks = [b for p in PAGES.values() for b in blocks_of(p.read_text(encoding="utf-8")) if not b.excuse]
    shown = set(re.findall(r"^invgen (\w+)", "\n".join(b.text for b in blocks if b.language == "sh"), re.MULTILINE))
    assert set(ORDER) - shown <= {"check", "compile"}  # test_cli and test_compiled_models start these


@pytest.mark.parametrize("name", PAGES)
def test_commands_stand_in_blocks_that_run(name: str) -> None:
    """Indented blocks are for formulas and files: a command there would not be run."""
    text = re.sub(r"^```.*?^```$", "", PAGES[name].read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert not [line for line in text.splitlines() if line.startswith("    ") and COMMANDS.match(line[4:])]


@pytest.mark.parametrize("name", PAGES)
def test_excuses_are_known(name: str) -> None:
    excuses = {b.excuse for b in blocks_of(PAGES[name].read_text(encoding="utf-8"))} - {""}
    assert not {e for e in excuses if not e.startswith(EXCUSES)}


def test_what_does_not_happen_as_told_is_noticed(tmp_path: Path) -> None:
    def follow(*blocks: tuple[str, str]) -> None:
        Reader("page", tmp_path).follow([Block(language, text, 1) for language, text in blocks])

    follow(("python", "print(1)\nprint('two 2.5 s')"), ("text", "1\ntwo ... s\n"), ("sh", "echo 3"), ("text", "3"))
    follow(("toml", '# a.toml\n[model]\nkind = "hip-nn"\n'), ("sh", "grep -q hip-nn a.toml"))
    for wrong in (
        [("python", "1 / 0")],
        [("sh", "false\ntrue")],
        [("sh", "echo 1"), ("text", "2")],
        [("python", "print(1)\nprint(2)"), ("text", "2\n1")],
        [("toml", "[model]\nkinds = 1")],
    ):
        with pytest.raises((AssertionError, ZeroDivisionError, ValueError)):
            follow(*wrong)
    assert blocks_of("<!-- setup: x = 1 -->\n```sh\na\n```\n<!-- not run: hours -->\n```python\nb\n```\n") == [
        Block("python", "x = 1\n", 1),
        Block("sh", "a\n", 2),
        Block("python", "b\n", 6, "hours"),
    ]
