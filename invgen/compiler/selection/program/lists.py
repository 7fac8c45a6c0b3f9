"""A list that somebody brings: its dependent members are named, the others exchanged while the program gets shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.candidates.ace.truncation import parities
from invgen.compiler.candidates.family import family_of
from invgen.compiler.kernels.alternatives import in_turn
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.selection.evidence import KernelCost
from invgen.compiler.selection.program.independent import LEAST, SHARE, gradients
from invgen.compiler.selection.program.matroid import Matroid
from invgen.compiler.selection.program.rounds import PRICES, best_of_rounds, costs
from invgen.compiler.selection.program.search import annealed, greedy
from invgen.compiler.selection.setting import Setting
from invgen.errors import SpecError
from invgen.spec import BasisSpec


@dataclass(frozen=True)
class Shortened:
    """What came of a list.

    dependent
        Members of the list that are functions of those before them, or the same: they were left out before the search.
    labels
        As many functions as are left of the list, and of which these are functions, and the other way round.
    added, dropped
        What ``labels`` has beside the list, and the other way round.
    costs
        Statements of each kernel: of the independent members of the list, and of ``labels``.
    """

    dependent: tuple[str, ...]
    labels: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    costs: tuple[KernelCost, ...]

    def __str__(self) -> str:
        counts = ", ".join(f"{c.kernel} {c.before} -> {c.after}" for c in self.costs)
        lines = [f"{len(self.labels)} independent functions; statements as given -> by program: {counts}"]
        for name in ("dependent", "dropped", "added"):
            if found := getattr(self, name):
                lines.append(f"{name}: {', '.join(found)}")
        return "\n".join(lines)


def shorten(spec: BasisSpec, labels: Iterable[str], setting: Setting) -> Shortened:
    """Exchanges members of a list for candidates of the spec, as long as each set is made of functions of the other.

    With parity ``both`` they are so but for signs: a proper scalar may take the place of a pseudo-scalar. Raises
    ``ValueError`` for a label that is none, ``TypeError`` for a text in place of a list, and ``SpecError`` for a tensor
    or a parity that the spec does not have, or where the ordering of the spec counts no program.
    """
    if not spec.by_program:
        raise SpecError(f"a list is shortened by what a program costs, got ordering={spec.ordering!r}; use 'program'")
    if isinstance(labels, str):
        raise TypeError(f"a list of labels is expected, got the text {labels!r}; write [{labels!r}]")
    family = family_of(spec)
    given = [family.from_label(label) for label in labels]
    listed = list(dict.fromkeys(given))
    known = set(family.channels(spec))
    if foreign := [c.label for c in listed if not known.issuperset(c.content)]:
        raise SpecError(f"{', '.join(foreign)} name tensors that {spec.id} does not have; raise l_max or channels")
    if other := [c.label for c in listed if c.is_pseudo not in parities(spec.parity)]:
        raise SpecError(
            f"not of parity {spec.parity!r}: {', '.join(other)}; leave them out, or give the spec parity='both', where "
            "sets are functions of each other but for signs"
        )
    exact = setting.selection(spec).exact
    own = Matroid(gradients(exact, listed), setting.prime)
    members = [listed[k] for k in own.first(range(len(listed)))]
    cheap = islice(family.stream(spec, setting.max_candidates), max(LEAST, SHARE * len(members)))
    offered = [c for c in dict.fromkeys((*listed, *cheap)) if c not in members]
    pool = members + [c for c in offered if _within(own, gradients(exact, [c]))]
    matroid = Matroid(gradients(exact, pool), setting.prime)
    alternatives = form_of(spec).alternatives(tuple(pool), family.channels(spec), PRICES[spec.ordering])
    firsts = in_turn(alternatives, range(len(members))), greedy(alternatives, matroid).chosen

    def find(number: int, tell: Callable[[int, int], None]) -> list[int]:
        return annealed(alternatives, matroid, firsts[number % 2], number // 2, tell)

    best, _ = best_of_rounds(spec, replace(setting, checkpoints=None), pool, [range(len(members))], find)
    kept = tuple(pool[k].label for k in best)
    names = {c.label for c in listed}
    return Shortened(
        dependent=tuple(c.label for k, c in enumerate(given) if c not in members or c in given[:k]),
        labels=kept,
        added=tuple(label for label in kept if label not in names),
        dropped=tuple(c.label for c in members if c.label not in kept),
        costs=costs(spec).rows(members, [pool[k] for k in best]),
    )


def _within(matroid: Matroid, rows: np.ndarray) -> bool:
    """Whether rows depend on those of the matroid."""
    return modular.rank(np.concatenate([matroid.rows, rows % matroid.prime]), matroid.prime) == matroid.rank
