"""Pages in headless Chromium: no complaint, no request; filters, sorting, search, keyboard, colours, printing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, chromium

import invgen
from invgen.compiler.inspect.page import basis_page as basis_page_module
from invgen.compiler.inspect.page.basis_page import basis_page

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no chromium on this machine")

SHOWN = "Array.from(document.querySelectorAll('#rows > .row:not([hidden])'), row => row.id)"
NUMBERS = "Array.from(document.querySelectorAll('#rows > .row:not([hidden])'), row => Number(row.dataset.{}))"
SPECS = {
    "(3,4)": invgen.BasisSpec(l_max=3, n_max=4, objective="flexible"),
    "(5,4)": invgen.BasisSpec(l_max=5, n_max=4),
    "ACE, D=14": invgen.BasisSpec(family="ace", total_degree=14, n_max=3),
    "1,000 invariants": invgen.BasisSpec(family="ace", total_degree=18, n_max=3, objective="linear"),
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module", params=SPECS)
def opened(request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> invgen.Basis:
    """A basis whose page is open."""
    basis = invgen.generate(SPECS[request.param])
    file = tmp_path_factory.mktemp("pages") / "page.html"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MOST_CERTIFIED", "MOST_FLEXIBLE", "MOST_COUNTED"):
            patch.setattr(basis_page_module, name, 30)  # the page is tested here, not what takes minutes to compute
        file.write_text(basis_page(basis), encoding="utf-8")
    browser.size(1280, 900)
    browser.open(file)
    return basis


def typed(browser: Browser, words: str) -> None:
    browser.run(f"(s => {{ s.value = {words!r}; s.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
                "(document.getElementById('search'))")  # fmt: skip


def sorted_by(browser: Browser, key: str) -> None:
    browser.run(f"(s => {{ s.value = {key!r}; s.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
                "(document.getElementById('sort'))")  # fmt: skip


def test_a_page_opens_without_complaint_or_request(opened: invgen.Basis, browser: Browser) -> None:
    assert browser.complaints == []
    assert browser.requests == []
    assert browser.run("performance.getEntriesByType('resource').length") == 0
    assert len(browser.run(SHOWN)) == len(opened)
    assert browser.run("document.documentElement.scrollWidth") <= 1280


def test_sorting_filters_and_search(opened: invgen.Basis, browser: Browser) -> None:
    everything = [f"I{k}" for k in range(len(opened))]
    for key, letter in (("monomials", "m"), ("operations", "c"), ("symmetry", "s"), ("order", "o")):
        sorted_by(browser, key)
        numbers = browser.run(NUMBERS.format(letter))
        assert numbers == sorted(numbers)
    browser.run("document.getElementById('direction').click()")
    numbers = browser.run(NUMBERS.format("o"))
    assert numbers == sorted(numbers, reverse=True)
    browser.run("document.getElementById('direction').click()")
    sorted_by(browser, "position")
    assert browser.run(SHOWN) == everything

    label = opened.labels[-1]
    typed(browser, label.upper())
    assert browser.run(SHOWN)[-1] == everything[-1]
    assert all(label in opened.labels[int(name[1:])] for name in browser.run(SHOWN))
    typed(browser, "no such thing")
    assert browser.run(SHOWN) == []
    assert f"0 of {len(opened):,} invariants" in browser.run("document.getElementById('count').textContent")
    typed(browser, "")

    browser.run("document.querySelector('input[name=order][value=\"2\"]').click()")
    assert browser.run(SHOWN) == [f"I{k}" for k, c in enumerate(opened) if c.order != 2]
    browser.run("document.querySelector('input[name=rank][value=\"1\"]').click()")
    wanted = [f"I{k}" for k, c in enumerate(opened) if c.order != 2 and any(t.rank == 1 for t in c.content)]
    assert browser.run(SHOWN) == wanted
    browser.run("document.querySelector('#controls [type=reset]').click()")
    browser.run("new Promise(done => setTimeout(done, 50))")
    assert browser.run(SHOWN) == everything
    assert browser.complaints == []


def test_keyboard(opened: invgen.Basis, browser: Browser) -> None:
    browser.press("/")
    assert browser.run("document.activeElement.id") == "search"
    browser.press("x")
    assert browser.run("document.getElementById('search').value") == "x"
    browser.run("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))")
    assert browser.run("document.getElementById('search').value") == ""
    assert len(browser.run(SHOWN)) == len(opened)
    unreachable = "Array.from(document.querySelectorAll('button, input, select, a')).filter(e => e.tabIndex < 0).length"
    assert browser.run(unreachable) == 0


def test_a_label_is_copied_whole(opened: invgen.Basis, browser: Browser) -> None:
    """By the mouse: selecting the label selects all of it and nothing else, however it is broken into lines."""
    browser.size(390, 844, mobile=True)
    row = f"document.getElementById('I{len(opened) - 1}').querySelector('code')"
    browser.run(f"getSelection().selectAllChildren({row})")
    assert browser.run("getSelection().toString()") == opened.labels[-1]
    browser.run("getSelection().empty()")
    browser.size(1280, 900)


def test_light_and_dark(opened: invgen.Basis, browser: Browser) -> None:
    """Text stands out from the ground by what readers need, a contrast of 4.5, in both."""
    ratio = """(() => {
      const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
      const ground = light(getComputedStyle(document.body).backgroundColor);
      return ['body', '.small', '.name', 'nav a', 'summary'].map(which => {
        const text = light(getComputedStyle(document.querySelector(which)).color);
        return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
      });
    })()"""
    grounds = []
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        assert min(browser.run(ratio)) >= 4.5
        grounds.append(browser.run("getComputedStyle(document.body).backgroundColor"))
    browser.run("document.getElementById('theme').click()")
    grounds.append(browser.run("getComputedStyle(document.body).backgroundColor"))
    assert grounds[0] == grounds[2] != grounds[1]
    browser.run("document.getElementById('theme').click()")
    browser.scheme("light")


def test_a_phone_shows_all_without_moving_sideways(opened: invgen.Basis, browser: Browser) -> None:
    browser.size(390, 844, mobile=True)
    assert browser.run("document.documentElement.scrollWidth") <= 390
    browser.size(1280, 900)


def test_it_prints(browser: Browser, tmp_path: Path) -> None:
    """Controls and navigation do not, every invariant does."""
    basis = invgen.find_basis("cartesian-l3-n4-flexible")
    (tmp_path / "page.html").write_text(basis_page(basis), encoding="utf-8")
    browser.open(tmp_path / "page.html")
    assert len(browser.printed()) > 20_000
    browser.medium("print")
    hidden = browser.run("['nav', '.controls', '#theme'].map(e => getComputedStyle(document.querySelector(e)).display)")
    assert hidden == ["none"] * 3
    assert browser.run("getComputedStyle(document.getElementById('I12')).contentVisibility") == "visible"
    browser.medium("")
