"""The exact pass: elimination modulo random primes at random witnesses, and what it proves.

Full rank at one witness modulo one prime proves independence over the rationals. A member that never raises the rank is
dependent unless every trial was unlucky. A trial misses an independent member if some non-zero minor of the Jacobian,
a polynomial with integer coefficients, vanishes modulo the prime (few primes divide a coefficient of bounded size), or
if it vanishes at the witness (Schwartz and Zippel: with probability degree / prime at most).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil, inf, lgamma, log, log2, log10

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.auditing.source import ExactList
from invgen.compiler.selection.floating import BLOCK
from invgen.compiler.selection.langbein import Progress
from invgen.errors import AuditError

LOWEST = 2**30
"""Primes are drawn between this and its double."""
PRIMES = 50_697_537
"""How many there are: pi(2^31) - pi(2^30)."""
MISTAKE = 1e-30
"""Probability that any member is called dependent wrongly, at most."""
LEAST_TRIALS = 3


@dataclass(frozen=True)
class Trial:
    """One elimination, members in the order offered.

    seed
        The witness follows from it and the prime, see ``modular.residues``.
    kept, pivots
        Positions of the members that raised the rank, and the columns in which they did.
    """

    prime: int
    seed: str
    witness: tuple[int, ...]
    kept: tuple[int, ...]
    pivots: tuple[int, ...]


@dataclass(frozen=True)
class Exact:
    """What the exact pass found.

    kept
        Positions, in the order offered; proven independent over the rationals.
    depends_on
        For every other member the kept ones that take part: each is proven to, if the member is dependent.
    proven
        Members of those that are proven dependent, by counting.
    log10_mistake
        Logarithm of the probability, at most, that one of the others is independent; ``None`` if there are no others.
    trials
        All of them; those that came out with a smaller rank are not counted in the probability.
    """

    kept: tuple[int, ...]
    depends_on: dict[int, tuple[int, ...]]
    proven: tuple[int, ...]
    log10_mistake: float | None
    trials: tuple[Trial, ...]

    @property
    def proof(self) -> Trial:
        """The first trial that kept as many."""
        return next(t for t in self.trials if t.kept == self.kept)

    @property
    def prime(self) -> int:
        """Of ``proof``: it divides no denominator."""
        return self.proof.prime


def eliminate(members: ExactList, order: Sequence[int], seed: str = "", progress: Progress | None = None) -> Exact:
    """Runs as many trials as make a mistake improbable, three where none is possible.

    order
        Positions in which the members are offered.
    """
    chance = log10_miss(members)
    needed = ceil((log10(MISTAKE) - log10(len(members.labels))) / chance) if chance > -inf else 0
    number = max(LEAST_TRIALS, needed)
    trials: list[_Observed] = []
    for k in range(number):
        if progress:
            progress("exact", k, number)
        if k == LEAST_TRIALS and (found := _concluded(members, order, trials, chance)).log10_mistake is None:
            break
        trials.append(_observed(members, order, f"audit/{seed}/{k}"))
    else:
        found = _concluded(members, order, trials, chance)
    if progress:
        progress("exact", number, number)
    return found


def _concluded(members: ExactList, order: Sequence[int], observed: list[_Observed], chance: float) -> Exact:
    best = max((o.trial for o in observed), key=lambda t: _profile(t.kept, order))
    found = [o.participants for o in observed if o.trial.kept == best.kept]
    depends = {k: tuple(sorted({j for parts in found for j in parts[k]})) for k in found[0]}
    ahead = {k: best.kept[: _earlier(best.kept, order, k)] for k in depends}
    proven = tuple(sorted(k for k in depends if _no_room(members, k, ahead[k], depends[k])))
    unproven = len(depends) - len(proven)
    mistake = len(found) * chance + log10(unproven) if unproven else None
    return Exact(best.kept, depends, proven, mistake, tuple(o.trial for o in observed))


def log10_miss(members: ExactList) -> float:
    """Logarithm of the probability that one trial misses an independent member, at most."""
    largest = min(members.bound + 1, len(members.labels), members.variables)
    degrees = sorted((max(s.degree - 1, 0) for s in members.sizes), reverse=True)[:largest]
    bits = sorted((s.bits + log2(max(s.degree, 1)) for s in members.sizes), reverse=True)[:largest]
    unlucky_primes = (sum(bits) + lgamma(largest + 1) / log(2)) / log2(LOWEST)
    chance = unlucky_primes / PRIMES + sum(degrees) / LOWEST
    if chance > 0.1:
        raise AuditError(
            f"the members are too large for primes of 31 bits: a minor may have degree {sum(degrees)} and coefficients "
            f"of {sum(bits):.0f} bits; audit fewer members at once, or simpler ones"
        )
    return log10(chance) if chance else -inf


def random_prime(seed: str, usable: Callable[[int], bool] = lambda prime: True) -> int:
    """One of the primes between 2^30 and 2^31, each as likely as the others."""
    for block in count():
        for word in modular.residues(f"{seed}/prime/{block}", 64, LOWEST):
            prime = LOWEST + int(word)
            if modular.is_prime(prime) and usable(prime):
                return prime
    raise AssertionError("unreachable")


@dataclass(frozen=True)
class _Observed:
    trial: Trial
    participants: dict[int, tuple[int, ...]]


def _observed(members: ExactList, order: Sequence[int], seed: str) -> _Observed:
    prime = random_prime(seed, members.usable)
    point = f"{seed}/witness"
    witness = modular.residues(point, members.variables, prime)
    rows = members.rows(witness[None], Modular(prime))[0]
    echelon = modular.Echelon(members.variables, prime)
    raised: list[int | None] = []
    for start in range(0, len(order), BLOCK):
        raised += echelon.add_block(rows[list(order[start : start + BLOCK])])
    kept = tuple(order[k] for k, pivot in enumerate(raised) if pivot is not None)
    trial = Trial(prime, point, tuple(int(w) for w in witness), kept, tuple(echelon.pivots))
    return _Observed(trial, _participants(rows, kept, order, prime))


def _participants(
    rows: np.ndarray, kept: tuple[int, ...], order: Sequence[int], prime: int
) -> dict[int, tuple[int, ...]]:
    """For every member that is not kept, the kept ones whose rows make up its own.

    Eliminating (row | 0) against the rows (kept | identity) leaves the coefficients on the right.
    """
    width, rank = rows.shape[1], len(kept)
    echelon = modular.Echelon(width + rank, prime)
    extended = np.concatenate([rows[list(kept)], np.eye(rank, dtype=np.int64)], axis=1)
    for start in range(0, rank, BLOCK):
        echelon.add_block(extended[start : start + BLOCK])
    others = [k for k in order if k not in set(kept)]
    padded = np.concatenate([rows[others], np.zeros((len(others), rank), dtype=np.int64)], axis=1)
    left = echelon.reduce(padded)[:, width:]
    return {k: tuple(kept[j] for j in np.flatnonzero(row)) for k, row in zip(others, left, strict=True)}


def _no_room(members: ExactList, member: int, kept: tuple[int, ...], participants: tuple[int, ...]) -> bool:
    """Whether so many members are kept already, among those made of what this one is made of, that it must depend on
    them; also among those made of what it and its participants, or all members, are made of."""
    contents = members.contents
    if len(kept) == members.bound:
        return True
    own = contents[member]
    wider = own.union(*(contents[k] for k in participants))
    return any(sum(contents[k] <= some for k in kept) == members.bound_of(some) for some in (own, wider))


def _profile(kept: tuple[int, ...], order: Sequence[int]) -> tuple[int, ...]:
    """The rank of the first 1, 2, ... members: no trial can exceed the true one anywhere."""
    return tuple(np.cumsum([k in set(kept) for k in order]).tolist())


def _earlier(kept: tuple[int, ...], order: Sequence[int], member: int) -> int:
    place = {k: i for i, k in enumerate(order)}
    return sum(place[k] < place[member] for k in kept)
