"""Certificates: written by the generator's evaluators, replayed by a second implementation, rejected when tampered."""

from __future__ import annotations

import json
import math
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path
from string import ascii_letters

import brute_force
import flint
import numpy as np
import pytest
import sympy
from processes import invgen as run
from processes import invgen_process

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Modular
from invgen.compiler.algebra.channels import Channel
from invgen.compiler.algebra.characters import largest_rank
from invgen.compiler.algebra.couplings import integer_coupling
from invgen.compiler.algebra.point_groups import turning_prime
from invgen.compiler.analysis.spanning import spans
from invgen.compiler.candidates.cartesian import family
from invgen.compiler.candidates.family import count, family_of
from invgen.compiler.selection.flexibility import attainable_ranks, site_ranks
from invgen.compiler.selection.sites import SITES
from invgen.compiler.shipped import SPECS
from invgen.errors import CertificateError, SelectionError, TooManyCandidates
from invgen.replay import ace, cartesian, counts, sites
from invgen.replay.arithmetic import Elimination, is_prime, matmul
from invgen.replay.arithmetic import rank as eliminated
from invgen.replay.certificate import Certificate, Claim, Member, Pattern, Round, Site
from invgen.replay.chance import TARGET, Chance, Row, below
from invgen.replay.check import drawn, replay
from invgen.replay.families import family_named
from invgen.replay.spelling import canonical as cartesian_spelling
from invgen.replay.statement import chance, statement
from invgen.replay.trial import Trial, members
from invgen.replay.witnesses import LOWEST_PRIME, PRIMES, draw_point, draw_primes
from invgen.spec import MAX_CANDIDATES, BasisSpec

PAGE = Path(__file__).resolve().parent.parent / "docs" / "certificates.md"
FLEXIBLE = BasisSpec(l_max=3, n_max=4, objective="flexible")
CUT = BasisSpec(l_max=3, n_max=3, objective="flexible")
OCTUPOLE = BasisSpec(ranks=(3,), n_max=6)
ACE = BasisSpec(family="ace", total_degree=8, n_max=3)
LINEAR = BasisSpec(l_max=2, n_max=4, objective="linear")


@cache
def certificate(spec: BasisSpec) -> Certificate:
    return brute_force.build(spec).certificate()


def forged(claim: Claim, pivots: bool = True) -> str:
    """A consistent text of any claim: primes and points as they must be, pivots that are found, statement, checksum."""
    rounds = drawn(claim, claim.digest, chance(claim).rounds)
    if pivots:
        rounds = [replace(r, pivots=tuple(Trial(claim, r.prime, np.array(r.points)).pivots.values())) for r in rounds]
    return str(Certificate(claim, tuple(rounds), statement(claim)))


# ---- what is written is confirmed -------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.id)
def test_shipped_bases_are_certified_for_three_primes_and_three_witnesses(spec: BasisSpec) -> None:
    basis = invgen.find_basis(spec.id)
    found = basis.certificate()
    outcome = replay(str(found))
    assert outcome, str(outcome)
    assert len({r.prime for r in found.rounds}) == len({r.points for r in found.rounds}) == len(found.rounds) >= 3
    claim = found.claim
    assert tuple(m.label for m in claim.kept) == basis.labels
    assert (claim.rank, claim.bound, claim.attainable) == (
        basis.evidence.rank,
        basis.evidence.bound,
        basis.evidence.attainable,
    )
    assert all(len(r.pivots) == claim.attainable for r in found.rounds)


@pytest.mark.parametrize(
    "spec",
    [
        BasisSpec(l_max=6, n_max=4),
        BasisSpec(l_max=6, n_max=4, objective="flexible"),
        BasisSpec(family="ace", total_degree=10, n_max=3),
        BasisSpec(family="ace", l_max=2, n_max=3, channels=2, elements=("Mo", "W"), parity="both"),
        BasisSpec(family="ace", total_degree="19/2", w_L=1, n_max=4, parity="pseudo"),
        BasisSpec(ranks=(1, 2), channels=2, n_max=3, parity="both"),
        BasisSpec(l_max=2, n_max=6, parity="pseudo"),
        BasisSpec(l_max=2, n_max=4, parity="pseudo"),
        BasisSpec(ranks=(2, 4), n_max=3, parity="pseudo"),
        BasisSpec(l_max=0, n_max=1),
        BasisSpec(l_max=2, n_max=3, channels=2, objective="flexible"),
        BasisSpec(l_max=3, n_max=4, orders=(2, 4)),
        OCTUPOLE,
        LINEAR,
    ],
    ids=lambda spec: spec.id,
)
def test_other_certificates_replay(spec: BasisSpec) -> None:
    outcome = replay(str(certificate(spec)), fresh=1)
    assert outcome, str(outcome)
    assert outcome.rounds == len(certificate(spec).rounds) + 1
    assert Certificate.parse(str(certificate(spec))).claim == certificate(spec).claim


def test_the_statement_says_what_is_proven_and_what_is_not() -> None:
    text = " ".join(" ".join(certificate(FLEXIBLE).statement).split())
    assert "all of the above is proven" in text
    assert "larger rank than 13, the 16 components less the 3 dimensions" in text
    text = " ".join(" ".join(certificate(OCTUPOLE).statement).split())
    assert "The rank of all 9 candidates is not larger than 3: each depends on the 3 kept." in text
    assert "probability that any of this is wrong is below 1e-35: 5 independent trials" in text
    assert certificate(CUT).claim.outside == ()
    text = " ".join(" ".join(certificate(CUT).statement).split())
    assert text.startswith("cartesian-l3-n3-flexible: 8 invariants of 16 components, rank 8 of at most 13, all that ")
    assert "Of 7 tensors and pairs of tensors 3 have all members that a flexible set wants" in text
    assert "1 further members make up the rank in general" in text
    assert "All candidates that hold no more than 3; 1 and 2; 1 and 3; 2 and 3 are kept." in text
    text = " ".join(" ".join(certificate(FLEXIBLE).statement).split())
    assert "Of 3 no further candidate of orders 1, 2, 3, 4 raises the rank, by" in text


def test_the_first_line_says_what_the_basis_reaches() -> None:
    for spec in (FLEXIBLE, CUT, ACE, OCTUPOLE):
        text, reach = str(certificate(spec)), brute_force.build(spec).reach
        assert text.splitlines()[0] == f"invgen certificate, format 2; {reach}"
        assert "".join(certificate(spec).statement).startswith(reach[:60])
    edited = str(certificate(CUT)).replace("all that these orders attain", "complete", 1)
    assert edited.splitlines()[0].endswith("complete")
    assert "checksum" in replay(edited).reasons


def test_members_outside_are_not_called_part_of_a_complete_basis() -> None:
    """Pure and mixed members of ranks 0, 2, 4 alone, as they were once given: rank 9 where 12 is attainable."""
    claim = certificate(BasisSpec(ranks=(0, 2, 4), n_max=4, objective="flexible")).claim
    outside = ("2ab.2cd.4abef.4cdef", "2ab.2ac.4bdef.4cdef", "2ab.4abcd.4cefg.4defg")
    kept = tuple(m for m in claim.kept if m.label not in outside)
    patterns = (
        *claim.patterns[:-2],
        replace(claim.patterns[-2], size=8, rank=8),
        replace(claim.patterns[-1], size=9, rank=9),
    )
    short = replace(claim, kept=kept, outside=outside, rank=9, patterns=patterns)
    text = " ".join(" ".join(statement(short)).split())
    assert "rank 9, 3 short of the 12 attainable at these orders." in text
    assert "The kept are 3 short of it and NOT complete" in text
    assert "So the kept are complete" not in text
    assert set(replay(forged(short)).reasons) == {"objective"}


def test_a_certificate_is_the_same_text_every_time_and_another_with_another_seed() -> None:
    basis = brute_force.build(CUT)
    assert str(basis.certificate()) == str(certificate(CUT))
    other = basis.certificate(seed="other")
    assert other.rounds[0].prime != certificate(CUT).rounds[0].prime
    assert replay(str(other))
    with pytest.raises(CertificateError, match="a seed is made of letters"):
        basis.certificate(seed="two\nlines")


def test_a_basis_that_its_selection_does_not_give_is_not_certified() -> None:
    basis = brute_force.build(CUT)
    with pytest.raises(SelectionError, match="keeps other invariants than this basis has"):
        replace(basis, invariants=basis.invariants[:-1]).certificate()


# ---- tampering --------------------------------------------------------------------------------------------------


def dropped_pivot(found: Certificate) -> str:
    first = found.rounds[0]
    return str(replace(found, rounds=(replace(first, pivots=first.pivots[:-1]), *found.rounds[1:])))


def no_pivots(found: Certificate) -> str:
    return str(replace(found, rounds=tuple(replace(r, pivots=()) for r in found.rounds)))


def changed_witness(found: Certificate) -> str:
    first = found.rounds[0]
    point = (first.points[0][0] ^ 1, *first.points[0][1:])
    return str(replace(found, rounds=(replace(first, points=(point, *first.points[1:])), *found.rounds[1:])))


def composite_prime(found: Certificate) -> str:
    first = found.rounds[0]
    return str(replace(found, rounds=(replace(first, prime=first.prime + 1), *found.rounds[1:])))


def another_prime(found: Certificate) -> str:
    first = found.rounds[0]
    return str(replace(found, rounds=(replace(first, prime=modular.DEFAULT_PRIME), *found.rounds[1:])))


def fewer_rounds(found: Certificate) -> str:
    return str(replace(found, rounds=found.rounds[:2]))


def no_rounds(found: Certificate) -> str:
    return str(replace(found, rounds=()))


def changed_words(found: Certificate) -> str:
    return str(replace(found, statement=("PROVEN", "- Everything.")))


@pytest.mark.parametrize("spec", [FLEXIBLE, OCTUPOLE, ACE], ids=lambda spec: spec.id)
@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (dropped_pivot, "pivots"),
        (no_pivots, "pivots"),
        (changed_witness, "witness"),
        (composite_prime, "prime"),
        (another_prime, "prime"),
        (fewer_rounds, "rounds"),
        (no_rounds, "rounds"),
        (lambda found: re.sub(r"\n  components: \d+", "\n  components: 900000000", str(found)), "components"),
        (lambda found: re.sub(r"\n  points: \d+", "\n  points: 90000000", str(found)), "witness"),
        (changed_words, "statement"),
        (lambda found: str(found).replace("rank: ", "rank: 1", 1), "checksum"),
        (lambda found: str(found).replace("\n  components: ", "\n  components:  "), "checksum"),
    ],
)
def test_tampering_outside_the_claim_is_named(
    tamper: Callable[[Certificate], str], reason: str, spec: BasisSpec
) -> None:
    text = tamper(certificate(spec))
    assert text != str(certificate(spec))
    outcome = replay(text)
    assert not outcome
    assert reason in outcome.reasons
    assert "REJECTED" in str(outcome)


def relabelled(claim: Claim, old: str, new: str) -> Claim:
    return replace(claim, kept=tuple(Member(new if m.label == old else m.label, m.raises) for m in claim.kept))


CAYLEY = "2ab.2ac.2bd.2cd"
"""tr Q^4, half the square of tr Q^2."""


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (lambda c: relabelled(c, "2ab.2ac.2bc", CAYLEY), "rank"),
        (lambda c: relabelled(c, "2ab.2ac.2bc", "1a.1b.2ab"), "duplicate"),
        (lambda c: relabelled(c, "2ab.2ac.2bc", "2ab.2ac.2bb"), "label"),
        (lambda c: relabelled(c, "2ab.2ac.2bc", "2ab.2ab.2cd.2cd.2ef.2ef"), "label"),
        (lambda c: relabelled(c, "2ab.2ac.2bc", "4abcd.4abcd"), "label"),
        (lambda c: relabelled(c, "2ab.2ac.2bc", "eabc.1a.1b.1c"), "label"),
        (lambda c: replace(c, kept=(*c.kept, Member(CAYLEY, True)), rank=c.rank + 1, attainable=14), "rank"),
        (lambda c: replace(c, rejected=(*c.rejected, c.kept[1].label)), "duplicate"),
        (lambda c: replace(c, rank=c.rank - 1), "rank"),
        (lambda c: replace(c, rank=c.rank + 1), "rank"),
        (lambda c: replace(c, attainable=c.attainable - 1), "attainable"),
        (lambda c: replace(c, bound=c.bound + 1), "bound"),
        (lambda c: replace(c, kept=(Member(c.kept[0].label, False), *c.kept[1:]), rank=12), "rank"),
        (lambda c: replace(c, counts=((1, 1), (2, 4), (3, 8), (4, 24))), "counts"),
        (lambda c: replace(c, patterns=(replace(c.patterns[0], rank=0), *c.patterns[1:])), "pattern"),
        (lambda c: replace(c, patterns=(replace(c.patterns[0], bound=2), *c.patterns[1:])), "pattern"),
        (lambda c: replace(c, tensors=("0", "1", "2")), "tensors"),
        (lambda c: replace(c, patterns=c.patterns[1:]), "pattern"),
        (lambda c: replace(c, patterns=()), "pattern"),
        (lambda c: replace(c, patterns=(*c.patterns, c.patterns[-1])), "pattern"),
        (lambda c: replace(c, counts=(c.counts[0], *c.counts)), "counts"),
        (lambda c: replace(c, seed="by an authority"), "specification"),
        (lambda c: replace(c, spans=True), "span"),
        (lambda c: replace(c, basis="cartesian-l4-n4-flexible"), "specification"),
        (lambda c: replace(c, specification=c.specification.replace('"proper"', '"odd"')), "specification"),
        (lambda c: replace(c, specification=c.specification.replace('"parity"', '"partiy"')), "specification"),
    ],
)
def test_a_wrong_claim_is_rejected_however_well_the_rest_is_forged(
    tamper: Callable[[Claim], Claim], reason: str
) -> None:
    claim = tamper(certificate(FLEXIBLE).claim)
    try:
        text = forged(claim)
    except (KeyError, ValueError):
        text = str(replace(certificate(FLEXIBLE), claim=claim))
    outcome = replay(text)
    assert not outcome
    assert reason in outcome.reasons, str(outcome)
    assert "checksum" not in outcome.reasons


def test_an_independent_candidate_among_the_rejected_is_noticed() -> None:
    """Of the octupole alone the third invariant, moved to the rejected ones, raises the rank there."""
    claim = certificate(OCTUPOLE).claim
    *first, last = claim.kept
    claim = replace(claim, kept=tuple(first), rejected=(last.label, *claim.rejected), rank=2, attainable=2)
    outcome = replay(forged(claim))
    assert {"rank"} == set(outcome.reasons)
    assert f"{last.label} raises the rank" in str(outcome)


def test_a_forgotten_candidate_leaves_invariants_unspanned() -> None:
    claim = certificate(CUT).claim
    assert claim.spans
    outcome = replay(forged(replace(claim, kept=claim.kept[:-1], rank=7, attainable=7)))
    assert "span" in outcome.reasons, str(outcome)


@pytest.mark.parametrize("spec", [LINEAR, BasisSpec(family="ace", l_max=2, n_max=4, objective="linear")])
def test_a_linear_basis_with_a_member_replaced_by_another_spans_too_little(spec: BasisSpec) -> None:
    claim = certificate(spec).claim
    assert claim.spans
    assert replay(forged(claim))
    smaller = replace(claim, kept=claim.kept[:-1])
    assert {"counts", "span"} <= set(replay(forged(smaller)).reasons)
    if spec.family == "cartesian":
        products = [m for m in claim.kept if not m.raises and m.label.count(".") == 3]
        twin = Member(".".join(reversed(products[-1].label.split("."))), False)
        assert twin not in claim.kept
        doubled = replace(claim, kept=tuple(twin if m == products[-2] else m for m in claim.kept))
        assert set(replay(forged(doubled)).reasons) == {"label"}
        assert "it is spelled" in str(replay(forged(doubled)))


def test_a_channel_left_out_with_all_its_couplings_is_missed() -> None:
    claim = certificate(ACE).claim
    last = claim.tensors[-1]
    small = replace(
        claim,
        tensors=claim.tensors[:-1],
        kept=tuple(m for m in claim.kept if last not in ace.content(m.label)),
        rejected=tuple(label for label in claim.rejected if last not in ace.content(label)),
    )
    outcome = replay(str(replace(certificate(ACE), claim=small)))
    assert "tensors" in outcome.reasons
    assert f"{last} are missing" in str(outcome)


def test_an_ace_label_of_ranks_that_do_not_couple_is_named() -> None:
    claim = certificate(ACE).claim
    for wrong in ("ace:1.0,1.1", "ace:1.1,1.1,1.1|L=1", "ace:1.1,1.1,9.9", "2ab.2ab", "ace:1.0,1.0,1.0,1.0|L=0"):
        outcome = replay(str(replace(certificate(ACE), claim=relabelled(claim, claim.kept[-1].label, wrong))))
        assert "label" in outcome.reasons, wrong


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "first line must be"),
        ("invgen certificate, format 1\n", "format 1"),
        ("invgen certificate, format 2; x\nclaim\n", "cannot be read"),
        ("invgen certificate, format 2; x\nclaim\nclaim\n", "stands twice"),
    ],
)
def test_text_that_is_no_certificate_is_an_error(text: str, message: str) -> None:
    with pytest.raises(CertificateError, match=message):
        replay(text)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_certificate_is_an_error_or_rejected(share: float) -> None:
    text = str(certificate(FLEXIBLE))
    with pytest.raises(CertificateError, match="certify the basis again"):
        replay(text[: int(share * len(text))])


def confirmed(text: str) -> bool:
    """Whether a text is confirmed; not if it cannot be read, and any other error is one of this test."""
    try:
        return bool(replay(text))
    except CertificateError:
        return False


def sealed(text: str) -> str:
    """The text with a checksum that fits, if it can be read."""
    try:
        return str(Certificate.parse(text))
    except CertificateError:
        return text


SMALL = (BasisSpec(l_max=2, n_max=3, objective="flexible"), BasisSpec(family="ace", total_degree=5, n_max=3))


@pytest.mark.parametrize("spec", SMALL, ids=lambda spec: spec.id)
def test_no_random_edit_is_confirmed(spec: BasisSpec) -> None:
    text, rng = str(certificate(spec)), random.Random(3)
    assert confirmed(sealed(text))
    for _ in range(40):
        lines, i = text.split("\n"), rng.randrange(len(text))
        first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[first] = lines[second]
        swapped, dropped = text[:i] + rng.choice("0a.: -") + text[i + 1 :], text[:i] + text[i + 1 :]
        edited = rng.choice([swapped, dropped, "\n".join(lines)])
        assert not any(confirmed(part) for part in {edited, sealed(edited)} - {text})


# ---- what the name says -----------------------------------------------------------------------------------------

ROBUST = BasisSpec(l_max=3, n_max=4, objective="robust")
INDEPENDENT = BasisSpec(l_max=3, n_max=4)
FOUR = {"l_max": 4, "n_max": 4}


def renamed(claim: Claim, spec: BasisSpec, **changed: object) -> Claim:
    """A claim that bears the name of another basis."""
    return replace(claim, basis=spec.id, specification=json.dumps(spec.to_json(), sort_keys=True), **changed)


def test_the_independent_set_is_not_confirmed_as_robust() -> None:
    for wanted in ({"l_max": 3, "n_max": 4}, FOUR):
        independent, robust = certificate(BasisSpec(**wanted)), certificate(BasisSpec(**wanted, objective="robust"))
        claim = renamed(independent.claim, robust.claim.spec and BasisSpec(**wanted, objective="robust"))
        assert "sites" in replay(forged(claim)).reasons
        outcome = replay(forged(replace(claim, sites=robust.claim.sites)))
        assert bool(outcome) == (wanted["l_max"] == 3), "the independent set of (3,4) has all ranks"
    assert "inversion centre: the rank is 7, the certificate says 12" in str(outcome)
    short = tuple(
        replace(s, rank=7) if s.name in ("inversion centre", "planar, centred") else s for s in robust.claim.sites
    )
    assert "objective" in replay(forged(replace(claim, sites=short, rejected=robust.claim.rejected))).reasons
    silent = replay(forged(replace(claim, sites=short, rejected=())))
    assert "confirmed in its ranks, not that no candidate has more" in str(silent)
    assert "as a robust set" not in str(silent)


def test_a_robust_set_with_short_sites_is_one_where_all_candidates_are_shown() -> None:
    claim = certificate(BasisSpec(l_max=3, n_max=3, objective="robust")).claim
    assert claim.spans
    assert "confirmed as a robust set" in str(replay(forged(claim)))
    short = [s.name for s in claim.sites if s.rank < s.attainable]
    assert short == ["no symmetry", "planar", "two unequal, bent"]
    text = " ".join(" ".join(statement(claim)).split())
    assert "At 43 of 46 symmetric sites the kept have the largest rank" in text
    assert (
        "At 3 sites, at a random point, all proper scalars of orders 1, 2, 3 have no larger rank than the kept" in text
    )


@pytest.mark.parametrize(
    "tamper",
    [
        lambda sites: sites[1:],
        lambda sites: (),
        lambda sites: (replace(sites[1], rank=sites[1].rank - 1), *sites[1:]),
        lambda sites: (sites[0], replace(sites[1], rank=sites[1].rank + 1), *sites[2:]),
        lambda sites: (sites[0], replace(sites[1], attainable=sites[1].rank + 1), *sites[2:]),
        lambda sites: (replace(sites[0], group="Ci"), *sites[1:]),
    ],
)
def test_ranks_at_sites_are_bound(tamper: Callable[[tuple[Site, ...]], tuple[Site, ...]]) -> None:
    claim = certificate(ROBUST).claim
    assert "as a robust set" in str(replay(forged(claim), fresh=1))
    assert set(replay(forged(replace(claim, sites=tamper(claim.sites)))).reasons) <= {"sites", "objective"}
    assert not replay(forged(replace(claim, sites=tamper(claim.sites))))
    other = renamed(claim, INDEPENDENT)
    assert "sites" in replay(forged(other)).reasons


def test_a_member_that_a_robust_set_can_do_without_is_named() -> None:
    claim = certificate(ROBUST).claim
    more = replace(
        claim, kept=(*claim.kept, Member(CAYLEY, False)), rejected=tuple(r for r in claim.rejected if r != CAYLEY)
    )
    outcome = replay(forged(more))
    assert f"{CAYLEY} could be left out without any rank getting smaller" in str(outcome)
    assert outcome.reasons == ("objective",)


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda c: replace(c, kept=(*c.kept, Member(CAYLEY, False))), f"no dependent members, such as {CAYLEY}"),
        (
            lambda c: replace(c, kept=c.kept[:-1], outside=(c.kept[-1].label,), rank=12),
            "1 labels stand outside, and what raises the rank belongs into a set 'independent'",
        ),
    ],
)
def test_an_independent_set_has_nothing_dependent_and_nothing_outside(
    tamper: Callable[[Claim], Claim], words: str
) -> None:
    claim = certificate(INDEPENDENT).claim
    assert "confirmed as an independent set" in str(replay(forged(claim)))
    outcome = replay(forged(tamper(claim)))
    assert outcome.reasons == ("objective",)
    assert words in str(outcome)


@pytest.mark.parametrize("listed", [True, False])
def test_independent_functions_are_not_confirmed_as_a_flexible_set(listed: bool) -> None:
    """The 22 of (4,4) under the name of the 23, whether the members that they lack are listed as rejected or not."""
    flexible, independent = certificate(BasisSpec(**FOUR, objective="flexible")), certificate(BasisSpec(**FOUR))
    own = {m.label for m in independent.claim.kept}
    assert len(own) == 22
    rejected = tuple(label for label in flexible.claim.labels if label not in own) if listed else ()
    claim = renamed(independent.claim, BasisSpec(**FOUR, objective="flexible"), rejected=rejected)
    outcome = replay(forged(replace(claim, patterns=patterns_of(claim))))
    assert outcome.reasons == ("objective",)
    words = "would be a further member of" if listed else "candidates of"
    assert words in str(outcome)


def patterns_of(claim: Claim) -> tuple[Pattern, ...]:
    """Sizes, ranks and bounds as they are."""
    trial = Trial(claim, 2**31 - 1, draw_point("patterns", 0, claim.components, 2**31 - 1)[None])
    every = [part for n in range(1, len(claim.tensors) + 1) for part in combinations(range(len(claim.tensors)), n)]
    sizes = {ranks: len(members(claim, ranks)) for ranks in every}
    return tuple(Pattern(r, sizes[r], trial.pattern_rank(r), counts.bound(r, "proper")) for r in every)


def test_one_invariant_under_two_spellings_is_named() -> None:
    claim = certificate(FLEXIBLE).claim
    twin = "2ab.2bc.2ca"
    assert cartesian_spelling(twin) == "2ab.2ac.2bc"
    outcome = replay(forged(replace(claim, kept=(*claim.kept, Member(twin, False)))))
    assert outcome.reasons[0] == "label"
    assert "'2ab.2bc.2ca': it is spelled 2ab.2ac.2bc" in str(outcome)
    wrong = relabelled(certificate(ACE).claim, "ace:1.1,1.1", "ace:1.1,1.01")
    assert "label" in replay(str(replace(certificate(ACE), claim=wrong))).reasons
    assert ace.spelled("ace:2.2,1.1,1.1") == "ace:1.1,1.1,2.2"


SPELLED = (
    BasisSpec(l_max=4, n_max=4),
    BasisSpec(l_max=3, n_max=5, parity="both"),
    BasisSpec(ranks=(1, 2), channels=2, n_max=4, parity="both"),
    BasisSpec(ranks=(3,), n_max=8),
)


@pytest.mark.parametrize("spec", SPELLED, ids=lambda spec: spec.id)
def test_every_label_is_spelled_in_the_one_way_and_every_other_spelling_leads_to_it(spec: BasisSpec) -> None:
    rng = random.Random(1)
    for c in family_of(spec).stream(spec, 10_000):
        assert cartesian_spelling(c.label) == c.label
        factors = [(tensor, list(indices)) for tensor, indices in cartesian.parse(c.label)]
        letters = sorted({letter for _, indices in factors for letter in indices})
        other = dict(zip(letters, rng.sample(ascii_letters.replace("e", ""), len(letters)), strict=True))
        rng.shuffle(factors)
        for _, indices in factors:
            rng.shuffle(indices)
        text = ".".join(tensor + "".join(other[i] for i in indices) for tensor, indices in factors)
        assert cartesian_spelling(text) == c.label, text
    linear = brute_force.build(BasisSpec(l_max=1, n_max=8, objective="linear"))
    assert all(cartesian_spelling(label) == label for label in linear.labels)


def test_generating_sets_are_not_confirmed_as_such() -> None:
    outcome = replay(str(certificate(BasisSpec(l_max=2, n_max=4, objective="generators"))))
    assert outcome
    assert "confirmed in its ranks, not as a generating set" in str(outcome)


def test_a_member_that_a_robust_set_can_do_without_is_named_wherever_it_stands() -> None:
    """Put first it raises the rank, and the last one, which does not then, is needed where the octupole vanishes."""
    claim, spare, last = certificate(ROBUST).claim, "2ab.2cd.3abe.3cde", "2ab.2ab"
    kept = (Member(spare, True), *(m for m in claim.kept if m.label != last), Member(last, False))
    more = replace(claim, kept=kept, rejected=tuple(r for r in claim.rejected if r != spare))
    outcome = replay(forged(more))
    assert outcome.reasons == ("objective",)
    assert spare in str(outcome)
    assert last not in str(outcome)


@pytest.mark.parametrize("spec", [OCTUPOLE, BasisSpec(family="ace", total_degree=8, n_max=3)], ids=lambda s: s.id)
def test_what_is_left_out_is_not_said_to_be_out_of_reach(spec: BasisSpec) -> None:
    """A member and all candidates that would miss it are kept quiet about: what is left attains no less than itself."""
    claim = certificate(spec).claim
    assert "all that these orders attain" in claim.reach
    short = replace(claim, kept=claim.kept[:-1], rejected=(), rank=claim.rank - 1, attainable=claim.rank - 1)
    assert "span" in replay(forged(short)).reasons
    silent = forged(replace(short, spans=False, points=1))
    assert "all that the listed candidates attain" in silent.splitlines()[0]
    assert "confirmed in its ranks, not that no candidate was left out" in str(replay(silent))
    assert "as an independent set" not in str(replay(silent))
    assert not replay(silent.replace("the listed candidates attain", "these orders attain"))


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s.replace("{", '{"n_max": 10, ', 1),
        lambda s: json.dumps(list(json.loads(s).items())),
        lambda s: s.replace("[1, 2, 3, 4]", "[4, 3, 2, 1]"),
        lambda s: s.replace('"ranks": [0, 1, 2, 3]', '"l_max": 3'),
        lambda s: s.replace('"channels": 1, ', ""),
        lambda _: "[" * 100_000,
    ],
)
def test_a_specification_has_one_spelling(edit: Callable[[str], str]) -> None:
    claim = certificate(FLEXIBLE).claim
    text = str(replace(certificate(FLEXIBLE), claim=replace(claim, specification=edit(claim.specification))))
    assert "specification" in replay(text).reasons


# ---- sites and spans, by two implementations --------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted", [{"l_max": 1}, {"l_max": 4}, {"ranks": (2, 4)}, {"ranks": (1,), "channels": 2}, {"ranks": (5,)}]
)
def test_characters_say_what_is_attainable_at_sites(wanted: dict[str, object]) -> None:
    spec = BasisSpec(n_max=2, **wanted)
    ranks, prime = [c.rank for c in family_of(spec).channels(spec)], sites.turning_prime("some")
    found = [sites.attainable(ranks, group, prime) for _, group, *_ in sites.SITES]
    assert found == attainable_ranks(spec, SITES, turning_prime())


@pytest.mark.parametrize("spec", [BasisSpec(**FOUR), FLEXIBLE, BasisSpec(family="ace", l_max=3, n_max=3)])
def test_ranks_at_sites_are_those_of_the_generator(spec: BasisSpec) -> None:
    basis, prime = brute_force.build(spec), sites.turning_prime("other")
    family, tensors = family_named(spec.family), certificate(spec).claim.tensors
    points = [family.point(tensors, sites.point(family, tensors, k, prime, "seed"), prime) for k in range(len(SITES))]
    found = [eliminated((point.gradient(label) for label in basis.labels), prime) for point in points]
    assert found == [rank for rank, _ in site_ranks(basis.spec, basis.invariants, SITES, turning_prime())]


def test_spans_are_found_by_the_generator_and_confirmed_by_the_replay() -> None:
    for spec in (CUT, OCTUPOLE, ACE):
        candidates = [family_of(spec).from_label(label) for label in certificate(spec).claim.labels]
        assert spans(spec, candidates)
        assert not spans(spec, candidates[1:])
        assert spans(spec, candidates[:-1]) == (spec == OCTUPOLE), "of the octupole a dependent one comes last"
    source = (PAGE.parent.parent / "invgen" / "compiler" / "analysis" / "certificate.py").read_text()
    assert "replay.trial" not in source


# ---- the probability --------------------------------------------------------------------------------------------


def test_the_pool_of_primes_is_larger_than_stated() -> None:
    assert sympy.primepi(2 * LOWEST_PRIME) - sympy.primepi(LOWEST_PRIME) > PRIMES + 10_000


def test_primes_are_primes_of_the_pool_and_points_are_residues() -> None:
    primes = draw_primes("seed", 6)
    assert len(set(primes)) == 6
    assert all(LOWEST_PRIME < p < 2 * LOWEST_PRIME and sympy.isprime(p) for p in primes)
    points = draw_point("seed", 0, 20_000, primes[0]) / primes[0]
    assert points.min() >= 0
    assert points.max() < 1
    assert abs(points.mean() - 0.5) < 4 / math.sqrt(12 * 20_000)
    assert not np.array_equal(points, draw_point("seed", 1, 20_000, primes[0]) / primes[0])
    assert [n for n in range(60) if is_prime(n)] == list(sympy.primerange(60))


def test_rounds_are_as_many_as_the_bound_needs() -> None:
    risk = Chance.of([Row(4, 30), Row(3, 10), Row(2, 5)], 2, 1)
    assert (risk.degree, risk.bits) == (5, 40)
    assert risk.one_trial == Fraction(5, 2**30) + Fraction(1, PRIMES)
    assert risk.after(risk.rounds) < TARGET <= risk.after(risk.rounds - 1)
    assert Chance(0, 100, 3000).rounds == 3
    assert below(Fraction(1, 1000)) == "1e-3"
    assert below(Fraction(1, 1001)) == "1e-3"
    assert below(Fraction(1, 999)) == "1e-2"


def test_degree_and_coefficients_of_minors_obey_the_bounds() -> None:
    """Of explicit minors, expanded by SymPy."""
    labels = ["2ab.2ab", "2ab.2ac.2bc", "1a.1b.2ab"]
    rows = [Row.of(len(cartesian.content(label)), cartesian.norm(label)) for label in labels]
    risk = Chance.of(rows, 3, 1)
    tensors = ((1, 0), (2, 0))
    x = sympy.symbols("x:8")
    values = [sympy.expand(brute_force.value(label, tensors, x)) for label in labels]
    for columns in ((0, 3, 4), (1, 3, 7)):
        minor = sympy.Poly(sympy.Matrix([[sympy.diff(v, x[c]) for c in columns] for v in values]).det(), *x)
        assert minor.total_degree() <= risk.degree
        assert sum(map(abs, minor.coeffs())) < 2**risk.bits
    for label, value in zip(labels, values, strict=True):
        assert sum(map(abs, sympy.Poly(value, *x).coeffs())) <= cartesian.norm(label)


@pytest.mark.parametrize("label", ["ace:1.1,1.1,1.2", "ace:1.1,2.1,1.2,2.2|L=2", "ace:1.2,2.2,3.2|"])
def test_coefficients_of_couplings_obey_the_bound(label: str) -> None:
    label = label.rstrip("|")
    integers = family_of(ACE).from_label(label).polynomial().integers
    assert sum(map(abs, integers)) <= ace.norm(label)


# ---- the second implementation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [FLEXIBLE, ACE, BasisSpec(ranks=(1, 2), channels=2, n_max=3, parity="both")])
def test_derivatives_are_those_of_the_generator(spec: BasisSpec) -> None:
    found = certificate(spec)
    part, prime = found.rounds[0], found.rounds[0].prime
    candidates = [family_of(spec).from_label(label) for label in found.claim.labels]
    evaluator = family_of(spec).evaluator(spec, np.array([part.points[0]]), Modular(prime))
    trial = Trial(found.claim, prime, np.array(part.points))
    point = trial.family.point(found.claim.tensors, np.array(part.points[0]), prime)
    for c in candidates:
        value, gradient = evaluator.values_and_gradients(c)
        signs = [1, prime - 1] if spec.family == "ace" else [1]
        row = point.gradient(c.label)
        assert any(
            value[0] == s * point.value(c.label) % prime and (gradient[0] == s * row % prime).all() for s in signs
        ), c.label


def test_transvectants_are_the_integer_couplings_up_to_sign() -> None:
    for first in range(5):
        for second in range(5):
            for third in range(abs(first - second), first + second + 1):
                table, known = ace.coupling(first, second, third), integer_coupling(first, second, third)[0]
                assert np.array_equal(table, known) or np.array_equal(table, -known)


@pytest.mark.parametrize(
    "spec",
    [
        BasisSpec(l_max=4, n_max=5),
        BasisSpec(l_max=2, n_max=5, channels=2, parity="both"),
        BasisSpec(l_max=2, n_max=5, channels=2, parity="pseudo"),
        BasisSpec(family="ace", l_max=2, n_max=3, channels=4, elements=("Mo", "W")),
        BasisSpec(family="ace", total_degree="21/2", w_L="3/2", n_max=4),
    ],
    ids=lambda spec: spec.id,
)
def test_newton_identities_count_what_characters_count(spec: BasisSpec) -> None:
    channels = family_of(spec).channels(spec)
    weighted = [(c.rank, Fraction(0) if spec.w_L is None else c.n + spec.w_L * c.rank) for c in channels]
    parities = {"proper": (0,), "pseudo": (1,), "both": (0, 1)}[spec.parity]
    assert counts.count_invariants(weighted, spec.orders, parities, spec.total_degree) == dict(count(spec))
    assert counts.bound([c.rank for c in channels], spec.parity) == family_of(spec).bound(spec)


@pytest.mark.parametrize("ranks", [(0,), (1,), (1, 1), (1, 1, 1), (0, 1), (2,), (2, 4), (3,), (1, 2), (2, 3)])
def test_pseudo_scalars_exist_unless_the_bound_is_zero(ranks: tuple[int, ...]) -> None:
    """Up to order 15, that of the pseudo-scalar of the octupole, by characters."""
    exist = any(counts.count_invariants([(rank, Fraction(0)) for rank in ranks], range(1, 16), (1,), None).values())
    proper, tensors = counts.bound(ranks, "proper"), [Channel(0, k, rank) for k, rank in enumerate(ranks)]
    assert counts.bound(ranks, "pseudo") == largest_rank(tensors, "pseudo") == (proper if exist else 0)
    assert counts.bound(ranks, "both") == largest_rank(tensors, "both") == proper > 0


def test_the_empty_set_of_pseudo_scalars_is_complete_where_there_is_none() -> None:
    found = certificate(BasisSpec(ranks=(2, 4), n_max=3, parity="pseudo"))
    assert (found.claim.rank, found.claim.bound, found.claim.labels) == (0, 0, ())
    assert "Every pseudo-scalar of these tensors is zero" in " ".join(found.statement)
    assert "bound" in replay(forged(replace(found.claim, bound=11))).reasons


def test_what_many_candidates_were_allowed_for_is_certified_and_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for generation; here a stream stands in for one that is above it."""
    basis = brute_force.build(BasisSpec(l_max=3, n_max=3, ordering="cost"))
    allowed = MAX_CANDIDATES + 1

    def costly(spec: BasisSpec, tensors: object, limit: int) -> object:
        if limit < allowed:
            raise TooManyCandidates(f"{allowed} candidates, more than {limit}")
        return stream(spec, family_of(spec).channels(spec), limit)

    stream = family.stream
    monkeypatch.setattr(family, "stream", costly)
    with pytest.raises(TooManyCandidates):
        invgen.generate(basis.spec)
    assert replay(str(basis.certificate()))
    assert basis.verify()


def test_the_certificate_of_a_robust_set_lists_what_it_rejects() -> None:
    basis = brute_force.build(BasisSpec(l_max=2, n_max=4, objective="robust"))
    claim = certificate(basis.spec).claim
    assert len(claim.labels) == basis.evidence.candidates > len(claim.kept)
    assert replay(str(certificate(basis.spec)))


def test_long_sums_of_products_do_not_overflow() -> None:
    prime = draw_primes("long", 1)[0]
    row = np.full(3 * 2**14, prime - 1)
    assert matmul(row, row, prime) == len(row) % prime
    assert np.array_equal(matmul(row[None], row[:, None], prime), [[len(row) % prime]])


def test_elimination_is_that_of_flint() -> None:
    prime = draw_primes("elimination", 1)[0]
    rng = np.random.default_rng(0)
    rows = rng.integers(0, prime, size=(6, 4)) @ rng.integers(0, 2**20, size=(4, 9)) % prime
    elimination = Elimination(prime)
    found = [elimination.add(row) for row in rows]
    assert elimination.rank == flint.nmod_mat(6, 9, [int(v) for v in rows.reshape(-1)], prime).rank() == 4
    assert found == [0, 1, 2, 3, None, None]


# ---- the command line -------------------------------------------------------------------------------------------


def test_certify_writes_a_file_and_replays_it(tmp_path: Path) -> None:
    made = run("certify", "cartesian-l3-n4-flexible", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    path = tmp_path / "cartesian-l3-n4-flexible.certificate.txt"
    assert path.read_text() == str(certificate(FLEXIBLE))
    confirmed = run("certify", "--replay", path, "--fresh", 1)
    assert confirmed.returncode == 0
    assert "confirmed as a flexible set in 4 rounds" in confirmed.stdout
    path.write_text(re.sub(r"\+ 2ab\.2ac\.2bc", "+ 1a.1b.2ab", path.read_text()))
    rejected = run("certify", "--replay", path)
    assert rejected.returncode == 1
    assert "duplicate: listed more than once: 1a.1b.2ab" in rejected.stdout
    alone = invgen_process(path, module="invgen.replay")
    assert alone.returncode == 1
    assert "REJECTED" in alone.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("certify",), ("either a BASIS", "--replay")),
        (("certify", "cartesian-l3-n4-flexible", "--replay", "x"), ("either a BASIS",)),
        (("certify", "--replay", "nowhere"), ("nowhere",)),
        (("certify", "--replay", "."), ("directory",)),
        (("certify", "--replay", "nowhere", "--seed", "a"), ("leave out --output and --seed",)),
        (("certify", "--replay", "nowhere", "-o", "a"), ("leave out --output and --seed",)),
        (("certify", "cartesian-l2-n3-flexible", "--fresh", 1), ("use it with --replay FILE",)),
        (("certify", "nowhere"), ("nowhere", "shipped")),
        (("certify", "cartesian-l2-n3-flexible", "--seed", "a b"), ("a seed is made of", "'a b'")),
    ],
)
def test_bad_requests_are_one_line_with_exit_code_2(
    arguments: tuple[object, ...], words: tuple[str, ...], tmp_path: Path
) -> None:
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_replay_needs_nothing_of_the_generator(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(str(certificate(ACE)))
    code = """
import sys
for name in ("sympy", "jinja2", "torch", "numba", "rich", "typer"):
    sys.modules[name] = None
from pathlib import Path
from invgen.replay.check import replay
print(bool(replay(Path("c.txt").read_text())))
print(sorted({m.split(".")[1] for m in sys.modules if m.startswith("invgen.")}))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert result.stdout.splitlines() == ["True", "['errors', 'lazy', 'replay', 'spec', 'version']"]


def test_a_negative_number_of_fresh_rounds_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative, got fresh=-1"):
        replay(str(certificate(FLEXIBLE)), fresh=-1)


def test_rounds_of_a_certificate_without_points_are_refused() -> None:
    found = certificate(FLEXIBLE)
    text = str(replace(found, rounds=tuple(Round(r.prime, (r.points[0][:-1],), r.pivots) for r in found.rounds)))
    assert "witness" in replay(text).reasons


# ---- the page ---------------------------------------------------------------------------------------------------


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    assert len(blocks) >= 8
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"block {number} of {PAGE.name}", "exec"), names)


def test_the_page_names_every_reason_and_shows_the_recorded_numbers() -> None:
    page = PAGE.read_text()
    for name in ("check.py", "objective.py"):
        source = (PAGE.parent.parent / "invgen" / "replay" / name).read_text()
        for reason in re.findall(r'(?:Problem\(|yield )"(\w+)",', source):
            assert f"`{reason}`" in page, reason
    rows = json.loads((PAGE.parent.parent / "benchmarks" / "results" / "certificates.json").read_text())["certificates"]
    for row in rows:
        cells = [row[name] for name in ("id", "kept", "labels", "rank", "kilobytes")]
        assert "| " + " | ".join(map(str, cells)) + " |" in page
