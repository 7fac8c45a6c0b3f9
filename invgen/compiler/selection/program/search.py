"""The search: a basis of a matroid whose members, each in one of its alternatives, make the shortest program.

It starts with the candidate that adds least, again and again, and exchanges members one by one while that shortens the
program. Every round then goes on from there with random exchanges, of which fewer and fewer that lengthen the program
are accepted (simulated annealing), and ends with exchanges that shorten it. Rounds differ in their draws and in how
much they accept at first. The work is counted in trials, so the outcome is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from invgen.compiler.kernels.alternatives import Alternatives
from invgen.compiler.kernels.draws import Draws
from invgen.compiler.selection.program.matroid import Matroid

TRIALS, OF_EACH = 1500, 30
"""Trials of a round for each member: so many, or so many times the number of candidates if that is less."""
HEATS = (10.0, 5.0, 10.0, 20.0)
"""Statements that a round accepts at first for nothing, on average, in turn."""
COLDEST = 0.5
SAME = 0.15
"""Share of trials that offer a member another alternative of itself."""
NEVER = np.iinfo(np.int64).max
STEP = 1000
"""Trials between two signs of life."""


class Exchanges(Protocol):
    """A set of candidates that keeps its rank, or its ranks, in exchanges of one member."""

    def replaceable(self, position: int, /) -> np.ndarray: ...
    def can(self, position: int, row: int, /) -> bool: ...
    def exchange(self, position: int, row: int, /) -> None: ...


class Sets(Protocol):
    """Which sets of candidates there are to choose from."""

    def basis(self, members: Sequence[int], /) -> Exchanges: ...


@dataclass
class Members:
    """Alternatives that are chosen, what their program needs, and which exchanges keep the rank.

    chosen
        One alternative for each member.
    """

    alternatives: Alternatives
    basis: Exchanges
    chosen: list[int]
    counts: np.ndarray

    @classmethod
    def of(cls, alternatives: Alternatives, sets: Sets, chosen: Sequence[int]) -> Members:
        """Of given alternatives."""
        counts = alternatives.nothing()
        for k in chosen:
            counts[alternatives.rows[k]] += 1
        return cls(alternatives, sets.basis([int(alternatives.owner[k]) for k in chosen]), list(chosen), counts)

    @property
    def functions(self) -> list[int]:
        """The candidates that are members."""
        return [int(self.alternatives.owner[k]) for k in self.chosen]

    @property
    def cost(self) -> int:
        """Statements of the program."""
        return self.alternatives.cost(self.chosen)

    def improve(self) -> None:
        """Exchanges every member for what adds least in its place, until nothing adds less."""
        position = failures = 0
        while failures < len(self.chosen):
            failures = 0 if self._improve_at(position) else failures + 1
            position = (position + 1) % len(self.chosen)

    def _improve_at(self, position: int) -> bool:
        alternatives, old = self.alternatives, self.chosen[position]
        self.counts[alternatives.rows[old]] -= 1
        least = np.where(self.basis.replaceable(position), alternatives.least(self.counts), NEVER)
        least[[f for k, f in enumerate(self.functions) if k != position]] = NEVER
        best = int(least.argmin())
        better = bool(least[best] < alternatives.added(self.counts, old, old + 1)[0])
        if better:
            self._put(position, alternatives.cheapest(self.counts, best)[0])
        self.counts[alternatives.rows[self.chosen[position]]] += 1
        return better

    def _put(self, position: int, new: int) -> None:
        before, after = int(self.alternatives.owner[self.chosen[position]]), int(self.alternatives.owner[new])
        if before != after:
            self.basis.exchange(position, after)
        self.chosen[position] = new

    def anneal(self, draws: Draws, heat: float, trials: int, tell: Callable[[int], None]) -> list[int]:
        """Random exchanges; returns the alternatives of the shortest program on the way."""
        alternatives = self.alternatives
        inside = set(self.functions)
        outside = [k for k in range(len(alternatives)) if k not in inside]
        cost = lowest = self.cost
        best = list(self.chosen)
        for trial in range(trials):
            if trial % STEP == 0:
                tell(trial)
            position = draws.below(len(self.chosen))
            old = self.chosen[position]
            mine = candidate = int(alternatives.owner[old])
            place = draws.below(len(outside)) if outside and draws.below(100) >= 100 * SAME else -1
            if place >= 0:
                candidate = outside[place]
                if not self.basis.can(position, candidate):
                    continue
            self.counts[alternatives.rows[old]] -= 1
            new, added = alternatives.cheapest(self.counts, candidate)
            change = added - int(alternatives.added(self.counts, old, old + 1)[0])
            left = 1 - trial / trials
            if change <= (heat * left * left + COLDEST) * draws.waiting():
                self._put(position, new)
                cost += change
                if place >= 0:
                    outside[place] = mine
            self.counts[alternatives.rows[self.chosen[position]]] += 1
            if cost < lowest:
                lowest, best = cost, list(self.chosen)
        return best


def greedy(alternatives: Alternatives, matroid: Matroid) -> Members:
    """The candidate that adds least to the program of those before it, again and again, then exchanges."""
    growing, counts, chosen = matroid.growing(), alternatives.nothing(), []
    while not growing.complete:
        least = np.where(growing.open(), alternatives.least(counts), NEVER)
        function = int(least.argmin())
        chosen.append(alternatives.cheapest(counts, function)[0])
        counts[alternatives.rows[chosen[-1]]] += 1
        growing.add(function)
    members = Members.of(alternatives, matroid, chosen)
    members.improve()
    return members


def annealed(
    alternatives: Alternatives, sets: Sets, start: Sequence[int], number: int, tell: Callable[[int, int], None]
) -> list[int]:
    """The functions that one round finds from the alternatives ``start``.

    number
        Of the round, from 0; it fixes the draws.
    tell
        Is called now and then with the number of trials that are done, and of all.
    """
    trials = min(TRIALS, OF_EACH * len(alternatives)) * len(start)
    members = Members.of(alternatives, sets, start)
    best = members.anneal(Draws(number), HEATS[number % len(HEATS)], trials, partial(_told, tell, trials))
    members = Members.of(alternatives, sets, best)
    members.improve()
    return members.functions


def _told(tell: Callable[[int, int], None], trials: int, done: int) -> None:
    tell(done, trials)
