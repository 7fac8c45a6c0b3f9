"""The picture of a report for docs/report.md: python docs/figures/report.py. Needs Chromium."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from browser import Browser

import invgen
from invgen.compiler.inspect.page.basis_page import basis_page

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    """Writes ``report.png``: the list of invariants of the flexible (3,4) basis."""
    with tempfile.TemporaryDirectory() as name, Browser(Path(name) / "profile") as browser:
        page = Path(name) / "page.html"
        page.write_text(basis_page(invgen.find_basis("cartesian-l3-n4-flexible")), encoding="utf-8")
        browser.size(1100, 860)
        browser.open(page)
        browser.run("document.getElementById('invariants').scrollIntoView()")
        browser.run("new Promise(done => setTimeout(done, 500))")
        browser.screenshot(FOLDER / "report.png")


if __name__ == "__main__":
    main()
