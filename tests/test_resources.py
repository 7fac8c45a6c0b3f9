"""Where the cache is."""

from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from invgen import resources
from invgen.resources import cache_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and no variable that names a cache."""
    for name in ("INVGEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_variables_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/shared/cache")
    assert cache_folder() == Path("/shared/cache/invgen")
    monkeypatch.setenv("INVGEN_CACHE", "/own")
    assert cache_folder() == Path("/own")
    monkeypatch.setenv("INVGEN_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path("relative/invgen")


@pytest.mark.parametrize("platform", [Unix, MacOS])
def test_a_platform_has_its_place(home: Path, platform: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(resources, "user_cache_dir", lambda *a, **k: platform(*a, **k).user_cache_dir)
    places = {Unix: home / ".cache" / "invgen", MacOS: home / "Library" / "Caches" / "invgen"}
    assert cache_folder() == places[platform]
