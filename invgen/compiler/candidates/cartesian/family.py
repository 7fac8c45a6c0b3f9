"""The family ``cartesian`` as the stages after it see it: streams, evaluators, bounds, labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic, Modular
from invgen.compiler.algebra.channels import (
    Channel,
    Multiset,
    cartesian,
    channel_slices,
    components_of,
    factor_key,
)
from invgen.compiler.algebra.characters import contents, count_invariants, count_order, largest_rank
from invgen.compiler.algebra.components import full_tensor
from invgen.compiler.algebra.harmonics import harmonics
from invgen.compiler.algebra.sparse import Sparse, monomial
from invgen.compiler.candidates.cartesian.contraction import (
    Contraction,
    by_total_rank,
    contraction_text,
    head,
    latex,
    sort_key,
)
from invgen.compiler.candidates.cartesian.counting import refuse_explosion, refuse_multisets
from invgen.compiler.candidates.cartesian.enumeration import all_contractions, connected_contractions, levels
from invgen.compiler.candidates.cartesian.evaluate import Evaluator, contraction_cost
from invgen.compiler.candidates.environment import Terms, tensor_harmonics
from invgen.compiler.candidates.multidegree import Multidegree
from invgen.errors import TooManyCandidates, raise_limit
from invgen.spec import BasisSpec

NEIGHBOURS = 24


class CartesianFamily:
    """Contractions of symmetric traceless tensors; candidates are the connected ones."""

    lookahead = 1
    headings = ("ranks", "contraction")
    products = True
    atomic = False

    def channels(self, spec: BasisSpec) -> tuple[Channel, ...]:
        """The tensors in component order: rank by rank, n = 1, 2 and so on of each."""
        return cartesian(spec.tensors)

    def bound(self, spec: BasisSpec) -> int:
        return largest_rank(self.channels(spec), spec.parity)

    def rank_at_most(self, spec: BasisSpec) -> int:
        return min(self.bound(spec), sum(self.counts(spec).values()))

    def counts(self, spec: BasisSpec) -> dict[int, int]:
        channels = self.channels(spec)
        return {order: sum(count_order(channels, order, p) for p in parities(spec)) for order in spec.orders}

    def refuse(self, spec: BasisSpec, limit: int) -> None:
        counts = self.counts(spec)
        if (total := sum(counts.values())) > limit:
            raise TooManyCandidates(
                f"{spec.id} has {total} linearly independent invariants, "
                f"{counts[max(counts)]} of them at order {max(counts)}; "
                f"lower n_max, l_max or channels, or {raise_limit(limit)}"
            )

    def offered(self, spec: BasisSpec) -> int | None:
        return None

    def evaluator(self, spec: BasisSpec, points: np.ndarray, arithmetic: Arithmetic) -> Evaluator:
        return Evaluator(self.channels(spec), points, arithmetic)

    def harmonics(self, rank: int, arithmetic: Arithmetic) -> list[Terms]:
        return tensor_harmonics(rank, arithmetic)

    def configurations(self, spec: BasisSpec, count: int, seed: str) -> np.ndarray:
        return random_neighbourhoods(self.channels(spec), count, seed)

    def stream(self, spec: BasisSpec, limit: int) -> Iterator[Contraction]:
        return stream(spec, self.channels(spec), limit)

    def linear_sets(
        self, spec: BasisSpec, order: int, prime: int, seed: str
    ) -> Iterator[tuple[Sequence[Contraction], int]]:
        channels = self.channels(spec)
        refuse_multisets(len(channels), order)
        for pseudo in parities(spec):
            for level in levels(channels, [order], pseudo):
                for content in level:
                    if number := count_invariants(content):
                        yield linear_span(content, pseudo, number, prime, seed)

    def multidegrees(self, spec: BasisSpec, order: int) -> Iterator[Multidegree]:
        channels = self.channels(spec)
        refuse_multisets(len(channels), order)
        return multidegrees(channels, order)

    def spanning(self, piece: Multidegree, already: int, limit: int) -> Sequence[Contraction]:
        refuse_explosion([piece.factors], already, limit, piece.is_pseudo)
        return connected_contractions(piece.factors, piece.is_pseudo)

    def name(self, channel: Channel) -> str:
        return head(channel)

    def from_label(self, label: str) -> Contraction:
        return Contraction.from_label(label)

    def factors(self, spec: BasisSpec, candidate: Contraction) -> str:
        return " ".join(str(channel.rank) for channel in candidate.content)

    def text(self, spec: BasisSpec, candidate: Contraction) -> str:
        return contraction_text(candidate)

    def latex(self, spec: BasisSpec, candidate: Contraction) -> str:
        return latex(candidate)

    def drawing(self, spec: BasisSpec, candidate: Contraction) -> str:
        from invgen.compiler.candidates.cartesian.drawing import draw

        return draw(candidate)

    def sympy(self, spec: BasisSpec, candidate: Contraction) -> Any:
        from invgen.compiler.candidates.cartesian.symbolic import expression

        return expression(candidate)

    def monomials(self, candidate: Contraction) -> int:
        from invgen.compiler.candidates.cartesian.symbolic import monomials

        return monomials(candidate)

    def symmetry_number(self, candidate: Contraction) -> int:
        from invgen.compiler.candidates.cartesian.automorphisms import automorphisms

        return automorphisms(candidate)

    def expanded(self, spec: BasisSpec, candidate: Contraction) -> Sparse:
        from invgen.compiler.candidates.cartesian.symbolic import polynomial

        slices = channel_slices(self.channels(spec))
        tensors = sorted(set(candidate.content), key=factor_key)
        used = [i for t in tensors for i in range(slices[t].start, slices[t].stop)]
        exact = polynomial(candidate)
        return {monomial(zip(used, powers, strict=True)): int(value) for powers, value in exact.terms() if value}

    def scale(self, candidate: Contraction) -> Fraction:
        """1: contractions have whole coefficients."""
        return Fraction(1)


def multidegrees(tensors: Iterable[Channel], order: int) -> Iterator[Multidegree]:
    """All multisets of these tensors that hold an invariant, by total rank, then content."""
    for content in by_total_rank(contents(tensors, order)):
        if number := count_invariants(content):
            odd = sum(tensor.rank for tensor in content) % 2 == 1
            yield Multidegree(content, " ".join(map(head, content)), number, odd)


def stream(spec: BasisSpec, tensors: Iterable[Channel], limit: int) -> Iterator[Contraction]:
    """Candidates of the spec's parity in the spec's ordering; lazy for the ordering ``degree``.

    They are connected; pseudo-scalars by themselves may also be products with proper scalars, since those are no
    functions of pseudo-scalars.
    """
    lazily = _lazily(spec, tuple(tensors), limit)
    if spec.ordering == "degree":
        return lazily
    keys = {
        "cost": lambda c: (contraction_cost(c), sort_key(c)),
        "rank": lambda c: (max(tensor.rank for tensor in c.content), sort_key(c)),
    }
    return iter(sorted(lazily, key=keys["cost" if spec.by_program else spec.ordering]))


def _lazily(spec: BasisSpec, tensors: tuple[Channel, ...], limit: int) -> Iterator[Contraction]:
    seen = 0
    contractions_of = all_contractions if spec.parity == "pseudo" else connected_contractions
    for order in spec.orders:
        found: list[Contraction] = []
        refuse_multisets(len(tensors), order)
        for pseudo in parities(spec):
            for level in levels(tensors, [order], pseudo):
                refuse_explosion(level, seen, limit, pseudo)
                fresh = [c for content in level for c in contractions_of(content, pseudo)]
                seen += len(fresh)
                if spec.parity == "both":
                    found += fresh
                else:
                    yield from sorted(fresh, key=sort_key)
        yield from sorted(found, key=sort_key)


def parities(spec: BasisSpec) -> tuple[bool, ...]:
    """Whether to look at contractions without, with, or without and with a Levi-Civita symbol."""
    return {"proper": (False,), "pseudo": (True,), "both": (False, True)}[spec.parity]


def linear_span(
    content: Multiset, pseudo: bool, number: int, prime: int = modular.DEFAULT_PRIME, seed: str = ""
) -> tuple[list[Contraction], int]:
    """A linearly independent set of contractions of one content, and how many were looked at.

    Independence is proven by values at ``number + 2`` points modulo the prime; raises ``ArithmeticError`` if the
    contractions do not span what the characters say (an unlucky prime, or an error of this program).
    """
    tensors = tuple(sorted(set(content), key=factor_key))
    width = number + 2
    components = components_of(tensors)
    name = " ".join(map(head, content))
    points = modular.residues(f"points/{name}/{seed}", width * components, prime).reshape(width, components)
    evaluator = Evaluator(tensors, points, Modular(prime))
    echelon = modular.Echelon(width, prime)
    kept: list[Contraction] = []
    for seen, candidate in enumerate(all_contractions(content, pseudo), start=1):
        if echelon.add(evaluator.values(candidate)) is not None:
            kept.append(candidate)
            if len(kept) == number:
                return kept, seen
    raise ArithmeticError(
        f"the contractions of {name} span {len(kept)} dimensions modulo {prime}, "
        f"the characters say {number}; try another prime"
    )


def random_neighbourhoods(tensors: tuple[Channel, ...], count: int, seed: str) -> np.ndarray:
    """Components ``(count, components)`` of random neighbourhoods, every tensor scaled to length one.

    T^l = sum_j w_j STF(r_j ... r_j) with directions r_j and independent weights w_j for every tensor.
    """
    prime = modular.DEFAULT_PRIME
    words = modular.residues(seed, count * NEIGHBOURS * (3 + len(tensors)), prime) / prime - 0.5
    words = words.reshape(count, NEIGHBOURS, 3 + len(tensors))
    directions = words[..., :3] / np.linalg.norm(words[..., :3], axis=-1, keepdims=True)
    result = np.zeros((count, components_of(tensors)))
    for k, (tensor, where) in enumerate(channel_slices(tensors).items()):
        part = np.einsum("cj,cjk->ck", words[..., 3 + k], harmonics(directions, tensor.rank))
        flat = full_tensor(part, tensor.rank).reshape(count, -1)
        result[:, where] = part / np.linalg.norm(flat, axis=-1, keepdims=True)
    return result
