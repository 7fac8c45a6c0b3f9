"""The forwards that ``invgen.hippynn`` gives to hippynn's modules.

With the sensitivities s, the tensors T of directions and the features z, hippynn sums s T z over the pairs of an atom
and multiplies by V afterwards. Here the product with V is taken first, once for every atom, and pairs are summed by
``invgen::pair_sum``, without an array that has axes (pair, sensitivity, feature):

    E_ica = Σ_j T_c(r̂_ij) Σ_ν s_ν(r_ij) M_jνa,    M_jνa = Σ_b V_νab z_jb

which is the same number to round-off. Pairs may come in any order: they are counted, not sorted, in each sum.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from invgen.nn.harmonics import TensorHarmonics
from invgen.nn.invariants import Invariants
from invgen.potentials.hippynn_weights import invariant_order
from invgen.runtime.operators import normalise, pairs, pairs_torch, sensitivities

BASES = {(2, 2): "l2-n3", (2, 3): "l2-n3", (2, 4): "l2-n4", (3, 2): "l3-n3", (3, 3): "l3-n3", (3, 4): "l3-n4"}
"""Shipped flexible bases that hold hippynn's invariants of (l_max, n_max), maybe among others. Where l_max is 0 or 1,
there are two invariants at most, and hippynn's own statements serve."""
MOST_SPECIES = 120
"""Features of more columns are not looked at for being one-hot."""


class Forward:
    """The forward of one of hippynn's modules, an attribute of it, which ``nn.Module`` calls in place of its class's.

    Copies of the module are patched, too. A pickle holds the module as hippynn knows it, so that it can be read where
    this package is not installed; except for ``own`` forwards, of which hippynn has none.
    """

    own = False

    def __init__(self, module: Any) -> None:
        self.module = module

    def place(self) -> None:
        """Make it the forward of the module."""
        self.module.forward = self

    def remove(self) -> None:
        """Leave the module as it was."""
        vars(self.module).pop("forward", None)

    def runs_on(self, x: Tensor) -> bool:
        """Whether the operators of this package compute with a tensor: float32 or float64 on the CPU."""
        return x.device.type == "cpu" and x.dtype in pairs.DTYPES

    def plain(self, *inputs: Tensor) -> Any:
        """hippynn's own forward."""
        return type(self.module).forward(self.module, *inputs)

    def __deepcopy__(self, memo: dict[int, Any]) -> Forward:
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        vars(twin).update({name: deepcopy(value, memo) for name, value in vars(self).items()})
        return twin

    def __reduce_ex__(self, protocol: Any) -> Any:
        return super().__reduce_ex__(protocol) if self.own else (getattr, (self.module, "forward"))


class ScalarForward(Forward):
    """``InteractLayer``: z' = E^0 + W z + b."""

    ranks: tuple[int, ...] = (0,)

    def __init__(self, module: Any) -> None:
        super().__init__(module)
        self.harmonics = TensorHarmonics(self.ranks, "auto")

    def __call__(self, features: Tensor, first: Tensor, second: Tensor, distance: Tensor, *more: Tensor) -> Tensor:
        """features (atoms, inputs), first, second, distance (pairs,) Å, what ``directed`` takes -> (atoms, outputs)."""
        if not self.own and not self.runs_on(features):
            return self.plain(features, first, second, distance, *more)
        tensors = self._tensors(features, first, second, distance, self.directed(distance, *more))
        return self.combine(tensors) + self.module.selfint(features)

    def directed(self, distance: Tensor, *more: Tensor) -> Tensor:
        """T (pairs, components) from nothing, or from vectors (pairs, 3) Å."""
        if not more:
            return distance.new_ones(len(distance), 1)
        return self.harmonics(more[0] / distance.unsqueeze(1))

    def combine(self, tensors: Tensor) -> Tensor:
        """(atoms, components, outputs) -> (atoms, outputs)."""
        return tensors[:, 0]

    def _tensors(self, features: Tensor, first: Tensor, second: Tensor, distance: Tensor, directed: Tensor) -> Tensor:
        """E (atoms, components, outputs). One-hot features need no product: M has a row for each species."""
        weight, species = self.module.int_weights, positions_of_ones(features)
        if species is None:
            messages, rows = (features @ weight.flatten(0, 1).T).view(-1, *weight.shape[:2]), second
        else:
            messages, rows = weight.permute(2, 0, 1), species.index_select(0, second)
        if self.runs_on(features):
            radial = compiled_sensitivities(self.module.sensitivity, distance)
            return pairs.VALUE(radial, directed, messages, first, rows, len(features))
        return pairs_torch.value(self.module.sensitivity(distance), directed, messages, first, rows, len(features))


class VectorForward(ScalarForward):
    """``InteractLayerVec``: t_1 sqrt(|E^1|² + ε) besides."""

    ranks: tuple[int, ...] = (0, 1)

    def combine(self, tensors: Tensor) -> Tensor:
        norm = tensors[:, 1:4].square().sum(1) + self.module.cusp_reg
        return tensors[:, 0] + norm.sqrt() * self.module.vecscales


class QuadrupoleForward(VectorForward):
    """``InteractLayerQuad``: t_2 sqrt(|E^2|² + ε) besides."""

    ranks: tuple[int, ...] = (0, 1, 2)

    def combine(self, tensors: Tensor) -> Tensor:
        reduced = tensors[:, 4:9]
        norm = 2.0 * (reduced.square().sum(1) + reduced[:, 0] * reduced[:, 3]) + self.module.cusp_reg
        return super().combine(tensors) + norm.sqrt() * self.module.quadscales


class InvariantForward(ScalarForward):
    """``HOPInteractionLayer``: invariants of the tensors of every feature, normalised over the features and mixed."""

    def __init__(self, module: Any) -> None:
        super().__init__(module)
        l_max, n_max = module.invars.l_max, module.invars.n_max
        self.invariants: nn.Module | None = None
        self.order: Tensor | None = None
        if (l_max, n_max) in BASES:
            self.invariants = Invariants(f"cartesian-{BASES[l_max, n_max]}-flexible")
            self.order = torch.tensor(invariant_order(tuple(self.invariants.labels), module.n_invariants, l_max))

    def directed(self, distance: Tensor, *more: Tensor) -> Tensor:
        """What the network's extractor made, (pairs, components)."""
        return more[0]

    def combine(self, tensors: Tensor) -> Tensor:
        norm = self.module.group_norm
        mixing = self._ordered(self.module.mixing_weights.transpose(0, 1)).flatten(0, 1)
        values = self._values(tensors)
        if norm is None:
            return values.flatten(1) @ mixing
        weight, bias = (self._ordered(p.view(-1, tensors.shape[2])).flatten() for p in (norm.weight, norm.bias))
        if self.runs_on(values):
            normal, _ = normalise.VALUE(values, norm.eps)
        else:
            normal = nn.functional.group_norm(values.flatten(1), values.shape[1], eps=norm.eps)
        return torch.addmm(bias @ mixing, normal.flatten(1), weight.unsqueeze(1) * mixing)

    def _values(self, tensors: Tensor) -> Tensor:
        """(atoms, invariants, outputs), in the order of our basis where there is one."""
        if self.invariants is not None:
            return self.invariants(tensors)
        of_features = self.module.invars(tensors.transpose(1, 2).flatten(0, 1))
        return of_features.view(len(tensors), tensors.shape[2], -1).transpose(1, 2).contiguous()

    def _ordered(self, rows: Tensor) -> Tensor:
        """hippynn's rows (invariants, ...) for each of our invariants; zeros for one that hippynn has not got."""
        if self.order is None:
            return rows
        if len(self.order) > len(rows):
            rows = torch.cat([rows, rows.new_zeros(1, *rows.shape[1:])])
        return rows.index_select(0, self.order)


class BasisForward(InvariantForward):
    """``HOPInteractionLayer`` with the invariants of any basis; mixing and normalisation are made anew for them."""

    own = True

    def __init__(self, module: Any, invariants: Invariants) -> None:
        Forward.__init__(self, module)
        self.invariants, self.order, self.size = invariants, None, invariants.size
        self.before = {name: getattr(module, name) for name in ("n_invariants", "mixing_weights", "group_norm")}

    def place(self) -> None:
        module, old, size = self.module, self.module.mixing_weights, self.size
        mixing = nn.Parameter(old.new_empty(old.shape[0], size, old.shape[2]))
        nn.init.xavier_normal_(mixing)
        module.n_invariants, module.mixing_weights = size, mixing
        if module.group_norm is not None:
            module.group_norm = nn.GroupNorm(size, size * old.shape[0], eps=module.group_norm.eps).to(old)
        super().place()

    def remove(self) -> None:
        super().remove()
        for name, value in self.before.items():
            setattr(self.module, name, value)


class ExtractorForward(Forward):
    """``TensorExtractor`` of the ranks of any basis."""

    own = True

    def __init__(self, module: Any, ranks: tuple[int, ...]) -> None:
        super().__init__(module)
        self.harmonics = TensorHarmonics(ranks, "auto")

    def __call__(self, directions: Tensor) -> list[Tensor]:
        """(pairs, 3) unit vectors -> all tensors (pairs, components) as one."""
        return [self.harmonics.to(directions.device)(directions)]


def positions_of_ones(features: Tensor) -> Tensor | None:
    """(atoms,) where each row has its one, if the rows are one-hot and no derivative by them is wanted."""
    if features.requires_grad or not 0 < features.shape[1] <= MOST_SPECIES:
        return None
    of_two = bool(((features == 0) | (features == 1)).all())
    return features.argmax(1) if of_two and bool((features.sum(1) == 1).all()) else None


def compiled_sensitivities(module: Any, distance: Tensor) -> Tensor:
    """Sensitivities (pairs, sensitivities) of one of hippynn's modules, with its warning of low distances.

    Those in 1/r with its cosine run compiled, others as they are.
    """
    from hippynn import settings
    from hippynn.layers.hiplayers import CosCutoff, InverseSensitivityModule
    from hippynn.layers.hiplayers.sensitivity import warn_if_under

    if type(module) is not InverseSensitivityModule or type(module.cutoff) is not CosCutoff:
        return module(distance)
    center, width = module.mu.reciprocal().squeeze(0), module.sigma.squeeze(0)
    if settings.WARN_LOW_DISTANCES:
        with torch.no_grad():
            nearest = center.argmax()
            warn_if_under(distance, (center[nearest] - width[nearest].reciprocal()).reciprocal())
    return sensitivities.VALUE(distance, center, width, float(module.hard_max_dist))
