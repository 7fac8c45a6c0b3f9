"""Candidates that a basis does not keep, and why."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from invgen.compiler.analysis.relations import Relation
from invgen.compiler.basis import Basis
from invgen.compiler.candidates.family import Candidate
from invgen.compiler.inspect.page.history import History
from invgen.compiler.inspect.page.words import called
from invgen.compiler.selection.langbein import Progress
from invgen.markup.mathml import mathml, relation_latex

MOST_RELATIONS = 16
"""Rejected candidates for which a relation is looked for."""
MOST_TERMS = 24
"""Terms of a relation that is written out."""
MOST_LABELS = 2000


@dataclass(frozen=True)
class Rejected:
    """One candidate with its formula, and why it is not kept: in words, as a relation, or both."""

    label: str
    formula: Markup
    words: str
    relation: Markup


@dataclass(frozen=True)
class RejectedPart:
    """Those that were looked at closely, labels of the others, how many labels are left out, and those outside."""

    explained: tuple[Rejected, ...]
    labels: tuple[str, ...]
    left_out: int
    outside: tuple[str, ...]


def rejected_part(basis: Basis, story: History, progress: Progress | None = None) -> RejectedPart:
    """What the page says of rejected candidates."""
    first, others = story.rejected[:MOST_RELATIONS], story.rejected[MOST_RELATIONS:]
    explained = []
    for k, c in enumerate(first):
        if progress:
            progress("relations", k, len(first))
        explained.append(_explained(basis, c))
    labels = tuple(c.label for c in others)
    outside = tuple(c.label for c in story.outside[:MOST_LABELS])
    return RejectedPart(tuple(explained), labels[:MOST_LABELS], max(len(labels) - MOST_LABELS, 0), outside)


def _explained(basis: Basis, c: Candidate) -> Rejected:
    found = basis.relation(c, max(2 * c.order, 6))
    formula = Markup(mathml(basis.family.latex(basis.spec, c)))
    if not isinstance(found, Relation):
        return Rejected(c.label, formula, str(found).removeprefix(f"{c.label} "), Markup(""))
    proof = "an identity, proven by expansion" if found.holds else "WRONG: terms are left"
    if len(found.terms) > MOST_TERMS:
        words = (
            f"a polynomial relation with {len(found.terms)} terms ({proof}): invgen relations {called(basis)} {c.label}"
        )
        return Rejected(c.label, formula, words, Markup(""))
    return Rejected(c.label, formula, f"{proof}; c is this candidate", Markup(mathml(relation_latex(found.text()))))
