"""Where ``templates/`` and ``generated/`` are, in the installed package or beside it in a checkout, and the cache."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_dir

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(
        f"the folder {name}/ is neither inside {_PACKAGE} nor beside it; "
        "the installation is incomplete: reinstall invgen-atomistic"
    )


def templates_folder() -> Path:
    """The folder with one subfolder of Jinja templates for each backend, and one for reports."""
    return _folder("templates")


def generated_folder() -> Path:
    """The folder with the shipped bases, one subfolder ``<basis id>/`` each."""
    return _folder("generated")


def cache_folder() -> Path:
    """The cache: ``$INVGEN_CACHE``, else ``$XDG_CACHE_HOME/invgen``, else where the platform keeps caches.

    That is ``~/.cache/invgen`` on Linux, ``~/Library/Caches/invgen`` on macOS, and in ``%LOCALAPPDATA%`` on Windows.
    """
    if explicit := os.environ.get("INVGEN_CACHE"):
        return Path(explicit)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "invgen"
    return Path(user_cache_dir("invgen", appauthor=False))
