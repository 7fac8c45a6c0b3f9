"""How the site is built: ``make docs``, or ``sphinx-build -W docs docs/_build``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

from invgen.version import __version__

project = "invgen"
author = "the invgen authors"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "invgen_tables"]
exclude_patterns = ["_build", "_extensions"]
html_theme = "furo"
html_title = f"invgen {__version__}"
html_show_copyright = False
html_static_path: list[str] = []
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
highlight_language = "none"
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_preserve_defaults = True


def setup(app: Sphinx) -> None:
    """A language that Pygments does not know."""
    app.add_lexer("lammps", TextLexer)
