"""Loaded MACE models: how many paths they have, and the same models with independent ones.

Nothing but the buffers ``U_matrix_1``, ``U_matrix_2``, ... of a contraction and its weights is read: symmetrised, every
column of U is a combination T of independent covariants, so weights T W on those give the same function.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import Tensor

from invgen.errors import MaceError
from invgen.mace.contraction import SymmetricContraction, transformed

VERSIONS = ("0.3.16",)
"""Of mace-torch whose contraction is known."""
OWN = "mace"
"""As a backend: MACE's own contraction stays, with reduced couplings."""
TOLERANCES = {torch.float32: 1e-5, torch.float64: 1e-10}
"""Largest part of the couplings that may be no covariant: what rounding leaves, with a margin of 100."""


@dataclass(frozen=True)
class Row:
    """Paths of one order to one output of one contraction.

    paths, rank
        How many columns U has, and how many of them are linearly independent once symmetrised.
    independent
        How many covariants there are, by characters.
    """

    module: str
    output: str
    order: int
    paths: int
    rank: int
    independent: int


@dataclass(frozen=True)
class Counts:
    """The paths of a model; prints as a table."""

    rows: tuple[Row, ...]

    @property
    def paths(self) -> int:
        """Of all contractions together, as the model has them."""
        return sum(row.paths for row in self.rows)

    @property
    def independent(self) -> int:
        """Of all contractions together, as many as there are."""
        return sum(row.independent for row in self.rows)

    def __str__(self) -> str:
        head = f"{'contraction':<45} output order  paths  rank  independent"
        lines = [
            f"{row.module:<45} {row.output:>6} {row.order:>5} {row.paths:>6} {row.rank:>5} {row.independent:>12}"
            for row in self.rows
        ]
        return "\n".join([head, *lines, f"{self.paths} paths, {self.independent} independent"])


def count(model: torch.nn.Module) -> Counts:
    """Paths of every contraction of a loaded model, and how many there are by characters.

    Raises what ``reduce`` raises.
    """
    rows = []
    for name, module in contractions(model):
        reduced = _Reduced(name, module)
        for k, part in enumerate(module.contractions):
            rank, n_max = reduced.target.contraction.outputs[k]
            counts = reduced.target.contraction.counts(rank, n_max)
            for order in range(1, n_max + 1):
                table = reduced.coordinates[k][order - 1]
                found = int(np.linalg.matrix_rank(table)) if table.size else 0
                output = reduced.target.irreps_out.names[k]
                paths = _couplings(part, order).shape[-1] * bool(_couplings(part, order).any())
                rows.append(Row(name, output, order, paths, found, counts[order]))
    return Counts(tuple(rows))


def reduce(model: torch.nn.Module, backend: str = "auto") -> torch.nn.Module:
    """A copy of a loaded model whose contractions have independent couplings: the same function, to round-off.

    model
        As ``torch.load`` gives it; or any module with MACE's ``SymmetricContraction`` in it.
    backend
        What runs the contractions, as in ``invgen.load``. With ``"mace"`` they stay MACE's own, with fewer couplings:
        such a model needs no invgen where it runs.

    Raises ``ImportError`` if MACE is not installed, ``MaceError`` for another version of it, for irreps that are not
    known and for couplings that are no covariants.
    """
    contractions(model)
    copied = copy.deepcopy(model, _plain_parameters(model))
    for name, module in contractions(copied):
        reduced = _Reduced(name, module, "auto" if backend == OWN else backend)
        if backend == OWN:
            reduced.write_back()
        else:
            parent, _, attribute = name.rpartition(".")
            setattr(copied.get_submodule(parent), attribute, reduced.filled())
    return copied


def _plain_parameters(model: torch.nn.Module) -> dict[int, torch.nn.Parameter]:
    """What a copy has in place of parameters of MACE's own kind, of orders without a covariant: they refuse copies."""
    special = [p for p in model.parameters() if type(p) is not torch.nn.Parameter]
    return {id(p): torch.nn.Parameter(p.detach().clone(), requires_grad=p.requires_grad) for p in special}


def contractions(model: torch.nn.Module) -> list[tuple[str, Any]]:
    """MACE's contractions in a model, by name; raises ``MaceError`` where there is none."""
    kind = _symmetric_contraction()
    found = [(name, module) for name, module in model.named_modules() if isinstance(module, kind)]
    if not found:
        raise MaceError(
            f"{type(model).__name__} holds no {kind.__module__}.{kind.__name__}; give a model as torch.load gives it "
            "(one that was converted to cuequivariance must be converted back, a scripted one loaded from its source)"
        )
    return found


def _symmetric_contraction() -> type[torch.nn.Module]:
    if find_spec("mace") is None:
        raise ImportError(
            f"invgen.mace reads models of MACE, which is not installed: pip install mace-torch=={VERSIONS[-1]} "
            "(with --no-deps to keep your torch)"
        )
    version = getattr(import_module("mace"), "__version__", "of no version")
    if version not in VERSIONS:
        raise MaceError(
            f"mace-torch {version} is not known to this version of invgen, which reads {', '.join(VERSIONS)}: "
            f"pip install mace-torch=={VERSIONS[-1]}"
        )
    kind: type[torch.nn.Module] = import_module("mace.modules.symmetric_contraction").SymmetricContraction
    return kind


def _couplings(part: Any, order: int) -> Tensor:
    found: Tensor = getattr(part, f"U_matrix_{order}")
    return found


def _weights(part: Any, order: int) -> Tensor:
    """The weights of an order, (elements, paths, features)."""
    found: Tensor = part.weights_max if order == part.correlation else part.weights[part.correlation - order - 1]
    return found


def _tolerance(couplings: Tensor) -> float:
    """That of float32 too for a model that was float32 once: its couplings stay rounded."""
    rounded = bool((couplings.float().to(couplings.dtype) == couplings).all())
    return TOLERANCES[torch.float32 if rounded else couplings.dtype]


class _Reduced:
    """One contraction of MACE's and the independent couplings it is made of.

    coordinates
        For every output and order, from 1 on, the matrix T.
    """

    def __init__(self, name: str, module: Any, backend: str = "auto") -> None:
        self.name, self.module = name, module
        parts = list(module.contractions)
        self.weights = [[_weights(part, n) for n in range(1, part.correlation + 1)] for part in parts]
        like, orders = self.weights[0][0], [part.correlation for part in parts]
        self.target = SymmetricContraction(module.irreps_in, module.irreps_out, orders, len(like), backend=backend)
        self.target.to(like.device, like.dtype).train(module.training)
        self.target.requires_grad_(any(weight.requires_grad for row in self.weights for weight in row))
        self.coordinates = [self._coordinates(k, part) for k, part in enumerate(parts)]

    def _coordinates(self, output: int, part: Any) -> list[np.ndarray]:
        found = []
        for order in range(1, part.correlation + 1):
            couplings = _couplings(part, order)
            table, rest = self.target.coordinates(output, order, couplings)
            if rest > _tolerance(couplings):
                raise MaceError(
                    f"{self.name}: the couplings of order {order} to {self.target.irreps_out.names[output]} are no "
                    f"covariants of {self.module.irreps_in}: {rest:.1e} of them is left; were the buffers changed?"
                )
            found.append(table)
        return found

    def filled(self) -> SymmetricContraction:
        """The module on generated kernels with the weights of the model."""
        self.target.transform_weights(self.coordinates, self.weights)
        return self.target

    def write_back(self) -> None:
        """Fewer couplings, and their weights, into MACE's own module."""
        for output, part in enumerate(self.module.contractions):
            for order, (table, old) in enumerate(zip(self.coordinates[output], self.weights[output], strict=True), 1):
                tensor, couplings = self.target.contraction.tensor(output, order), _couplings(part, order)
                if tensor.shape[-1]:
                    tensor = tensor[0] if couplings.dim() == order + 1 else tensor
                    setattr(part, f"U_matrix_{order}", torch.from_numpy(tensor).to(couplings.device, couplings.dtype))
                    weights = torch.nn.Parameter(transformed(table, old).to(old.dtype), requires_grad=old.requires_grad)
                    _set_weights(part, order, weights)


def _set_weights(part: Any, order: int, weights: torch.nn.Parameter) -> None:
    if order == part.correlation:
        part.weights_max = weights
    else:
        part.weights[part.correlation - order - 1] = weights
