"""What a certificate says in words: what is proven, and what is established with which probability."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from invgen.replay.certificate import WIDTH, Claim
from invgen.replay.chance import Chance, below
from invgen.replay.families import row
from invgen.replay.parts import Part, parts, rest, tried
from invgen.replay.parts import chance as parts_chance


def evaluated(claim: Claim) -> tuple[str, ...]:
    """The labels whose rows are needed: the rejected ones depend on the others by a theorem if the bound is reached."""
    if claim.attainable == claim.bound:
        return (*(m.label for m in claim.kept), *claim.outside)
    return claim.labels


def chance(claim: Claim) -> Chance:
    """What the ranks that are not proven rest on."""
    labels = evaluated(claim)
    statements = int(claim.attainable < min(len(labels), claim.bound))
    statements += int(bool(claim.outside) and claim.rank < len(claim.kept))
    statements += sum(p.rank < min(p.size, p.bound) for p in claim.patterns)
    family = claim.family
    return Chance.of((row(family, label) for label in labels), claim.attainable + 1, statements)


def statement(claim: Claim) -> tuple[str, ...]:
    """The lines of the section ``statement``."""
    reach = wrap(f"{claim.reach}.", WIDTH, subsequent_indent="  ")
    paragraphs = ["PROVEN", *_proven(claim), "ESTABLISHED BY INDEPENDENT TRIALS", *_established(claim)]
    if found := tuple(_found(claim)):
        paragraphs += ["FOUND BY WHOEVER REPLAYS", *found]
    return (*reach, *(line for text in paragraphs for line in _paragraph(text)))


def _paragraph(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="" if text.isupper() else "- ", subsequent_indent="  ")


def _proven(claim: Claim) -> Iterator[str]:
    r, bound, orders = claim.rank, claim.bound, _orders(claim)
    if r:
        yield (
            f"The {r} kept invariants marked + are functionally independent over the rationals: modulo each prime "
            f"their Jacobian at the integer point has rank {r}, so a minor of size {r} is not zero as an integer, nor "
            "as a polynomial."
        )
    if claim.outside:
        yield (
            f"The {len(claim.outside)} listed outside raise the rank to {claim.attainable} in the same way: "
            "the objective does not take them, although they are functions of their own."
        )
    if not bound:
        yield (
            "Every pseudo-scalar of these tensors is zero, whatever its order: a mirror or the inversion leaves "
            "generic tensors as they are."
        )
    elif claim.attainable == bound:
        yield (
            f"No set of rotation invariants of these tensors has a larger rank than {bound}, the {claim.components} "
            f"components less the {claim.components - bound} dimensions of a generic orbit. " + _completeness(claim)
        )
    if claim.spans:
        yield _spanning(claim, orders)
        if claim.attainable == len(claim.labels) < bound:
            yield f"No set of {_noun(claim)} of {orders} has a larger rank than {claim.attainable}, their number."
    yield from _patterns(claim)
    yield from _parts(claim)
    if full := sum(s.rank == s.attainable for s in claim.sites):
        yield (
            f"At {full} of {len(claim.sites)} symmetric sites the kept have the largest rank that any set can have: so "
            "large a minor is not zero modulo a prime with the roots of unity that the groups need."
        )


def _completeness(claim: Claim) -> str:
    if claim.rank == claim.bound:
        return "So the kept are complete, and every other invariant, each rejected one among them, depends on them."
    return (
        f"The kept are {claim.bound - claim.rank} short of it and NOT complete; only together with those outside are "
        "they, and then every rejected invariant depends on them."
    )


def _parts(claim: Claim) -> Iterator[str]:
    """What makes a set flexible, as far as orders go."""
    if not (found := parts(claim)):
        return
    full, made_up = sum(not part.is_short for part in found), len(rest(claim))
    more = f" {made_up} further members make up the rank in general." if made_up else ""
    yield (
        f"Of {len(found)} tensors and pairs of tensors {full} have all members that a flexible set wants, independent "
        f"of each other.{more}"
    )
    if short := [part for part in found if part.is_short and not part.others]:
        yield f"All candidates that hold no more than {_named(short)} are kept."


def _named(found: Sequence[Part]) -> str:
    return "; ".join(part.name for part in found)


def _found(claim: Claim) -> Iterator[str]:
    if short_parts := tried(claim):
        risk = parts_chance(claim)
        yield (
            f"Of {_named(short_parts)} no further candidate of {_orders(claim)} raises the rank, by {risk.rounds} "
            f"trials that are wrong with a probability below {below(risk.after(risk.rounds))}: these orders have too "
            "few for a set that stays complete when all other tensors vanish."
        )
    short = [s for s in claim.sites if s.rank < s.attainable]
    if short:
        named = ", ".join(f"{s.name} ({s.rank} of {s.attainable})" for s in short)
        which = f"all {_noun(claim)} of {_orders(claim)}" if claim.spans else "all listed candidates"
        yield f"At {len(short)} sites, at a random point, {which} have no larger rank than the kept: {named}."


def _patterns(claim: Claim) -> Iterator[str]:
    """Only what needs no trials: a rank that reaches its bound, or the number of members."""
    full = [p for p in claim.patterns if p.rank == p.bound]
    few = [p for p in claim.patterns if p.rank == p.size < p.bound]
    if full:
        yield (
            f"In {len(full)} of {len(claim.patterns)} patterns of vanishing tensors the rank reaches its bound: "
            "there too the basis is complete."
        )
    if few:
        yield (
            f"In {len(few)} of {len(claim.patterns)} patterns of vanishing tensors all members that remain are "
            "independent, but they are fewer than the bound: there the basis is not complete."
        )


def _spanning(claim: Claim, orders: str) -> str:
    what = "The basis spans" if claim.spec["objective"] == "linear" else "The listed candidates, with products, span"
    sizes = ", ".join(f"{number} of order {order}" for order, number in claim.counts)
    return (
        f"{what} all {_noun(claim)} of {orders}: values at integer points modulo a prime show as many linearly "
        f"independent ones of every multiset of tensors as characters allow ({sizes})."
    )


def _established(claim: Claim) -> Iterator[str]:
    risk, r = chance(claim), claim.rank
    if not risk.statements:
        yield "Nothing: all of the above is proven."
        return
    labels = evaluated(claim)
    if claim.attainable < min(len(labels), claim.bound):
        others = f"{r} kept" if not claim.outside else f"{r} kept marked + and the {len(claim.outside)} outside"
        scope = f" No set of {_noun(claim)} of {_orders(claim)} has a larger rank." if claim.spans else ""
        yield (
            f"The rank of all {len(labels)} candidates is not larger than {claim.attainable}: each depends on the "
            f"{others}.{scope}"
        )
    if claim.outside and r < len(claim.kept):
        yield f"The rank of the {len(claim.kept)} kept is not larger than {r}."
    if short := [p for p in claim.patterns if p.rank < min(p.size, p.bound)]:
        yield f"In {len(short)} patterns of vanishing tensors the rank is not larger than stated: short of its bound."
    trials = risk.rounds
    yield (
        f"The probability that any of this is wrong is below {below(risk.after(trials))}: {trials} independent trials, "
        f"each of which misses a larger rank with probability at most {risk.degree}/2^30 + {risk.bits // 30}/50000000, "
        f"since a minor that decides has degree at most {risk.degree} (Schwartz and Zippel) and coefficients of fewer "
        f"than {risk.bits} binary digits, which at most {risk.bits // 30} primes between 2^30 and 2^31 can divide."
    )
    yield "Primes and points are drawn by SHA-256 from a digest of the claim; --fresh repeats trials with real chance."


def _noun(claim: Claim) -> str:
    return {"proper": "proper scalars", "pseudo": "pseudo-scalars", "both": "invariants"}[claim.spec["parity"]]


def _orders(claim: Claim) -> str:
    orders = claim.spec["orders"]
    return f"orders {', '.join(map(str, orders))}" if len(orders) > 1 else f"order {orders[0]}"
