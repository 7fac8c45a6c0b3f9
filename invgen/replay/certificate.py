"""The certificate: what is claimed, where it was evaluated, and its text.

The text has sections, each a line without indent followed by lines indented by two; deeper lines go on with the line
before. Primes and points are drawn from a digest of the claim, so they are fixed after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from invgen.errors import CertificateError
from invgen.replay.families import Family, family_named

TITLE = "invgen certificate, format 2"
WIDTH = 110


@dataclass(frozen=True)
class Member:
    """A label, and whether it raises the rank of those before it."""

    label: str
    raises: bool


@dataclass(frozen=True)
class Pattern:
    """A set of ranks that is left when all other tensors vanish: members that remain, their rank, and its bound."""

    ranks: tuple[int, ...]
    size: int
    rank: int
    bound: int


@dataclass(frozen=True)
class Site:
    """A symmetric site of the list: the rank of the members there, and the largest that any set can have."""

    rank: int
    attainable: int
    group: str
    name: str


@dataclass(frozen=True)
class Claim:
    """What a certificate says of a basis.

    tensors
        In component order: ``rank`` or ``rank:number``, and ``n.l`` or ``z.n.l`` in the family ``ace``.
    counts
        Linearly independent invariants per correlation order, by characters.
    kept, outside, rejected
        The basis; candidates that would raise its rank but that its objective does not take; all other candidates
        that were looked at.
    sites
        Objective ``robust``: one for each site of the list.
    rank, attainable, bound
        Of the basis; of all candidates; of any set of invariants.
    spans
        Whether the candidates (``linear``: the basis) are said to make all invariants of the orders considered.
    points
        Number of points for each prime; the Jacobian is taken at the first.
    """

    basis: str
    specification: str
    tensors: tuple[str, ...]
    components: int
    counts: tuple[tuple[int, int], ...]
    kept: tuple[Member, ...]
    outside: tuple[str, ...]
    rejected: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    rank: int
    attainable: int
    bound: int
    spans: bool
    points: int
    sites: tuple[Site, ...] = ()
    seed: str = ""

    @property
    def closed(self) -> bool:
        """Whether no candidate can have been forgotten that would raise the rank."""
        return self.spans or self.attainable == self.bound

    @property
    def reach(self) -> str:
        """The size of the basis, and the rank that it reaches of what can be reached."""
        size = f"{self.basis}: {len(self.kept)} invariants of {self.components} components"
        if self.rank < self.attainable:
            short, by = self.attainable - self.rank, "at these orders" if self.closed else "with what is listed"
            return f"{size}, rank {self.rank}, {short} short of the {self.attainable} attainable {by}"
        attained = "these orders" if self.closed else "the listed candidates"
        verdict = "complete" if self.rank == self.bound else f"all that {attained} attain"
        return f"{size}, rank {self.rank} of at most {self.bound}, {verdict}"

    @property
    def spec(self) -> dict[str, Any]:
        """The specification as plain data."""
        return dict(json.loads(self.specification))

    @property
    def family(self) -> Family:
        """How the labels are read; raises ``CertificateError`` for a family that the replay does not know."""
        return family_named(self.spec["family"])

    @property
    def labels(self) -> tuple[str, ...]:
        """Kept, outside, rejected."""
        return (*(m.label for m in self.kept), *self.outside, *self.rejected)

    @property
    def digest(self) -> str:
        """SHA-256 of the text of the claim: the seed of primes and points."""
        return hashlib.sha256("\n".join(self.lines()).encode()).hexdigest()

    def lines(self) -> Iterator[str]:
        """The sections of the claim."""
        yield from ("claim", f"  basis: {self.basis}")
        yield from _folded("specification", self.specification)
        yield from _folded("tensors", " ".join(self.tensors))
        yield from _folded("counts", " ".join(f"{order}:{number}" for order, number in self.counts))
        for name in ("components", "bound", "rank", "attainable", "points"):
            yield f"  {name}: {getattr(self, name)}"
        yield f"  spans: {'yes' if self.spans else 'no'}"
        yield f"  seed: {self.seed}".rstrip()
        yield "kept (+ raises the rank of those before, = does not)"
        yield from (f"  {'+' if m.raises else '='} {m.label}" for m in self.kept)
        yield "outside (raise the rank of the kept, but are not for this objective)"
        yield from (f"  {label}" for label in self.outside)
        yield "rejected (depend on those above)"
        yield from (f"  {label}" for label in self.rejected)
        yield "patterns (ranks left when other tensors vanish: members, their rank, its bound)"
        for p in self.patterns:
            yield f"  {' '.join(map(str, p.ranks))}: {p.size} {p.rank} {p.bound}"
        yield "sites (of symmetry: rank, the largest possible one, group, name)"
        yield from (f"  {s.rank} {s.attainable} {s.group} {s.name}" for s in self.sites)


@dataclass(frozen=True)
class Round:
    """A prime, integer points with residues of all components, and the pivot column of every label that raises."""

    prime: int
    points: tuple[tuple[int, ...], ...]
    pivots: tuple[int, ...]

    def lines(self, number: int) -> Iterator[str]:
        """Its section."""
        yield from (f"round {number}", f"  prime: {self.prime}")
        for point in self.points:
            yield from _folded("point", " ".join(map(str, point)))
        yield from _folded("pivots", " ".join(map(str, self.pivots)))


@dataclass(frozen=True)
class Certificate:
    """A claim, the rounds that support it, the statement in words, and the checksum that the file bears."""

    claim: Claim
    rounds: tuple[Round, ...]
    statement: tuple[str, ...]
    recorded_sha256: str = ""

    @property
    def sha256(self) -> str:
        """The checksum of the text above it."""
        return hashlib.sha256(self._body().encode()).hexdigest()

    def _repr_html_(self) -> str:
        from invgen.markup import block, folded, preformatted  # a replay has no use for it

        words = "\n".join(self.statement)
        return block(self.claim.reach, preformatted(words), folded("the certificate", preformatted(str(self))))

    def __str__(self) -> str:
        return f"{self._body()}sha256\n  {self.sha256}\n"

    def _body(self) -> str:
        lines = [f"{TITLE}; {self.claim.reach}", *self.claim.lines()]
        for number, part in enumerate(self.rounds, start=1):
            lines += part.lines(number)
        lines += ["statement", *(f"  {line}" if line else "" for line in self.statement)]
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> Certificate:
        """The certificate of a text; raises ``CertificateError`` naming what cannot be read."""
        title, _, body = text.partition("\n")
        if not title.startswith(f"{TITLE}; "):
            raise CertificateError(f"the first line must be {TITLE!r}, got {title[:60]!r}; certify the basis again")
        try:
            return _assemble(_sections(body))
        except (LookupError, ValueError, TypeError) as error:
            raise CertificateError(f"the certificate cannot be read ({error!r}); certify the basis again") from None


def _folded(name: str, text: str) -> Iterator[str]:
    first, *others = wrap(f"{name}: {text}", WIDTH, break_long_words=False, break_on_hyphens=False)
    yield f"  {first}"
    yield from (f"    {line}" for line in others)


def _sections(body: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in body.splitlines():
        if line and not line.startswith(" "):
            name = line.partition(" (")[0]
            if name in found:
                raise ValueError(f"section {name!r} stands twice")
            found[name] = []
        elif line.startswith("    ") and name != "statement":
            found[name][-1] += " " + line.strip()
        else:
            found[name].append(line[2:])
    return found


def _fields(lines: list[str]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields.setdefault(name, []).append(value.strip())
    return fields


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


def _assemble(sections: dict[str, list[str]]) -> Certificate:
    fields = {name: values[0] for name, values in _fields(sections["claim"]).items()}
    pairs = (pair.split(":") for pair in fields["counts"].split())
    claim = Claim(
        basis=fields["basis"],
        specification=fields["specification"],
        tensors=tuple(fields["tensors"].split()),
        counts=tuple((int(order), int(number)) for order, number in pairs),
        kept=tuple(_member(line) for line in sections["kept"]),
        outside=tuple(sections["outside"]),
        rejected=tuple(sections["rejected"]),
        patterns=tuple(map(_pattern, sections["patterns"])),
        sites=tuple(map(_site, sections["sites"])),
        spans={"yes": True, "no": False}[fields["spans"]],
        seed=fields["seed"],
        **{name: int(fields[name]) for name in ("components", "rank", "attainable", "bound", "points")},
    )
    numbers = range(1, sum(name.startswith("round ") for name in sections) + 1)
    rounds = tuple(_round(_fields(sections[f"round {number}"])) for number in numbers)
    return Certificate(claim, rounds, tuple(sections["statement"]), sections["sha256"][0])


def _member(line: str) -> Member:
    return Member(line[2:], {"+ ": True, "= ": False}[line[:2]])


def _pattern(line: str) -> Pattern:
    ranks, _, numbers = line.partition(":")
    size, rank, bound = _numbers(numbers)
    return Pattern(_numbers(ranks), size, rank, bound)


def _site(line: str) -> Site:
    rank, attainable, group, name = line.split(" ", 3)
    return Site(int(rank), int(attainable), group, name)


def _round(fields: dict[str, list[str]]) -> Round:
    return Round(int(fields["prime"][0]), tuple(map(_numbers, fields["point"])), _numbers(fields["pivots"][0]))
