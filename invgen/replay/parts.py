"""What a flexible set is made of: members of one tensor, members of a pair, and what makes up the rank in general.

A tensor has room for as many pure invariants as its bound says, a pair for what its bound exceeds those of its tensors.
Of the members that hold just these tensors the first ones fill that room; all other members make up the rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from invgen.replay import counts
from invgen.replay.certificate import Claim
from invgen.replay.chance import Chance
from invgen.replay.families import row


@dataclass(frozen=True)
class Part:
    """A tensor or a pair.

    base, members, others
        Labels: kept ones of fewer of the tensors, kept ones that fill the room, and all that are listed and not kept.
    room
        How many members there can be.
    """

    tensors: tuple[str, ...]
    base: tuple[str, ...]
    members: tuple[str, ...]
    others: tuple[str, ...]
    room: int

    @property
    def is_short(self) -> bool:
        """Whether there are fewer members than there is room for: then these orders must have no more."""
        return len(self.members) < self.room

    @property
    def name(self) -> str:
        """Its tensors, such as ``1 and 2``."""
        return " and ".join(self.tensors)


@lru_cache(maxsize=4)
def parts(claim: Claim) -> tuple[Part, ...]:
    """All tensors and, without scalars, all pairs; none unless the set is a flexible one."""
    if claim.spec["objective"] != "flexible":
        return ()
    contents = {label: set(claim.family.content(label)) for label in claim.labels}
    pairs = combinations([t for t in claim.tensors if claim.family.rank_of(t)], 2)
    return tuple(_part(claim, contents, tensors) for tensors in (*((t,) for t in claim.tensors), *pairs))


def _part(claim: Claim, contents: dict[str, set[str]], tensors: tuple[str, ...]) -> Part:
    wanted = set(tensors)
    inside = {label: content for label, content in contents.items() if content <= wanted}
    kept = [m.label for m in claim.kept if m.label in inside]
    room = _bound(claim, tensors) - (sum(_bound(claim, (t,)) for t in tensors) if len(tensors) > 1 else 0)
    return Part(
        tensors,
        base=tuple(label for label in kept if inside[label] != wanted),
        members=tuple(label for label in kept if inside[label] == wanted)[:room],
        others=tuple(label for label in inside if label not in kept),
        room=room,
    )


def _bound(claim: Claim, tensors: tuple[str, ...]) -> int:
    return counts.bound(list(map(claim.family.rank_of, tensors)), claim.spec["parity"])


def rest(claim: Claim) -> tuple[str, ...]:
    """The members that fill no room: they make up what the rank lacks in general."""
    filling = {label for part in parts(claim) for label in part.members}
    return tuple(m.label for m in claim.kept if m.label not in filling)


def tried(claim: Claim) -> tuple[Part, ...]:
    """Short parts of which other candidates are listed: that none of these raises the rank needs trials."""
    return tuple(part for part in parts(claim) if part.is_short and part.others)


def chance(claim: Claim) -> Chance:
    """What rests on these trials."""
    found, family = tried(claim), claim.family
    labels = {label for part in found for label in part.base + part.members + part.others}
    size = max((len(part.base + part.members) + 1 for part in found), default=0)
    return Chance.of((row(family, label) for label in sorted(labels)), size, len(found))
