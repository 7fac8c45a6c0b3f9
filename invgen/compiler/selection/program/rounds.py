"""Rounds of the search, the best of which counts: by the statements of kernels as they are, not as they are estimated.

After every round the best members so far are a valid choice. So an interrupt ends the search with them, and a search
that was interrupted goes on with the next round.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from invgen.compiler.algebra.channels import Channel
from invgen.compiler.candidates.family import Candidate, family_of
from invgen.compiler.kernels.alternatives import Price
from invgen.compiler.kernels.derivatives import second_order, vjp
from invgen.compiler.kernels.lower import form_of
from invgen.compiler.selection.checkpoint import Checkpoint, Decisions
from invgen.compiler.selection.evidence import Evidence, KernelCost
from invgen.compiler.selection.program.search import Sets
from invgen.compiler.selection.setting import Setting
from invgen.errors import SelectionError
from invgen.spec import BasisSpec

ROUNDS = 8
COUNTED = {"program": ("value",), "program_vjp": ("value", "vjp"), "program_all": ("value", "vjp", "second_order")}
"""The kernels whose statements are counted, by ordering."""
PRICES = {"program": Price(), "program_vjp": Price(4, 2, 1), "program_all": Price(10, 4, 3)}
"""What products and sums of the value kernel are estimated to cost in those."""

Find = Callable[[int, Callable[[int, int], None]], list[int]]
"""Positions of the members that a round finds; it is told the number of the round, and whom to tell done and total."""


@dataclass(frozen=True)
class Costs:
    """Statements of the kernels of a list of functions."""

    spec: BasisSpec
    channels: tuple[Channel, ...]

    def of(
        self, functions: Sequence[Candidate], kernels: Sequence[str] = ("value", "vjp", "second_order")
    ) -> list[int]:
        """Those of some of the three kernels."""
        value = form_of(self.spec).lower(tuple(functions), self.channels)
        made: dict[str, Any] = {"value": lambda: value, "vjp": lambda: vjp(value)}
        made["second_order"] = lambda: second_order(value)
        return [made[name]().operations["total"] for name in kernels]

    def counted(self, functions: Sequence[Candidate]) -> int:
        """Those that the ordering counts."""
        return sum(self.of(functions, COUNTED[self.spec.ordering]))

    def rows(self, before: Sequence[Candidate], after: Sequence[Candidate]) -> tuple[KernelCost, ...]:
        """Both lists beside each other."""
        names = ("value", "vjp", "second_order")
        return tuple(KernelCost(*row) for row in zip(names, self.of(before), self.of(after), strict=True))


def costs(spec: BasisSpec) -> Costs:
    """The costs of functions of a spec."""
    return Costs(spec, family_of(spec).channels(spec))


def with_costs(
    spec: BasisSpec, evidence: Evidence, before: Sequence[Candidate], after: Sequence[Candidate], rounds: int | None
) -> Evidence:
    """The evidence with statements before and after a search, if there was one."""
    if rounds is None:
        return evidence
    return replace(evidence, costs=costs(spec).rows(before, after), rounds=(rounds, ROUNDS))


def given(setting: Setting, candidates: Sequence[Candidate], sets: Sets) -> list[int] | None:
    """Positions of members that are known beforehand, in their order; ``None`` where a search has to find them.

    Raises ``SelectionError`` for members that the search could not have found.
    """
    if setting.found is None:
        return None
    position = {c.label: k for k, c in enumerate(candidates)}
    if foreign := [label for label in setting.found if label not in position]:
        raise SelectionError(f"the search keeps other invariants: {', '.join(foreign)} are not among its candidates")
    members = [position[label] for label in setting.found]
    try:
        sets.basis(members)
    except ValueError as error:
        raise SelectionError(f"the search keeps other invariants: {error}") from None
    return members


def best_of_rounds(
    spec: BasisSpec, setting: Setting, candidates: Sequence[Candidate], starts: Sequence[Sequence[int]], find: Find
) -> tuple[list[int], int]:
    """Positions of the best members in ascending order, and how many rounds there were.

    starts
        Members the best of which count if no round finds better ones.
    """
    counted = cache(costs(spec).counted)
    checkpoint = _checkpoint(spec, setting)
    wanted = ROUNDS if setting.rounds is None else setting.rounds
    best, done = min((sorted(start) for start in starts), key=lambda m: counted(tuple(candidates[k] for k in m))), 0
    if checkpoint and (found := checkpoint.load()):
        best, done = list(found.kept), min(found.offered, wanted)
    lowest = counted(tuple(candidates[k] for k in best))
    try:
        for number in range(done, wanted):
            trial = sorted(find(number, partial(_tell, setting, number, wanted)))
            cost = counted(tuple(candidates[k] for k in trial))
            if cost < lowest:
                best, lowest = trial, cost
            done = number + 1
            if checkpoint:
                checkpoint.offer(Decisions(done, tuple(best)))
    except KeyboardInterrupt:
        if checkpoint:
            checkpoint.write(Decisions(done, tuple(best)))
        warnings.warn(
            f"the search was interrupted after {done} of {wanted} rounds: this is the best so far; the same request "
            "goes on from here",
            stacklevel=2,
        )
        return best, done
    if checkpoint:
        checkpoint.remove()
    return best, done


def tell_ways(setting: Setting) -> None:
    """What comes before the rounds, and may take as long as one."""
    if setting.progress:
        setting.progress("program, ways of computing", 0, 1)


def _tell(setting: Setting, number: int, wanted: int, part: int, whole: int) -> None:
    if setting.progress:
        setting.progress("program", number * whole + part, wanted * whole)


def _checkpoint(spec: BasisSpec, setting: Setting) -> Checkpoint | None:
    if setting.checkpoints is None:
        return None
    return Checkpoint.of(setting.checkpoints, spec, prime=setting.prime, seed=setting.seed, search=ROUNDS)
