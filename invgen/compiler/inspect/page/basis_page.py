"""The page of a basis, from all its parts."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from invgen.compiler.basis import Basis
from invgen.compiler.inspect.flexibility import summary_line
from invgen.compiler.inspect.page import plots
from invgen.compiler.inspect.page.compare import Comparison, comparison
from invgen.compiler.inspect.page.costs import Costs, costs
from invgen.compiler.inspect.page.history import History, history, singular_values
from invgen.compiler.inspect.page.invariants import MOST_ROWS, content_maps, rows
from invgen.compiler.inspect.page.rejected import rejected_part
from invgen.compiler.inspect.page.render import page, source
from invgen.compiler.inspect.page.sites import pattern_tiles, site_tiles
from invgen.compiler.inspect.page.structure import Sample, structure_part
from invgen.compiler.inspect.page.words import TERMS, asked, called, paragraphs
from invgen.compiler.selection.flexibility import Flexibility
from invgen.compiler.selection.langbein import Progress

STRUCTURE_SCRIPTS = ("3dmol/3Dmol-min.js", "structure.js")
MOST_HISTORY = 20_000
"""Candidates of a selection that is run again to tell how it went."""
MOST_CERTIFIED = 500
"""Invariants of a basis whose certificate is made for the page."""
MOST_FLEXIBLE = 500
"""Invariants of a basis that is looked at in all symmetric sites."""
MOST_COUNTED = 3000
"""Invariants of a basis whose kernels are made for the page, unless they run from tables."""


def basis_page(
    basis: Basis, other: Basis | None = None, sample: Sample | None = None, progress: Progress | None = None
) -> str:
    """The page as text.

    other
        A basis to compare with.
    sample
        A structure to show the basis on.
    progress
        Called as ``progress(stage, done, total)``.
    """
    found = contents(basis, other, sample, progress)
    turning = sample is not None and found["structure"].data is not None
    return page("basis.html.jinja", found, STRUCTURE_SCRIPTS if turning else ())


def contents(
    basis: Basis, other: Basis | None = None, sample: Sample | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """What the template asks for."""
    story, sites = history(basis, MOST_HISTORY, progress), _sites(basis, progress)
    cost = _costs(basis)
    return {
        "basis": basis,
        "title": basis.id,
        "called": called(basis),
        "headline": str(basis).splitlines(),
        "asked": asked(basis),
        "proven": _proven(basis, progress),
        "terms": TERMS,
        "headings": basis.family.headings,
        "rows": rows(basis),
        "orders": sorted({c.order for c in basis}),
        "ranks": sorted({channel.rank for c in basis for channel in c.content}),
        "maps": content_maps(basis),
        "story": story,
        "selection_plot": _selection_plot(basis, story),
        "spectrum": _spectrum(basis),
        "rejected": rejected_part(basis, story, progress),
        "flexibility": None if sites is None else _tiles(sites),
        "kernels": cost.kernels,
        "backends": cost.backends,
        "comparison": None if other is None else _compared((basis, other), story, cost, sites, progress),
        "structure": None if sample is None else structure_part(basis, sample),
        "licence": source("3dmol/LICENSE"),
        "omissions": omissions(basis, story),
    }


def omissions(basis: Basis, story: History) -> list[str]:
    """What the page leaves out because there is too much of it, and where to find it."""
    found, count = [], len(basis)
    if count > MOST_ROWS:
        found.append(
            f"The first {MOST_ROWS:,} of {count:,} invariants are shown one by one; "
            f"invgen show {called(basis)} --json lists all of them."
        )
    if not story.told:
        found.append(
            f"The selection looked at {basis.evidence.candidates:,} candidates and was not run again for this page, "
            "so rejected candidates are not named."
        )
    if count > MOST_CERTIFIED:
        found.append(f"No certificate was made for this page: invgen certify {called(basis)} writes one.")
    if count > MOST_FLEXIBLE and basis.spec.parity == "proper":
        found.append(f"Symmetric sites were not looked at: invgen flexibility {called(basis)} does that.")
    if count > MOST_COUNTED:
        found.append(f"Kernels were not made, so operations are not counted: invgen show {called(basis)} counts them.")
    return found


def _proven(basis: Basis, progress: Progress | None) -> list[tuple[str, list[str]]]:
    """The statement of the certificate: headings, each with its sentences."""
    if len(basis) > MOST_CERTIFIED or not len(basis):
        return []
    return paragraphs(basis.certificate(progress=progress).statement)


def _selection_plot(basis: Basis, story: History) -> Markup:
    steps = story.steps
    if not steps:
        return Markup("")
    orders = [s.candidate.order for s in steps]
    return Markup(plots.rank_curve([s.rank for s in steps], [s.kept for s in steps], orders, basis.evidence.bound))


def _spectrum(basis: Basis) -> Markup:
    values: np.ndarray = singular_values(basis) if len(basis) <= MOST_COUNTED else np.zeros(0)
    return Markup(plots.spectrum(values.tolist())) if (values > 0).any() else Markup("")


def _costs(basis: Basis) -> Costs:
    return costs(basis) if 0 < len(basis) <= MOST_COUNTED else Costs()


def _sites(basis: Basis, progress: Progress | None) -> Flexibility | None:
    if basis.spec.parity != "proper" or not 0 < len(basis) <= MOST_FLEXIBLE:
        return None
    if progress:
        progress(f"flexibility of {basis.id}", 0, 1)
    return basis.flexibility()


def _tiles(found: Flexibility) -> dict[str, Any]:
    return {"words": summary_line(found), "sites": site_tiles(found), "patterns": pattern_tiles(found)}


def _compared(
    bases: tuple[Basis, Basis],
    story: History,
    cost: Costs,
    sites: Flexibility | None,
    progress: Progress | None,
) -> Comparison:
    other = bases[1]
    theirs = _sites(other, progress)
    return comparison(
        bases,
        (story, history(other, MOST_HISTORY, progress)),
        (cost.kernels, _costs(other).kernels),
        (sites.sites if sites else (), theirs.sites if theirs else ()),
    )
