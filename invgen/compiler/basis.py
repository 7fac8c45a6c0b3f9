"""What was chosen, and the evidence: the immutable ``Basis``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating, Modular
from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.analysis.certificate import certify
from invgen.compiler.analysis.dependence import RankStatement, relation
from invgen.compiler.analysis.relations import Relation
from invgen.compiler.basis_files import FORMAT, checksum, read_checked
from invgen.compiler.candidates.family import CandidateEvaluator, Family, family_of
from invgen.compiler.kernels.lower import lower
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.notebook import basis_html, basis_latex
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.flexibility import Flexibility, flexibility
from invgen.compiler.selection.flexible import shortfall
from invgen.compiler.selection.langbein import Progress
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import UNLIMITED, Setting
from invgen.compiler.selection.sites import SITES, Site
from invgen.errors import BasisFileError
from invgen.files import write_text
from invgen.replay.certificate import Certificate
from invgen.spec import BasisSpec

SECOND_PRIME = modular.prime_below(modular.DEFAULT_PRIME)


@dataclass(frozen=True)
class Verification:
    """The outcome of running a selection again elsewhere; true in a condition when everything agreed."""

    prime: int
    seed: str
    problems: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.problems

    def __str__(self) -> str:
        where = f"modulo {self.prime} at the witness of seed {self.seed!r}"
        return f"verified {where}" if self else f"NOT verified {where}: " + "; ".join(self.problems)


@dataclass(frozen=True)
class Basis:
    """An ordered set of invariants chosen for a spec, with the evidence for it.

    Invariants are ``Contraction`` in the family ``cartesian`` and ``Coupling`` in the family ``ace``.
    ``len(basis)``, ``basis.labels`` and iteration give the invariants; ``print(basis)`` shows the decision.
    """

    spec: BasisSpec
    invariants: tuple[Any, ...]
    evidence: Evidence

    FILE: ClassVar[str] = "basis.json"
    covariant_rank: ClassVar[int | None] = None

    def __len__(self) -> int:
        return len(self.invariants)

    def __getitem__(self, index: int) -> Any:
        return self.invariants[index]

    def __repr__(self) -> str:
        return f"Basis({self.id}, {len(self)} invariants of {self.components} components, rank {self.evidence.rank})"

    def __iter__(self) -> Iterator[Any]:
        return iter(self.invariants)

    def _repr_html_(self) -> str:
        return basis_html(self.spec, self.invariants, self.reach, str(self.evidence))

    def _repr_latex_(self) -> str:
        return basis_latex(self.spec, self.invariants)

    @property
    def id(self) -> str:
        """The id of the spec."""
        return self.spec.id

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every invariant; each alone rebuilds it."""
        return tuple(c.label for c in self.invariants)

    @property
    def family(self) -> Family:
        """The family of the candidates."""
        return family_of(self.spec)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The tensors ``(species, n, rank)`` in component order, each with 2 rank + 1 components.

        Family ``ace``: those that occur in any candidate of the spec, ascending, real harmonics m = -l..l inside.
        Family ``cartesian``: n = number + 1, rank by rank, reduced Cartesian components inside.
        """
        return self.family.channels(self.spec)

    @property
    def components(self) -> int:
        """Width of the arrays that the basis takes."""
        return components_of(self.channels)

    def evaluate(self, x: np.ndarray) -> np.ndarray:
        """The invariants by direct contraction, the reference of every kernel.

        x
            Shape ``(..., components)``, floating, tensors in the order of ``channels``.

        Returns shape ``(..., invariants)``, float64. Raises ``ValueError`` or ``TypeError`` for a wrong width or type.
        """
        evaluator, lead = self._evaluator(x)
        columns = [evaluator.values(c) for c in self.invariants]
        return np.stack(columns, axis=-1).reshape(*lead, len(self)) if columns else np.zeros((*lead, 0))

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Derivatives of the invariants by the components: ``(..., components) -> (..., invariants, components)``."""
        evaluator, lead = self._evaluator(x)
        rows = [evaluator.values_and_gradients(c)[1] for c in self.invariants]
        shape = (*lead, len(self), self.components)
        return np.stack(rows, axis=-2).reshape(shape) if rows else np.zeros(shape)

    def _evaluator(self, x: np.ndarray) -> tuple[CandidateEvaluator, tuple[int, ...]]:
        x = np.asarray(x)
        if not np.issubdtype(x.dtype, np.floating):
            raise TypeError(f"{self.id} takes floating-point components, got {x.dtype}; convert with x.astype(float)")
        if x.ndim == 0 or x.shape[-1] != self.components:
            raise ValueError(
                f"{self.id} takes {self.components} components on the last axis, got an array of shape {x.shape}"
            )
        return self.family.evaluator(self.spec, x.reshape(-1, self.components), Floating()), x.shape[:-1]

    def flexibility(self, sites: Iterable[Site] = SITES) -> Flexibility:
        """The rank of the basis at symmetric sites and where tensors vanish, beside the rank that is attainable there.

        sites
            Those of ``selection.sites`` by default, or sites of your own.

        Raises ``SpecError`` for pseudo-scalars.
        """
        return flexibility(self.spec, self.invariants, sites)

    def sympy(self, i: int) -> Any:
        """Invariant ``i`` as a SymPy polynomial in the components: symbols ``Q_xy``, ``A_n_l_m`` or ``A_z_n_l_m``."""
        return self.family.sympy(self.spec, self.invariants[i])

    def latex(self, i: int) -> str:
        """Invariant ``i`` in LaTeX: an index contraction, or a coupling tree."""
        return self.family.latex(self.spec, self.invariants[i])

    def verify(self, prime: int = SECOND_PRIME, seed: str = "verify") -> Verification:
        """Runs the whole selection again with another prime, witness and configurations, and compares.

        Checks that the same invariants are kept, that rank, bound and vanishing patterns are those of the evidence, and
        that the recorded prime, witness and pivots do certify the recorded rank.
        Raises ``ValueError`` if ``prime`` is no prime between 2^20 and 2^31.
        """
        modular.check_prime(prime)
        chosen, evidence = select(self.spec, Setting(prime, seed, UNLIMITED, rounds=self.evidence.searched))
        problems = self._certificate_problems()
        if tuple(c.label for c in chosen) != self.labels:
            changed = sorted({c.label for c in chosen} ^ set(self.labels))
            problems.append(f"the selection keeps other invariants; different: {', '.join(changed) or 'their order'}")
        for name in (
            "rank",
            "bound",
            "attainable",
            "size_complete",
            "candidates",
            "candidates_per_order",
            "kept_per_order",
            "patterns",
            "counts",
            "ring",
            "sites",
            "float_agrees",
            "costs",
        ):
            here, there = getattr(self.evidence, name), getattr(evidence, name)
            if here != there:
                problems.append(f"{name} is {there}, the evidence says {here}")
        return Verification(prime, seed, tuple(problems))

    def _certificate_problems(self) -> list[str]:
        """What the recorded prime, witness and pivots fail to prove, by elimination at the recorded point."""
        evidence = self.evidence
        try:
            echelon = modular.Echelon(self.components, evidence.prime)
            evaluator = self.family.evaluator(self.spec, np.array([evidence.witness]), Modular(evidence.prime))
        except ValueError as error:
            return [f"the recorded certificate cannot be evaluated: {error}"]
        for c in self.invariants:
            echelon.add(evaluator.values_and_gradients(c)[1][0])
        problems = []
        if echelon.rank != evidence.rank:
            problems.append(f"the rank at the recorded witness is {echelon.rank}, the evidence says {evidence.rank}")
        if self.spec.objective not in ("linear", "generators") and tuple(echelon.pivots) != evidence.pivots:
            problems.append(f"the pivots at the recorded witness are {echelon.pivots}, not {list(evidence.pivots)}")
        return problems

    def certificate(self, seed: str = "", progress: Progress | None = None) -> Certificate:
        """What is proven of this basis, with primes, integer points and pivots; ``str`` of it is the file.

        ``invgen.replay.check.replay`` checks the text without this package's generator. Raises ``SelectionError`` if
        running the selection again gives another basis.
        """
        return certify(self, seed, progress)

    def relation(
        self, candidate: Any, max_order: int | None = None, progress: Progress | None = None
    ) -> Relation | RankStatement:
        """How a candidate, or a label, depends on the invariants of this basis.

        Returns the polynomial relation of lowest order up to ``max_order`` (by default three times the candidate's,
        at least 8), proven by expansion, or a statement about ranks where none is found. A member of the basis is
        compared with the others.
        """
        return relation(self, candidate, max_order, progress)

    def to_json(self) -> dict[str, Any]:
        """The content of ``basis.json`` with its checksum."""
        body = {
            "format": FORMAT,
            "id": self.id,
            "spec": self.spec.to_json(),
            "labels": list(self.labels),
            "evidence": self.evidence.to_json(),
        }
        return {**body, "sha256": checksum(body)}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file's content: equal bases have equal digests on every machine."""
        return str(self.to_json()["sha256"])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes ``basis.json`` into a folder, or a path that ends in ``.json``, atomically; returns the path."""
        target = Path(path)
        if target.suffix != ".json":
            target = target / self.FILE
        return write_text(target, json.dumps(self.to_json(), indent=1) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Basis:
        """The basis of a file, or of a folder that holds ``basis.json``.

        Raises ``FileNotFoundError``, or ``BasisFileError`` for a file that is truncated, edited, or of another format.
        """
        data, source = read_checked(path, cls.FILE)
        try:
            spec = BasisSpec.from_json(data["spec"])
            family = family_of(spec)
            invariants = tuple(family.from_label(label) for label in data["labels"])
            known = set(family.channels(spec))
            if foreign := [c.label for c in invariants if not known.issuperset(c.content)]:
                raise ValueError(f"labels {', '.join(foreign)} name tensors that are not in the specification")
            return cls(spec, invariants, Evidence.from_json(data["evidence"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BasisFileError(f"{source} cannot be read ({error}); generate the basis again") from error

    def value_kernel(self) -> Kernel:
        """The program that computes the invariants, see ``kernels.lower``."""
        return lower(self)

    def emitted_folder(self, backends: tuple[str, ...]) -> Path:
        """A folder with emitted sources of this basis: the shipped one if it is the same, else one in the cache."""
        from invgen.compiler.emission import emitted_folder

        return emitted_folder(self, backends)

    @property
    def reach(self) -> str:
        """One line: the size of the set, and the rank that it reaches of what can be reached."""
        return f"{self.id}: {len(self)} invariants of {self.components} components, {self.evidence.reach}"

    def __str__(self) -> str:
        patterns = ((p.ranks, p.rank, p.bound) for p in self.evidence.patterns)
        if short := shortfall(self.spec, patterns):
            short += f" (the complete flexible set has {self.evidence.size_complete})"
        return "\n".join(line for line in (self.reach, short, str(self.evidence)) if line)
