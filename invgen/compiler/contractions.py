"""Symmetric contractions as equivariant networks have them: all covariants of one set of tensors, weighted.

    y_LM = sum_p w_p C_p,LM(A),        A = (A_lm), one tensor of every rank, each of parity (-1)^l

C_p are all linearly independent covariants of parity (-1)^L and of correlation orders up to a limit, as many as the
characters say. Networks often use couplings of an ordered product instead, which are dependent after symmetrisation;
``coordinates`` finds what such couplings are made of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement, pairwise
from pathlib import Path

import numpy as np

from invgen.compiler.algebra.channels import Channel, channel_slices, components_of
from invgen.compiler.algebra.characters import count_covariants, count_order
from invgen.compiler.candidates.ace.chains import tensor_terms
from invgen.compiler.candidates.ace.covariants import Covariant, covariants_of
from invgen.compiler.emission import with_derivatives
from invgen.compiler.emitters import USUAL, emit_folder
from invgen.compiler.kernels.ace.contraction import lower_contraction
from invgen.compiler.kernels.program import Kernel
from invgen.emitted.folder import FORMAT, open_folder
from invgen.errors import SpecError
from invgen.resources import cache_folder
from invgen.version import __version__

Output = tuple[int, int]
"""Rank of an output, and the highest correlation order of what it is made of."""


@dataclass(frozen=True)
class Contraction:
    """Which contraction: ``ranks`` of the tensors, ascending, and the ``outputs``.

    Components of a tensor and of an output are m = -l..l of real spherical harmonics, in the convention of the tensors
    (sphericart's or e3nn's: covariants commute with the rotation between them).

    Raises ``SpecError`` for ranks that do not ascend, and for an output that no product of the tensors makes.
    """

    ranks: tuple[int, ...]
    outputs: tuple[Output, ...]

    def __post_init__(self) -> None:
        if not self.ranks or any(a >= b for a, b in pairwise(self.ranks)) or self.ranks[0] < 0:
            raise SpecError(f"the ranks of a contraction must ascend from 0, each once, got {self.ranks}")
        if not self.outputs:
            raise SpecError("a contraction needs at least one output, got none")
        for rank, n_max in self.outputs:
            if n_max < 1 or not sum(self.counts(rank, n_max).values()):
                raise SpecError(
                    f"tensors of ranks {self.ranks} have no covariant of rank {rank} and parity (-1)^{rank} up to "
                    f"order {n_max}; raise the order, or leave this output out"
                )

    @property
    def id(self) -> str:
        """``contraction-l0.1.2.3-o0n3.1n3``: ranks of the tensors, then rank and highest order of each output."""
        outputs = ".".join(f"{rank}n{n_max}" for rank, n_max in self.outputs)
        return f"contraction-l{'.'.join(map(str, self.ranks))}-o{outputs}"

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The tensors in component order."""
        return tuple(Channel(0, 1, rank) for rank in self.ranks)

    @property
    def components(self) -> int:
        """Number of components of all tensors together."""
        return components_of(self.channels)

    def counts(self, rank: int, n_max: int) -> dict[int, int]:
        """Linearly independent covariants of a rank for each order, by characters."""
        return {order: count_order(self.channels, order, rank=rank) for order in range(1, n_max + 1)}

    @cached_property
    def paths(self) -> tuple[tuple[Covariant, ...], ...]:
        """For every output its covariants, by order, then multiset, then ranks of the partial couplings."""
        return tuple(tuple(self._paths(rank, n_max)) for rank, n_max in self.outputs)

    def _paths(self, rank: int, n_max: int) -> Iterator[Covariant]:
        for order in range(1, n_max + 1):
            for content in combinations_with_replacement(self.channels, order):
                if (rank + sum(c.rank for c in content)) % 2 == 0 and count_covariants(content, rank):
                    yield from covariants_of(content, rank)

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every covariant, output after output: one for each weight."""
        return tuple(path.label for paths in self.paths for path in paths)

    def tensor(self, output: int, order: int) -> np.ndarray:
        """The couplings of one order as full symmetric tensors, exact numbers rounded once.

        Returns shape ``(2 L + 1, components, ..., components, paths of this order)`` with ``order`` equal axes: its
        contraction with ``order`` times the components gives the covariants.
        """
        paths = [path for path in self.paths[output] if path.order == order]
        tuples, count = self._monomials(order)
        table = self._table(paths, output, order)
        shape = (len(table), *(self.components,) * order, len(paths))
        return (table / count[:, None])[:, tuples].reshape(shape)

    def coordinates(self, output: int, order: int, couplings: np.ndarray) -> tuple[np.ndarray, float]:
        """What any couplings of an output are made of, once they are symmetrised.

        couplings
            Shape ``(2 L + 1, components, ..., components, columns)``, as ``tensor`` gives them but not symmetric.

        Returns T of shape ``(paths of this order, columns)``, with sum_p tensor_p T_pk equal to the symmetrised column
        k, and the largest deviation from that, relative to the largest entry.
        """
        paths = [path for path in self.paths[output] if path.order == order]
        tuples, count = self._monomials(order)
        first, columns = couplings.shape[0], couplings.shape[-1]
        sorted_tuples = np.argsort(tuples, kind="stable")
        starts = np.concatenate([[0], np.cumsum(count)[:-1]])
        flat = couplings.reshape(first, -1, columns)
        wanted = np.stack([np.add.reduceat(f[sorted_tuples].astype(float), starts, axis=0) for f in flat])
        weight = 1 / np.sqrt(count)[:, None]
        table = (self._table(paths, output, order) * weight).reshape(first * len(count), len(paths))
        wanted = (wanted * weight).reshape(len(table), columns)
        found = np.linalg.lstsq(table, wanted, rcond=None)[0] if paths else np.zeros((0, columns))
        largest = np.abs(wanted).max(initial=0.0)
        return found, float(np.abs(table @ found - wanted).max(initial=0.0) / max(largest, 1e-300))

    def _monomials(self, order: int) -> tuple[np.ndarray, np.ndarray]:
        """For every tuple of components the monomial that it is, numbered, and how many tuples every monomial has."""
        width = self.components
        axes = np.indices((width,) * order).reshape(order, -1)
        keys = _keys(np.sort(axes, axis=0), width)
        _, inverse, count = np.unique(keys, return_inverse=True, return_counts=True)
        return inverse.reshape(-1), count

    def _table(self, paths: list[Covariant], output: int, order: int) -> np.ndarray:
        """Coefficients of the monomials, ``(2 L + 1, monomials, paths)``."""
        width, starts = self.components, {c: s.start + c.rank for c, s in channel_slices(self.channels).items()}
        every = np.array(list(combinations_with_replacement(range(width), order))).T
        keys = _keys(every, width)
        table = np.zeros((2 * self.outputs[output][0] + 1, len(keys), len(paths)))
        for k, path in enumerate(paths):
            orders, coefficients = tensor_terms(path)
            components = np.sort(orders + np.array([starts[c] for c in path.factors]), axis=1)
            table[:, np.searchsorted(keys, _keys(components.T, width)), k] = coefficients.T
        return table

    def value_kernel(self) -> Kernel:
        """The program ``x`` (components, then weights) -> ``y``, see ``kernels.ace.contraction``."""
        return lower_contraction(self.paths, self.channels)

    def emitted_folder(self, backends: tuple[str, ...] = ()) -> Path:
        """A folder in the cache with emitted sources for the usual backends and for ``backends``."""
        digest = hashlib.sha256("\n".join(self.labels).encode()).hexdigest()[:16]
        folder = cache_folder() / f"{self.id}-{digest}-v{__version__}-{FORMAT}"
        wanted = tuple(dict.fromkeys((*USUAL, *backends)))
        if (folder / "manifest.json").is_file() and set(wanted) <= set(open_folder(folder).backends):
            return folder
        return self.emit(folder, wanted)

    def emit(self, into: Path, backends: tuple[str, ...] = USUAL) -> Path:
        """Writes the emitted sources and their manifest into a folder; weights count as components there."""
        return emit_folder(
            into,
            id=self.id,
            kind="contraction",
            kernels=with_derivatives(self.value_kernel()),
            backends=backends,
            metadata={
                "family": "ace",
                "ranks": list(self.ranks),
                "channels": [1] * len(self.ranks),
                "components": self.components + len(self.labels),
                "size": sum(2 * rank + 1 for rank, _ in self.outputs),
                "labels": list(self.labels),
                "outputs": [list(output) for output in self.outputs],
            },
        )


def _keys(components: np.ndarray, width: int) -> np.ndarray:
    """One number for each column of ascending components; they ascend as the columns do."""
    key = np.zeros(components.shape[1:], dtype=np.int64)
    for row in components:
        key = key * width + row
    return key
