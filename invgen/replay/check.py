"""The replay: every statement of a certificate derived again; what fails is named."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from invgen.errors import CertificateError
from invgen.replay import counts, objective
from invgen.replay.arithmetic import is_prime
from invgen.replay.certificate import Certificate, Claim, Round
from invgen.replay.chance import below
from invgen.replay.counts import PARITIES
from invgen.replay.statement import chance, evaluated, statement
from invgen.replay.trial import Trial, members
from invgen.replay.witnesses import LOWEST_PRIME, SEED, draw_point, draw_primes
from invgen.spec import BasisSpec

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Problem:
    """Why a certificate is rejected: the name of the reason, and what was found."""

    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


@dataclass(frozen=True)
class Replay:
    """The outcome of a replay; true in a condition when nothing is wrong."""

    certificate: Certificate
    problems: tuple[Problem, ...]
    rounds: int

    def __bool__(self) -> bool:
        return not self.problems

    @property
    def reasons(self) -> tuple[str, ...]:
        """The names of all reasons, each once."""
        return tuple(dict.fromkeys(p.reason for p in self.problems))

    def __str__(self) -> str:
        claim = self.certificate.claim
        name = claim.basis
        if self.problems:
            return "\n".join([f"{name}: REJECTED", *(f"  {p}" for p in self.problems)])
        risk = chance(claim)
        rest = (
            f", the rest holds but for a probability below {below(risk.after(self.rounds))}" if risk.statements else ""
        )
        return "\n".join([
            f"{name}: {objective.words(claim)} in {self.rounds} rounds, rank {claim.rank} is proven{rest}",
            *(f"  {line}" for line in self.certificate.statement),
        ])  # fmt: skip


def replay(text: str, fresh: int = 0, progress: Progress | None = None) -> Replay:
    """Checks the text of a certificate with nothing but its labels and integer arithmetic.

    fresh
        So many more rounds at primes and points drawn from the operating system's source of chance.

    Raises ``CertificateError`` for text that cannot be read at all.
    """
    if fresh < 0:
        raise ValueError(f"the number of fresh rounds cannot be negative, got fresh={fresh}")
    certificate = Certificate.parse(text)
    try:
        problems = list(_form(certificate, text))
        if not any(p.reason in ("specification", "label", "tensors") for p in problems):
            problems += _arithmetic(certificate, fresh, progress)
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise CertificateError(f"the certificate makes no sense ({error!r}); certify the basis again") from None
    return Replay(certificate, tuple(problems), len(certificate.rounds) + fresh)


def _form(certificate: Certificate, text: str) -> Iterator[Problem]:
    if certificate.recorded_sha256 != certificate.sha256 or str(certificate) != text:
        yield Problem("checksum", "the text was edited or damaged")
    claim = certificate.claim
    try:
        spec = BasisSpec.from_json(claim.spec)
    except (TypeError, ValueError, RecursionError) as error:
        yield Problem("specification", str(error))
        return
    if claim.specification != (normal := json.dumps(spec.to_json(), sort_keys=True)):
        yield Problem("specification", f"it is written {normal}")
        return
    if spec.id != claim.basis:
        yield Problem("specification", f"it is that of {spec.id}, not of {claim.basis}")
    if not SEED.fullmatch(claim.seed):
        yield Problem("specification", f"a seed is made of letters, digits, '.', '-' and '_', got {claim.seed!r}")
    yield from _labels(claim)
    doubled = [label for label, number in Counter(claim.labels).items() if number > 1]
    if doubled:
        yield Problem("duplicate", f"listed more than once: {', '.join(doubled)}")
    yield from (Problem("objective", detail) for detail in objective.admitted(claim))


def _labels(claim: Claim) -> Iterator[Problem]:
    family, spec = claim.family, claim.spec
    by_order = {order: family.tensors(spec, order) for order in spec["orders"]}
    admitted = set[str]().union(*by_order.values())
    if len(set(claim.tensors)) < len(claim.tensors) or not admitted.issuperset(claim.tensors):
        yield Problem("tensors", f"{' '.join(claim.tensors)} are not those of the specification")
    elif (family.uses_all and admitted != set(claim.tensors)) or (
        _invariants(claim, admitted) != _invariants(claim, claim.tensors)
    ):
        yield Problem("tensors", f"some of {' '.join(sorted(admitted - set(claim.tensors)))} are missing")
    for label in claim.labels:
        try:
            family.check(label)
        except ValueError as error:
            yield Problem("label", f"{label!r}: {error}")
            continue
        content = family.content(label)
        if not set(content) <= set(claim.tensors):
            yield Problem("label", f"{label!r} holds tensors that are not in the specification")
        elif not set(content) <= by_order.get(len(content), set()) or _above(claim, content):
            yield Problem("label", f"{label!r} is of an order or degree that the specification does not admit")
        elif sum(map(family.rank_of, content)) % 2 not in PARITIES[spec["parity"]]:
            yield Problem("label", f"{label!r} has the wrong parity")


def _above(claim: Claim, content: tuple[str, ...]) -> bool:
    limit = claim.family.limit(claim.spec, len(content))
    return limit is not None and sum(claim.family.degree(claim.spec, t) for t in content) > limit


def _invariants(claim: Claim, tensors: Iterable[str]) -> dict[int, int]:
    """Per order, of these tensors, by characters; orders that admit the same are counted together."""
    spec, family = claim.spec, claim.family
    alike: dict[tuple[frozenset[str], Fraction | None], list[int]] = {}
    for order in spec["orders"]:
        allowed = frozenset(family.tensors(spec, order).intersection(tensors))
        alike.setdefault((allowed, family.limit(spec, order)), []).append(order)
    found: dict[int, int] = {}
    for (allowed, limit), orders in alike.items():
        weighted = [(family.rank_of(t), family.degree(spec, t)) for t in sorted(allowed)]
        found |= counts.count_invariants(weighted, orders, PARITIES[spec["parity"]], limit)
    return dict(sorted(found.items()))


def _arithmetic(certificate: Certificate, fresh: int, progress: Progress | None) -> Iterator[Problem]:
    claim = certificate.claim
    yield from _numbers(claim)
    shape = (claim.points, sum(2 * claim.family.rank_of(t) + 1 for t in claim.tensors))
    if not certificate.rounds:
        yield Problem("rounds", "there is none")
        return
    if claim.components != shape[1] or any(len(part.points) != claim.points for part in certificate.rounds):
        yield Problem("witness", f"not every round has {shape[0]} points of {shape[1]} components")
        return
    yield from _witnesses(certificate)
    total = len(certificate.rounds) + fresh
    for number, part in enumerate(certificate.rounds, start=1):
        if progress:
            progress("replay", number - 1, total)
        if any(len(x) != shape[1] for x in part.points):
            yield Problem("witness", f"round {number} has not {shape[0]} points of {shape[1]} components")
        elif any(not 0 <= v < part.prime for point in part.points for v in point):
            yield Problem("witness", f"round {number} has components that are no residues modulo {part.prime}")
        elif not (LOWEST_PRIME < part.prime < 2 * LOWEST_PRIME and is_prime(part.prime)):
            yield Problem("prime", f"{part.prime} of round {number} is no prime between 2^30 and 2^31")
        else:
            yield from _pivots(claim, part, number)
    yield from _objective(claim, claim.digest)
    for number in range(1, fresh + 1):
        if progress:
            progress("replay", len(certificate.rounds) + number - 1, total)
        yield from _ranks(claim, _trial(claim, drawn(claim, os.urandom(32).hex(), 1)[0]), f"fresh round {number}")
        yield from _objective(claim, os.urandom(32).hex())
    if certificate.statement != statement(claim):
        yield Problem("statement", "the words are not those that the claim supports")


def _objective(claim: Claim, seed: str) -> Iterator[Problem]:
    yield from (Problem("objective", detail) for detail in objective.by_parts(claim, seed))
    yield from (Problem(*found) for found in objective.at_sites(claim, seed))


def drawn(claim: Claim, seed: str, count: int) -> list[Round]:
    """Primes and points that follow from a seed, without pivots."""
    width = claim.components
    return [
        Round(p, tuple(tuple(map(int, draw_point(seed, k, width, p))) for k in range(claim.points)), ())
        for p in draw_primes(seed, count)
    ]


def _numbers(claim: Claim) -> Iterator[Problem]:
    spec, family = claim.spec, claim.family
    ranks = [family.rank_of(t) for t in claim.tensors]
    expected = _invariants(claim, claim.tensors)
    if claim.counts != tuple(expected.items()):
        yield Problem("counts", f"the characters say {tuple(expected.items())}, the certificate {claim.counts}")
    for name, value in (
        ("components", sum(2 * rank + 1 for rank in ranks)),
        ("bound", counts.bound(ranks, spec["parity"])),
        ("rank", sum(m.raises for m in claim.kept)),
        ("attainable", sum(m.raises for m in claim.kept) + len(claim.outside)),
    ):
        if getattr(claim, name) != value:
            yield Problem(name, f"it is {value}, the certificate says {getattr(claim, name)}")
    present = Counter(p.ranks for p in claim.patterns)
    every = Counter(part for size in range(1, len(ranks) + 1) for part in combinations(sorted(set(ranks)), size))
    if (claim.patterns or spec["objective"] == "flexible") and present != every:
        missing, more = (every - present).total(), (present - every).total()
        yield Problem(
            "pattern", f"{missing} of {len(every)} patterns are missing, and {more} stand there that should not"
        )
    for p in claim.patterns:
        size = len(members(claim, p.ranks))
        limit = counts.bound([rank for rank in ranks if rank in p.ranks], spec["parity"])
        if (p.size, p.bound) != (size, limit):
            yield Problem("pattern", f"ranks {p.ranks} have {size} members and bound {limit}, not {p.size}, {p.bound}")
    kept = Counter(len(family.content(m.label)) for m in claim.kept)
    if spec["objective"] == "linear" and any(kept[order] != number for order, number in claim.counts):
        yield Problem("counts", f"the basis has {dict(kept)} invariants, the characters say {expected}")


def _witnesses(certificate: Certificate) -> Iterator[Problem]:
    claim = certificate.claim
    needed = chance(claim).rounds
    if len(certificate.rounds) < needed:
        yield Problem("rounds", f"there are {len(certificate.rounds)}, the statement needs {needed}")
    for number, (part, due) in enumerate(
        zip(certificate.rounds, drawn(claim, claim.digest, len(certificate.rounds)), strict=True), start=1
    ):
        if part.prime != due.prime:
            yield Problem("prime", f"that of round {number} is not the one that follows from the claim, {due.prime}")
        if part.points != due.points:
            yield Problem("witness", f"the points of round {number} are not those that follow from the claim")


def _trial(claim: Claim, part: Round) -> Trial:
    return Trial(claim, part.prime, np.array(part.points, dtype=np.int64))


def _pivots(claim: Claim, part: Round, number: int) -> Iterator[Problem]:
    trial = _trial(claim, part)
    if (found := tuple(trial.pivots.values())) != part.pivots:
        yield Problem("pivots", f"round {number}: they are {list(found)}, the certificate says {list(part.pivots)}")
    yield from _ranks(claim, trial, f"round {number}")


def _ranks(claim: Claim, trial: Trial, name: str) -> Iterator[Problem]:
    raising = {m.label for m in claim.kept if m.raises} | set(claim.outside)
    for label in evaluated(claim):
        if (label in trial.pivots) != (label in raising):
            verb = "raises" if label in trial.pivots else "does not raise"
            yield Problem("rank", f"{name}: {label} {verb} the rank of those before it, against the certificate")
    for p in claim.patterns:
        if (rank := trial.pattern_rank(p.ranks)) != p.rank:
            yield Problem(
                "pattern", f"{name}: rank {rank} when ranks {p.ranks} are left, the certificate says {p.rank}"
            )
    if claim.spans:
        spanned = trial.spanned()
        if any(spanned.get(order, 0) != number for order, number in claim.counts):
            yield Problem("span", f"{name}: the labels span {spanned} dimensions, the certificate {dict(claim.counts)}")
