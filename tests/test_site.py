"""The site: built without a warning, no dead link, search from disk, every public name and every key in it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from docstrings import PUBLIC, public_names
from page_blocks import ROOT, pages

DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "_extensions"))
import invgen_tables  # noqa: E402


class Links(HTMLParser):
    """Ids of a page, where it leads, and what a browser loads with it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if "id" in known:
            self.ids.add(known["id"])
        if tag == "a" and known.get("href"):
            self.links.append(known["href"])
        if tag in ("script", "img", "iframe") and "src" in known:
            self.loaded.append(known["src"])
        if tag == "link" and known.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(known["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As ``make docs`` builds it."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--fail-on-warning", "--keep-going", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(DOCS), str(folder)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    assert not done.stderr.strip()
    return folder


@pytest.fixture(scope="module")
def read(site: Path) -> dict[Path, Links]:
    return {page: Links(page) for page in sorted(site.rglob("*.html"))}


def test_links_lead_somewhere(site: Path, read: dict[Path, Links]) -> None:
    assert len(read) > 35
    assert not list(dead(site, read))


def dead(site: Path, read: dict[Path, Links]) -> Iterator[str]:
    """Links of a page to files and places that are not there."""
    for page, found in read.items():
        for link in found.links:
            if re.match(r"[a-z]+:", link):
                continue
            name, _, place = unquote(link).partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.is_file():
                yield f"{page.relative_to(site)}: {link}: no such file"
            elif place and target in read and place not in read[target].ids:
                yield f"{page.relative_to(site)}: {link}: no such place"


def test_a_dead_link_is_noticed(site: Path, read: dict[Path, Links], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<p id="here"></p><a href="#here"></a><a href="#there"></a><a href="gone.html">x</a>')
    assert [text.rpartition(": ")[2] for text in dead(tmp_path, {page: Links(page)})] == [
        "no such place",
        "no such file",
    ]


def test_it_opens_and_searches_from_disk(site: Path, read: dict[Path, Links]) -> None:
    """Nothing is asked of a network, and the index of the search is a script, which pages from disk may load."""
    assert not [source for found in read.values() for source in found.loaded if re.match(r"(https?:)?//", source)]
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert index.startswith("Search.setIndex(")
    assert '"langbein"' in index
    search = Links(site / "search.html")
    assert any("searchindex.js" in source for source in search.loaded)


def test_every_public_name_is_in_the_reference(read: dict[Path, Links]) -> None:
    ids = set().union(*(found.ids for found in read.values()))
    wanted = {name for name, thing in public_names() if callable(thing)}
    assert len(wanted) > 70
    assert not wanted - ids
    assert {f"module-{module}" for module in PUBLIC} <= ids


@pytest.mark.parametrize("name", ["train", "fit"])
def test_every_key_is_in_a_table(name: str, site: Path) -> None:
    tables = invgen_tables.CONFIGURATIONS[name]
    keys = invgen_tables.keys_of(name)
    expected = [(table, field) for table, kind in tables.items() for field in kind.__dataclass_fields__]
    assert [(k.table, k.name) for k in keys] == expected
    assert all(k.kind and k.default and k.meaning for k in keys)
    text = (site / "reference" / "configuration.html").read_text(encoding="utf-8")
    sections = dict(re.findall(rf'<section id="{name}-(\w+)">(.*?)</section>', text, flags=re.DOTALL))
    assert list(sections) == list(tables)
    for k in keys:
        assert f'<span class="pre">{k.name}</span>' in sections[k.table], (k.table, k.name)


def test_keys_tell_types_units_and_defaults() -> None:
    keys = {(k.table, k.name): k for name in ("train", "fit") for k in invgen_tables.keys_of(name)}
    cutoff = keys["model", "cutoff"]
    assert (cutoff.kind, cutoff.unit, cutoff.default) == ("number", "Å", "5.5")
    assert keys["radial", "cutoff"].default == "required"
    assert (keys["radial", "r0"].unit, keys["radial", "r0"].default) == ("Å", "none")
    assert keys["basis", "l_max"].kind == "whole number or list of whole numbers"
    assert keys["basis", "total_degree"].kind.startswith("whole number or number or text or list of")
    assert keys["model", "basis"].default == '"cartesian-l3-n4-flexible"'
    assert keys["solver", "smoothness"].default == "[1, 2, 3]"
    lengths = [k for k in keys.values() if k.unit == "Å"]
    assert len(lengths) >= 6


def test_a_key_without_a_text_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import dataclass

    @dataclass
    class Untold:
        """A table."""

        key: int = 0

    monkeypatch.setattr(invgen_tables, "told_below", lambda kind: {})
    monkeypatch.setitem(invgen_tables.CONFIGURATIONS, "untold", {"table": Untold})
    with pytest.raises(ValueError, match=r"the key key of \[table\] has no text"):
        invgen_tables.keys_of("untold")


def test_every_verb_is_in_the_reference(site: Path) -> None:
    text = (site / "reference" / "command_line.html").read_text(encoding="utf-8")
    names = [name for name, _ in invgen_tables.verbs()]
    assert {"generate", "show", "train", "fit", "report"} <= set(names)
    assert all(f'id="invgen-{name}"' in text for name in names)


def test_every_page_is_one_line_of_the_index() -> None:
    listed = re.findall(r"^[\w/]+$", (DOCS / "index.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    there = {str(p.relative_to(DOCS).with_suffix("")) for p in pages() if DOCS in p.parents} - {"index"}
    assert len(listed) == len(set(listed))
    missing = there - set(listed)
    assert not missing, f"add one line for each of {sorted(missing)} to a list of docs/index.md"
    assert set(listed) == there


def test_every_figure_has_a_script() -> None:
    scripts = "\n".join(p.read_text(encoding="utf-8") for p in (DOCS / "figures").glob("*.py"))
    benchmarks = {p.stem for p in (ROOT / "benchmarks").glob("*.py")}
    shown = {link for p in pages() for link in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", p.read_text(encoding="utf-8"))}
    assert len(shown) >= 6
    for link in shown:
        name = Path(link).name
        if "benchmarks/" in link:
            assert any(Path(name).stem.startswith(stem) for stem in benchmarks), link
        else:
            assert name in scripts or Path(name).stem in scripts, link


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_of_other_pages_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [t.partition("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", t)]
    assert not [target for target in targets if target and not (ROOT / target).exists()]
