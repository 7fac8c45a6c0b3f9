"""The Langbein stage with the positions of neighbours as variables: the numerical stage of the paper, exact as well.

By the chain rule the Jacobian by positions is dB/dA times dA/dpositions. Where there are enough neighbours the second
factor has full row rank, and ranks and choices are those by A. With fewer it has not: functions that are independent
in larger environments look dependent there, and a selection would lose them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic, Floating, Modular
from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.algebra.characters import transcendence_degree
from invgen.compiler.candidates.ace.chains import AceEvaluator
from invgen.compiler.candidates.environment import Environment
from invgen.compiler.candidates.family import family_of
from invgen.compiler.selection.floating import BLOCK
from invgen.compiler.selection.langbein import CONFIGURATIONS, Selection
from invgen.compiler.selection.setting import Setting
from invgen.errors import SpecError, TooFewNeighbours
from invgen.spec import BasisSpec

POSITION_TOLERANCE = 1e-8
"""Share of a float64 row by positions that must be new. Neighbours that happen to be close to each other amplify
round-off from row to row: in the second of three environments dependent rows were seen to leave up to 5e-11,
independent ones no less than 2e-6."""


class Functions(Protocol):
    """A basis, or anything else with couplings and their channels."""

    @property
    def channels(self) -> tuple[Channel, ...]: ...
    @property
    def invariants(self) -> tuple[Any, ...]: ...


class PositionEvaluator:
    """Candidates of the family ``ace`` at environments; gradients are by the positions.

    ``components`` is three times the number of neighbours. All environments have the same number of them.
    """

    def __init__(self, environments: Sequence[Environment]) -> None:
        first = environments[0]
        self.arithmetic = first.arithmetic
        self.components = first.derivatives.shape[1]
        self.size = len(environments)
        self._inner = AceEvaluator(first.channels, np.stack([e.components for e in environments]), first.arithmetic)
        self._derivatives = [e.derivatives for e in environments]

    def values(self, candidate: Any) -> np.ndarray:
        """Shape ``(environments,)``."""
        return self._inner.values(candidate)

    def values_and_gradients(self, candidate: Any) -> tuple[np.ndarray, np.ndarray]:
        """Values ``(environments,)`` and gradients ``(environments, 3 neighbours)``."""
        return self.values(candidate), self.gradients([candidate])[:, 0]

    def gradients(self, candidates: Sequence[Any]) -> np.ndarray:
        """Shape ``(environments, candidates, 3 neighbours)``."""
        rows = zip(self._inner.gradients(candidates), self._derivatives, strict=True)
        return np.stack([self.arithmetic.matmul(by_components, chain) for by_components, chain in rows])


def neighbours_needed(channels: Iterable[Channel]) -> int:
    """How many neighbours, species taking turns, make dA/dpositions of full row rank.

    Of every species three columns a neighbour for the components; and one a neighbour for the channels of rank 0,
    which change with the distance alone. So 3 N - 3 is at least the bound.
    """
    channels = tuple(channels)
    species = sorted({c.species for c in channels})
    each = 0
    for z in species:
        mine = [c for c in channels if c.species == z]
        each = max(each, -(-components_of(mine) // 3), sum(c.rank == 0 for c in mine))
    return each * len(species)


def position_evaluators(
    channels: Iterable[Channel],
    neighbours: int | None = None,
    *,
    prime: int = modular.DEFAULT_PRIME,
    seed: str = "",
    few: bool = False,
) -> tuple[PositionEvaluator, PositionEvaluator]:
    """The exact evaluator modulo a prime, and the float64 one, at random environments.

    neighbours
        Their number, ``neighbours_needed`` by default; species take turns.
    few
        Whether fewer than needed are accepted; ``TooFewNeighbours`` is raised otherwise.
    """
    channels = tuple(channels)
    needed = neighbours_needed(channels)
    number = needed if neighbours is None else neighbours
    if number < needed and not few:
        bound = transcendence_degree(channels)
        raise TooFewNeighbours(
            f"an environment of {number} neighbours has {max(3 * number - 3, 0)} coordinates beside rotations, and "
            f"{components_of(channels)} components of {len(channels)} channels have up to {bound} independent "
            f"functions: independent ones would be lost; use at least {needed} neighbours"
        )
    words = modular.residues(f"environment/{number}/{seed}", 3 * number * (1 + CONFIGURATIONS), prime)
    positions = words.reshape(1 + CONFIGURATIONS, number, 3)
    exact = [_environment(channels, positions[0], Modular(prime))]
    in_ball = [_environment(channels, _within_ball(p / prime), Floating()) for p in positions[1:]]
    return PositionEvaluator(exact), PositionEvaluator(in_ball)


def _environment(channels: tuple[Channel, ...], positions: np.ndarray, arithmetic: Arithmetic) -> Environment:
    species = sorted({c.species for c in channels})
    turns = np.array(species)[np.arange(len(positions)) % len(species)]
    return Environment(channels, positions, turns, arithmetic)


def _within_ball(uniform: np.ndarray) -> np.ndarray:
    """Points of the unit ball from uniform numbers ``(points, 3)``: r^2, cosine and azimuth, one for each."""
    r, cosine, azimuth = np.sqrt(uniform[:, 0]), 2 * uniform[:, 1] - 1, 2 * np.pi * uniform[:, 2]
    sine = np.sqrt(1 - cosine**2)
    return r[:, None] * np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)


def rank_by_positions(
    functions: Functions, neighbours: int | None = None, *, exact: bool = True, few: bool = False, seed: str = ""
) -> int:
    """Rank of the Jacobian by positions of a basis: modulo a prime, or in float64 where ``exact`` is false.

    Raises ``TooFewNeighbours`` unless ``few``.
    """
    prime = modular.DEFAULT_PRIME
    evaluators = position_evaluators(functions.channels, neighbours, prime=prime, seed=seed, few=few)
    run = Selection(*evaluators, prime, POSITION_TOLERANCE)
    for start in range(0, len(functions.invariants), BLOCK):
        run.offer_block(functions.invariants[start : start + BLOCK])
    return run.rank if exact else run.float_echelon.rank


def select_by_positions(
    spec: BasisSpec, neighbours: int | None = None, *, setting: Setting | None = None, few: bool = False
) -> Selection:
    """The greedy selection among all candidates of a spec of atomic functions, by positions of random environments.

    ``.kept``, ``.rank`` and ``.disagreements`` (of the float64 pass) tell the outcome. Raises ``TooFewNeighbours``
    unless ``few``, and ``SpecError`` for another family.
    """
    family, setting = family_of(spec), setting or Setting()
    if not family.atomic:
        raise SpecError(f"positions are variables of the family 'ace', got {spec.id}; use invgen.generate")
    evaluators = position_evaluators(
        family.channels(spec), neighbours, prime=setting.prime, seed=f"{spec.id}/{setting.seed}", few=few
    )
    run = Selection(*evaluators, setting.prime, POSITION_TOLERANCE)
    stream = family.stream(spec, setting.max_candidates)
    total = family.offered(spec)
    run.run(stream, family.bound(spec), setting.progress, "positions", lookahead=family.lookahead, total=total)
    return run
