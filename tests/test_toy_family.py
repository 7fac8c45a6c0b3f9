"""A third family, made of nothing but this file: what docs/kernels.md says of a new family is enough.

Dot products of several vectors. They generate all invariants of these vectors that are proper scalars, so they reach
the bound, 3 k - 3 of k vectors; of four vectors the tenth one depends on the others through the Gram determinant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import invgen
from invgen.cli.checking import checks
from invgen.compiler import families
from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Arithmetic
from invgen.compiler.algebra.channels import Channel, channel_slices
from invgen.compiler.algebra.characters import largest_rank
from invgen.compiler.algebra.sparse import Sparse, monomial
from invgen.compiler.analysis.environments import select_by_positions
from invgen.compiler.candidates import family as candidates
from invgen.compiler.candidates.environment import Terms, tensor_harmonics
from invgen.compiler.candidates.multidegree import Multidegree
from invgen.compiler.inspect.draw import write_drawings
from invgen.compiler.inspect.report import describe
from invgen.compiler.kernels import lower as kernels
from invgen.compiler.kernels.alternatives import Alternatives, Price
from invgen.compiler.kernels.builder import Builder, Expression
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.kernels.simplify import simplified
from invgen.emitted.folder import open_folder
from invgen.emitted.products import ProductBasis
from invgen.errors import CertificateError, SpecError, TooManyCandidates
from invgen.replay import families as replays
from invgen.replay.check import replay
from invgen.spec import BasisSpec
from invgen.spec import families as spec_families
from invgen.spec.families import Request, Rules

NAME = "dots"


# ---- what a request may say -------------------------------------------------------------------------------------


class DotRules(Rules):
    """Vectors only, two at a time."""

    objectives = ("independent", "linear")

    def check(self, spec: Request) -> None:
        if spec.ranks != (1,) or spec.n_max != 2 or spec.parity != "proper":
            raise SpecError(f"{NAME!r} multiplies two vectors, got {spec.id}; use ranks=(1,), n_max=2")


# ---- candidates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dot:
    """v_i · v_j, i <= j, counted from 1."""

    i: int
    j: int
    order = 2
    total_rank = 2
    is_pseudo = False

    @property
    def label(self) -> str:
        return f"{self.i}.{self.j}"

    @property
    def content(self) -> tuple[Channel, ...]:
        return Channel(0, self.i, 1), Channel(0, self.j, 1)


class DotEvaluator:
    """Dot products at points ``(points, components)``."""

    def __init__(self, channels: tuple[Channel, ...], points: np.ndarray, arithmetic: Arithmetic) -> None:
        self.points, self.arithmetic = arithmetic.array(np.atleast_2d(points)), arithmetic
        self.where = {channel.n: part for channel, part in channel_slices(channels).items()}

    @property
    def size(self) -> int:
        return len(self.points)

    @property
    def components(self) -> int:
        return self.points.shape[1]

    def values(self, c: Dot) -> np.ndarray:
        left, right = self.points[:, self.where[c.i]], self.points[:, self.where[c.j]]
        return self.arithmetic.reduce(self.arithmetic.reduce(left * right).sum(axis=1))

    def values_and_gradients(self, c: Dot) -> tuple[np.ndarray, np.ndarray]:
        rows = np.zeros_like(self.points)
        for mine, other in ((c.i, c.j), (c.j, c.i)):
            rows[:, self.where[mine]] += self.points[:, self.where[other]]
        return self.values(c), self.arithmetic.reduce(rows)

    def gradients(self, dots: Sequence[Dot]) -> np.ndarray:
        return np.stack([self.values_and_gradients(c)[1] for c in dots], axis=1)


class DotFamily:
    """All dot products, in ascending order."""

    lookahead = 4
    headings = ("vectors", "product")
    products = True
    atomic = False

    def channels(self, spec: BasisSpec) -> tuple[Channel, ...]:
        return tuple(Channel(0, n, 1) for n in range(1, spec.channels + 1))

    def bound(self, spec: BasisSpec) -> int:
        return largest_rank(self.channels(spec), spec.parity)

    def counts(self, spec: BasisSpec) -> dict[int, int]:
        return {order: comb(spec.channels + 1, 2) if order == 2 else 0 for order in spec.orders}

    def rank_at_most(self, spec: BasisSpec) -> int:
        return min(self.bound(spec), self.offered(spec))

    def refuse(self, spec: BasisSpec, limit: int) -> None:
        if self.offered(spec) > limit:
            raise TooManyCandidates(f"{spec.id} has {self.offered(spec)} products; lower channels")

    def offered(self, spec: BasisSpec) -> int:
        return sum(self.counts(spec).values())

    def evaluator(self, spec: BasisSpec, points: np.ndarray, arithmetic: Arithmetic) -> DotEvaluator:
        return DotEvaluator(self.channels(spec), points, arithmetic)

    def harmonics(self, rank: int, arithmetic: Arithmetic) -> list[Terms]:
        return tensor_harmonics(rank, arithmetic)

    def configurations(self, spec: BasisSpec, count: int, seed: str) -> np.ndarray:
        words = modular.residues(seed, count * 3 * spec.channels, modular.DEFAULT_PRIME).reshape(count, -1)
        return words / modular.DEFAULT_PRIME - 0.5

    def stream(self, spec: BasisSpec, limit: int) -> Iterator[Dot]:
        self.refuse(spec, limit)
        pairs = combinations_with_replacement(range(1, spec.channels + 1), 2)
        return (Dot(i, j) for i, j in pairs if 2 in spec.orders)

    def linear_sets(self, spec: BasisSpec, order: int, prime: int, seed: str) -> Iterator[tuple[Sequence[Dot], int]]:
        return (((dot,), 1) for dot in self.stream(spec, 10_000) if order == 2)

    def multidegrees(self, spec: BasisSpec, order: int) -> Iterator[Multidegree]:
        return (Multidegree(dot.content, dot.label, 1, False) for dot in self.stream(spec, 10_000) if order == 2)

    def spanning(self, piece: Multidegree, already: int, limit: int) -> Sequence[Dot]:
        return (Dot(piece.factors[0].n, piece.factors[1].n),)

    def name(self, channel: Channel) -> str:
        return f"v{channel.n}"

    def from_label(self, label: str) -> Dot:
        i, j = map(int, label.split("."))
        return Dot(*sorted((i, j)))

    def factors(self, spec: BasisSpec, candidate: Dot) -> str:
        return " ".join(map(self.name, candidate.content))

    def text(self, spec: BasisSpec, candidate: Dot) -> str:
        return f"v{candidate.i}·v{candidate.j}"

    def latex(self, spec: BasisSpec, candidate: Dot) -> str:
        return rf"v_{{{candidate.i}}} \cdot v_{{{candidate.j}}}"

    def drawing(self, spec: BasisSpec, candidate: Dot) -> str:
        text = self.text(spec, candidate)
        return f'<svg xmlns="http://www.w3.org/2000/svg"><text x="10" y="20">{text}</text></svg>\n'

    def sympy(self, spec: BasisSpec, candidate: Dot) -> Any:
        import sympy

        pairs = ((sympy.Symbol(f"v{candidate.i}_{a}"), sympy.Symbol(f"v{candidate.j}_{a}")) for a in "xyz")
        return sympy.Add(*(left * right for left, right in pairs))

    def monomials(self, candidate: Dot) -> int:
        return 3

    def symmetry_number(self, candidate: Dot) -> int:
        return 1

    def expanded(self, spec: BasisSpec, candidate: Dot) -> Sparse:
        first, second = 3 * (candidate.i - 1), 3 * (candidate.j - 1)
        pairs = (((first + a, 2),) if first == second else ((first + a, 1), (second + a, 1)) for a in range(3))
        return {monomial(pair): 1 for pair in pairs}

    def scale(self, candidate: Dot) -> Fraction:
        return Fraction(1)


# ---- kernels ----------------------------------------------------------------------------------------------------


class DotForm:
    """Three products and two sums each."""

    manifest: Mapping[str, str] = {"family": NAME, "tensors": "cartesian"}

    def lower(self, functions: tuple[Dot, ...], channels: tuple[Channel, ...]) -> Kernel:
        builder = Builder([("x", 3 * len(channels))])
        return simplified(builder, "value", [("y", self.expressions(builder, functions, channels))])

    def alternatives(self, functions: tuple[Dot, ...], channels: tuple[Channel, ...], price: Price) -> Alternatives:
        builder = Builder([("x", 3 * len(channels))])
        return Alternatives(builder, [[e] for e in self.expressions(builder, functions, channels)], price)

    def expressions(
        self, builder: Builder, functions: tuple[Dot, ...], channels: tuple[Channel, ...]
    ) -> list[Expression]:
        starts = {channel.n: part.start for channel, part in channel_slices(channels).items()}
        outputs = []
        for dot in functions:
            left, right = starts[dot.i], starts[dot.j]
            terms = [builder.mul(builder.input(left + a), builder.input(right + a)) for a in range(3)]
            outputs.append(builder.add(terms))
        return outputs

    def products(self, functions: tuple[Dot, ...], channels: tuple[Channel, ...]) -> ProductBasis | None:
        return None

    def interaction(self, channels: tuple[Channel, ...]) -> bool:
        return False

    def operations(self, function: Dot, channels: tuple[Channel, ...]) -> int:
        return 5


# ---- the second implementation ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class DotPoint:
    """Labels at one point modulo a prime."""

    tensors: Sequence[str]
    components: np.ndarray
    prime: int

    def vectors(self, label: str) -> list[tuple[slice, np.ndarray]]:
        starts = [3 * self.tensors.index(tensor) for tensor in ReplayedDots().content(label)]
        return [(slice(s, s + 3), self.components[s : s + 3]) for s in starts]

    def value(self, label: str) -> int:
        (_, left), (_, right) = self.vectors(label)
        return sum(int(a) * int(b) for a, b in zip(left, right, strict=True)) % self.prime

    def gradient(self, label: str) -> np.ndarray:
        (here, left), (there, right) = self.vectors(label)
        row = np.zeros(len(self.components), dtype=np.int64)
        row[here] += right
        row[there] += left
        return row % self.prime


class ReplayedDots:
    """Labels ``i.j``; tensors are named ``v1``, ``v2`` and so on."""

    products = True
    uses_all = True

    def check(self, label: str) -> None:
        i, j = map(int, label.split("."))
        if not 1 <= i <= j:
            raise ValueError("vectors are counted from 1, ascending")

    def content(self, label: str) -> tuple[str, ...]:
        return tuple(f"v{n}" for n in label.split("."))

    def norm(self, label: str) -> int:
        return 3

    def rank_of(self, tensor: str) -> int:
        return 1

    def point(self, tensors: Sequence[str], components: np.ndarray, prime: int) -> DotPoint:
        return DotPoint(tensors, components, prime)

    def tensors(self, specification: dict[str, Any], order: int) -> set[str]:
        return {f"v{n}" for n in range(1, specification["channels"] + 1)}

    def harmonics(self, rank: int, neighbours: np.ndarray, prime: int) -> np.ndarray:
        return neighbours

    def degree(self, specification: dict[str, Any], tensor: str) -> Fraction:
        return Fraction(0)

    def limit(self, specification: dict[str, Any], order: int) -> Fraction | None:
        return None


# ---- the whole way ----------------------------------------------------------------------------------------------

ROW = families.Row(DotRules(), DotFamily(), DotForm(), ReplayedDots())
TABLES = (spec_families.FAMILIES, candidates.FAMILIES, kernels.FORMS, replays.FAMILIES)


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    families.register(NAME, ROW)
    yield
    assert families.unregister(NAME) == ROW


def request(**arguments: Any) -> BasisSpec:
    return BasisSpec(NAME, n_max=2, **{"ranks": (1,), "channels": 4, **arguments})


def test_a_request_follows_the_rules_of_the_family() -> None:
    spec = request()
    assert spec.id == "dots-r1-n2-c4-independent"
    assert BasisSpec.from_json(spec.to_json()) == spec
    assert invgen.count(spec) == {1: 0, 2: 10}
    with pytest.raises(SpecError, match=r"multiplies two vectors, got dots-l1-n2-independent; use ranks=\(1,\)"):
        BasisSpec(NAME, l_max=1, n_max=2)
    with pytest.raises(SpecError, match="the family 'dots' has no flexible sets"):
        request(objective="flexible")
    with pytest.raises(SpecError, match="elements belongs to the family 'ace', got"):
        request(elements=("H",))


@pytest.mark.parametrize(("objective", "size"), [("independent", 9), ("linear", 10)])
def test_a_basis_is_selected_verified_certified_and_kept_in_a_file(objective: str, size: int, tmp_path: Path) -> None:
    basis = invgen.generate(request(objective=objective))
    assert (len(basis), basis.evidence.rank, basis.evidence.bound, basis.components) == (size, 9, 9, 12)
    assert basis.verify()
    text = str(basis.certificate())
    assert "v1 v2 v3 v4" in text
    assert replay(text, fresh=1)
    forged = text.replace("bound: 9", "bound: 8")
    assert {"checksum", "bound"} <= set(replay(forged).reasons)
    assert type(basis).load(basis.save(tmp_path)) == basis


def test_the_product_that_is_left_out_is_found_in_the_gram_determinant() -> None:
    basis = invgen.generate(request(channels=2))
    assert basis.labels == ("1.1", "1.2", "2.2")
    assert not basis.relation("2.1").dependent
    four = invgen.generate(request())
    (left_out,) = {c.label for c in DotFamily().stream(four.spec, 100)} - set(four.labels)
    gram = four.relation(left_out)
    assert left_out == "4.4"
    assert gram.holds
    assert (gram.degree, gram.used, len(gram.terms)) == (1, tuple(range(9)), 17)


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_callables_agree_with_exact_values_and_derivatives(backend: str, tmp_path: Path) -> None:
    basis = invgen.generate(request())
    folder = invgen.emit(basis, (backend,), tmp_path)
    manifest = open_folder(folder).manifest
    assert (manifest["family"], manifest["ranks"], manifest["channels"]) == (NAME, [1], [4])
    assert open_folder(folder).tensors == "cartesian"
    f = invgen.load(folder, backend=backend)
    points = np.random.default_rng(7).integers(-9, 10, (5, 12))
    g = np.random.default_rng(8).integers(-9, 10, (5, 9)).astype(float)
    exact = [[int(sum(a * b for a, b in zip(v[i - 1], v[j - 1], strict=True))) for i, j in _pairs(basis.labels)]
             for v in points.reshape(5, 4, 3).tolist()]  # fmt: skip
    assert f(points.astype(float)).tolist() == exact
    assert basis.evaluate(points.astype(float)).tolist() == exact
    gradient = np.einsum("nk,nkc->nc", g, basis.jacobian(points.astype(float)))
    np.testing.assert_array_equal(f.vjp(points.astype(float), g), gradient)


def _pairs(labels: Sequence[str]) -> list[tuple[int, int]]:
    return [(int(label[0]), int(label[2])) for label in labels]


def test_the_command_line_checks_shows_and_draws_it(tmp_path: Path) -> None:
    basis = invgen.generate(request(channels=3))
    outcomes = list(checks(basis, invgen.emit(basis, ("numba", "torch"), tmp_path)))
    assert [outcome for outcome, *_ in outcomes] == ["ok"] * 7, outcomes
    shown = describe(basis)
    assert shown["invariants"][1] == {
        "label": "1.2",
        "order": 2,
        "ranks": [1, 1],
        "factors": "v1 v2",
        "contraction": "v1·v2",
        "latex": r"v_{1} \cdot v_{2}",
        "monomials": 3,
        "operations": 5,
    }
    assert shown["operations"]["value"]["total"] == 6 * 5
    assert len(write_drawings(basis, tmp_path / "drawings")) == 6
    assert str(basis.sympy(1)) == "v1_x*v2_x + v1_y*v2_y + v1_z*v2_z"


def test_what_is_of_other_families_is_refused() -> None:
    with pytest.raises(SpecError, match="no covariants are known of the family 'dots', only of cartesian, ace"):
        invgen.covariants(request())
    with pytest.raises(SpecError, match=r'linear potentials need a basis of the family "ace", got dots-r1-n2-c4'):
        invgen.ace.fit([], basis=request(), radial={"radial": 1, "cutoff": 3.0})
    with pytest.raises(SpecError, match="positions are variables of the family 'ace', got dots-r1-n2-c4-independent"):
        select_by_positions(request())


# ---- tables -----------------------------------------------------------------------------------------------------


def test_every_family_has_a_row_in_every_table() -> None:
    assert {tuple(table) for table in TABLES} == {("cartesian", "ace", NAME)}


def test_an_unregistered_family_is_unknown() -> None:
    families.unregister(NAME)
    try:
        assert {tuple(table) for table in TABLES} == {("cartesian", "ace")}
        with pytest.raises(SpecError, match="unknown family 'dots'"):
            request()
    finally:
        families.register(NAME, ROW)
    with pytest.raises(ValueError, match="there is a family 'dots' already"):
        families.register(NAME, ROW)


def test_without_a_second_implementation_there_is_no_certificate() -> None:
    families.unregister(NAME)
    families.register(NAME, families.Row(ROW.rules, ROW.candidates, ROW.form))
    try:
        basis = invgen.generate(request(channels=2))
        assert basis.verify()
        with pytest.raises(CertificateError, match="the replay knows no family 'dots', only cartesian, ace"):
            basis.certificate()
    finally:
        families.unregister(NAME)
        families.register(NAME, ROW)
