"""What was chosen among covariants, and the evidence: the immutable ``CovariantBasis``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from invgen.compiler.algebra import modular
from invgen.compiler.algebra.arithmetic import Floating
from invgen.compiler.algebra.channels import Channel, components_of
from invgen.compiler.basis import SECOND_PRIME, Verification
from invgen.compiler.basis_files import FORMAT, checksum, read_checked
from invgen.compiler.candidates.covariants import CovariantEvaluator, covariants_of
from invgen.compiler.kernels.covariants import lower_covariants
from invgen.compiler.kernels.program import Kernel
from invgen.compiler.selection.covariants import check, select
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.setting import UNLIMITED, Setting
from invgen.errors import BasisFileError
from invgen.files import write_text
from invgen.markup import Markup, block, code, table
from invgen.markup.mathml import mathml
from invgen.spec import BasisSpec


@dataclass(frozen=True)
class CovariantBasis:
    """An ordered set of covariants of one rank, chosen for a spec, with the evidence for it.

    spec
        Of the tensors that they are made of; n_max counts those.
    rank
        Of the covariants: 1 for dipoles, 2 for (traceless) polarisabilities.
    evidence
        ``rank`` and ``bound`` are of the vectors C_1(x)..C_m(x) at a generic x: how many are linearly independent
        there, and how many can be.
    """

    spec: BasisSpec
    rank: int
    covariants: tuple[Any, ...]
    evidence: Evidence

    FILE: ClassVar[str] = "covariants.json"

    def __len__(self) -> int:
        return len(self.covariants)

    def __getitem__(self, index: int) -> Any:
        return self.covariants[index]

    def __repr__(self) -> str:
        return f"CovariantBasis({self.id}, {len(self)} covariants of rank {self.rank})"

    def _repr_html_(self) -> str:
        rows = [(f"C{k}", Markup(mathml(c.latex)), str(c.order), code(c.label)) for k, c in enumerate(self.covariants)]
        return block(repr(self), table(("name", "formula", "order", "label"), rows), str(self.evidence))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.covariants)

    @property
    def id(self) -> str:
        """The id of the spec, and the rank: ``cartesian-l2-n3-independent-rank1``."""
        return f"{self.spec.id}-rank{self.rank}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every covariant; each alone rebuilds it."""
        return tuple(c.label for c in self.covariants)

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """The tensors that they are made of, in component order."""
        return covariants_of(self.spec).channels(self.spec, self.rank)

    @property
    def components(self) -> int:
        """Width of the arrays that the basis takes."""
        return components_of(self.channels)

    def evaluate(self, x: np.ndarray) -> np.ndarray:
        """The covariants by direct contraction, the reference of every kernel.

        x
            Shape ``(..., components)``, floating, tensors in the order of ``channels``.

        Returns shape ``(..., covariants, 2 rank + 1)``, float64, in components of the kind of the tensors': reduced
        Cartesian, or m = -rank..rank of real spherical harmonics. Raises ``ValueError`` or ``TypeError`` for a wrong
        width or type.
        """
        shape = (*np.shape(x)[:-1], len(self), 2 * self.rank + 1)
        evaluator = self._evaluator(x)
        return evaluator.gradients(self.covariants).reshape(shape) if self.covariants else np.zeros(shape)

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """Derivatives by the components: ``(..., components) -> (..., covariants, 2 rank + 1, components)``."""
        shape = (*np.shape(x)[:-1], len(self), 2 * self.rank + 1, self.components)
        evaluator = self._evaluator(x)
        rows = [evaluator.values_and_gradients(c)[1] for c in self.covariants]
        return np.stack(rows, axis=1).reshape(shape) if rows else np.zeros(shape)

    def _evaluator(self, x: np.ndarray) -> CovariantEvaluator:
        x = np.asarray(x)
        if not np.issubdtype(x.dtype, np.floating):
            raise TypeError(f"{self.id} takes floating-point components, got {x.dtype}; convert with x.astype(float)")
        if x.ndim == 0 or x.shape[-1] != self.components:
            raise ValueError(
                f"{self.id} takes {self.components} components on the last axis, got an array of shape {x.shape}"
            )
        points = x.reshape(int(np.prod(x.shape[:-1])), self.components).astype(np.float64)
        return covariants_of(self.spec).evaluator(self.channels, self.rank, points, Floating())

    def verify(self, prime: int = SECOND_PRIME, seed: str = "verify") -> Verification:
        """Runs the whole selection again with another prime, witness and configurations, and compares.

        Raises ``ValueError`` if ``prime`` is no prime between 2^20 and 2^31.
        """
        modular.check_prime(prime)
        chosen, evidence = select(self.spec, self.rank, Setting(prime, seed, UNLIMITED))
        problems = []
        if tuple(c.label for c in chosen) != self.labels:
            problems.append(f"the selection keeps other covariants: {', '.join(c.label for c in chosen)}")
        for name in ("rank", "bound", "candidates", "kept_per_order", "counts", "ring", "float_agrees"):
            here, there = getattr(self.evidence, name), getattr(evidence, name)
            if here != there:
                problems.append(f"{name} is {there}, the evidence says {here}")
        return Verification(prime, seed, tuple(problems))

    def to_json(self) -> dict[str, Any]:
        """The content of ``covariants.json`` with its checksum."""
        body = {
            "format": FORMAT,
            "id": self.id,
            "spec": self.spec.to_json(),
            "rank": self.rank,
            "labels": list(self.labels),
            "evidence": self.evidence.to_json(),
        }
        return {**body, "sha256": checksum(body)}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file's content: equal bases have equal digests on every machine."""
        return str(self.to_json()["sha256"])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes ``covariants.json`` into a folder, or a path that ends in ``.json``, atomically; returns the path."""
        target = Path(path)
        if target.suffix != ".json":
            target = target / self.FILE
        return write_text(target, json.dumps(self.to_json(), indent=1) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> CovariantBasis:
        """The basis of a file, or of a folder that holds ``covariants.json``.

        Raises ``FileNotFoundError``, or ``BasisFileError`` for a file that is truncated, edited, or of another format.
        """
        data, source = read_checked(path, cls.FILE)
        try:
            spec, rank = BasisSpec.from_json(data["spec"]), data["rank"]
            check(spec, rank)
            covariants = tuple(map(covariants_of(spec).from_label, data["labels"]))
            known = set(covariants_of(spec).channels(spec, rank))
            if foreign := [c.label for c in covariants if c.rank != rank or not known.issuperset(c.content)]:
                raise ValueError(f"labels {', '.join(foreign)} are not of rank {rank} and of the specified tensors")
            return cls(spec, rank, covariants, Evidence.from_json(data["evidence"]))
        except (AttributeError, KeyError, StopIteration, TypeError, ValueError) as error:
            raise BasisFileError(f"{source} cannot be read ({error}); generate the basis again") from error

    @property
    def covariant_rank(self) -> int:
        """The rank, where bases of invariants have none."""
        return self.rank

    def value_kernel(self) -> Kernel:
        """The program that computes the covariants, component after component of each."""
        return lower_covariants(self.spec, self.covariants, self.channels, self.rank)

    def emitted_folder(self, backends: tuple[str, ...]) -> Path:
        """A folder with emitted sources of this basis in the cache."""
        from invgen.compiler.emission import emitted_folder

        return emitted_folder(self, backends)

    def __str__(self) -> str:
        listed = "\n".join(f"C{k}: {c.text}" for k, c in enumerate(self.covariants))
        size = f"{len(self)} covariants of rank {self.rank}, made of {self.components} components"
        return "\n".join(part for part in (f"{self.id}: {size}", str(self.evidence), listed) if part)
