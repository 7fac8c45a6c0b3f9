"""A family is four rows under one name, each in the table of the part of the package that asks it.

    what it answers                              protocol                      table
    what a request may say                       ``spec.families.Rules``       ``spec.families.FAMILIES``
    candidates, values, counts, texts            ``candidates.family.Family``  ``candidates.family.FAMILIES``
    kernels, tables, what the manifest says      ``kernels.form.Form``         ``kernels.lower.FORMS``
    labels, read by a second implementation      ``replay.families.Family``    ``replay.families.FAMILIES``

Nothing outside of the tables knows a family by its name. They are apart because a request must not load candidates,
candidates must not load kernels, and a replay must not share code with what it checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from invgen.compiler.candidates import family as candidates
from invgen.compiler.kernels import lower as kernels
from invgen.compiler.kernels.form import Form
from invgen.replay import families as replay
from invgen.spec import families as spec


@dataclass(frozen=True)
class Row:
    """All that there is to say about a family.

    replay
        ``None`` for a family without a second implementation: its bases have no certificates, and relations of its
        candidates end where trials would be needed.
    """

    rules: spec.Rules
    candidates: candidates.Family
    form: Form
    replay: replay.Family | None = None


def register(name: str, row: Row) -> None:
    """Enters a family in all tables; raises ``ValueError`` for a name that is taken."""
    if name in spec.FAMILIES:
        raise ValueError(f"there is a family {name!r} already; take another name, or unregister it first")
    spec.FAMILIES[name] = row.rules
    candidates.FAMILIES[name] = row.candidates
    kernels.FORMS[name] = row.form
    if row.replay is not None:
        replay.FAMILIES[name] = row.replay


def unregister(name: str) -> Row:
    """Takes a family out of all tables and returns its row; raises ``KeyError`` for an unknown one."""
    rules = spec.FAMILIES.pop(name)
    return Row(rules, candidates.FAMILIES.pop(name), kernels.FORMS.pop(name), replay.FAMILIES.pop(name, None))
