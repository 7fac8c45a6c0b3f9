"""A network of the HIP family from the weights of a trained hippynn graph, tensor by tensor.

Both compute the same function, so the result agrees to round-off. Energies come out in the units hippynn was trained
in (often kcal/mol), lengths are Å. hippynn itself is not needed: its state dict is a mapping of names to tensors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import permutations
from typing import Any

import torch

from invgen.data.errors import DataError
from invgen.nn.interaction import CUSP, GROUP_NORM_EPSILON, InvariantInteraction, TensorSensitivityInteraction
from invgen.nn.network import HipHopNN, HipNN, HipNNTS, Network
from invgen.potentials.saved import set_constants

INVARIANTS: tuple[tuple[str, int, int], ...] = (
    ("0", 0, 1),
    ("1a.1a", 1, 2),
    ("2ab.2ab", 2, 2),
    ("2ab.2bc.2ca", 2, 3),
    ("3abc.3abc", 3, 2),
    ("3abc.3abd.3efc.3efd", 3, 4),
    ("1a.2ab.1b", 2, 3),
    ("1a.2ab.2bc.1c", 2, 4),
    ("1a.1b.1c.3abc", 3, 4),
    ("1a.3abc.3bcd.1d", 3, 4),
    ("2ab.3acd.3bcd", 3, 3),
    ("2ab.2bc.3ade.3cde", 3, 4),
    ("2ab.3abc.3cde.2de", 3, 4),
)
"""hippynn's invariants in its order: contraction, lowest l_max, lowest n_max that has it."""

State = Mapping[str, torch.Tensor]


def hippynn_model(
    state: State,
    cutoff: float,
    basis: Any = "cartesian-l3-n4-flexible",
    *,
    cusp: float = CUSP,
    group_norm_epsilon: float = GROUP_NORM_EPSILON,
    backend: str = "auto",
) -> Network:
    """The float64 network that equals the hippynn graph with this state dict.

    cutoff
        Å: hippynn's ``dist_hard_max``, which its state dict does not hold.
    cusp, group_norm_epsilon
        Numbers without unit that it does not hold either: hippynn's ``cusp_reg``, and ``eps`` of its group norm.
    backend
        As in ``invgen.nn.HipHopNN``.
    basis
        For HIP-HOP-NN: a basis with hippynn's invariants of that l_max and n_max, in any order. Others, such as the
        eighth of the flexible basis of (3,3), have no weight in the network.

    Raises ``DataError`` when names are missing, invariants differ, or a layer has no counterpart here.
    """
    prefix = _prefix(state, r"(.*)blocks\.0\.0\.base_layer\.int_weights", "interaction weights")
    readout = _prefix(state, r"(.*)layers\.1\.bias", "hierarchical energies")
    encoder = _prefix(state, r"(.*)species_map", "a species encoder")
    blocks = 1 + max(
        int(n.removeprefix(f"{prefix}blocks.").split(".")[0]) for n in state if n.startswith(prefix + "bl")
    )
    layers = len([n for n in state if re.fullmatch(re.escape(prefix) + r"blocks\.0\.\d+\.res_layer\.bias", n)])
    weights = state[f"{prefix}blocks.0.0.base_layer.int_weights"]
    arguments = {
        "species": _species(state[f"{encoder}species_map"]),
        "features": weights.shape[1],
        "sensitivities": weights.shape[0],
        "cutoff": cutoff,
        "interactions": blocks,
        "atom_layers": layers - 1,
    }
    model = _empty_model(state, f"{prefix}blocks.0.0.base_layer.", arguments, basis, backend).double()
    set_constants(model, cusp, group_norm_epsilon)
    with torch.no_grad():
        for index, block in enumerate(model.blocks):
            _copy_interaction(block.interaction.layer, state, f"{prefix}blocks.{index}.0.base_layer.")
            for position, residual in enumerate([block.interaction, *block.atom_layers]):
                _copy_residual(residual, state, f"{prefix}blocks.{index}.{position}.", first=position == 0)
            _copy_linear(model.energy_layers[index], state, f"{readout}layers.{index + 1}.")
        model.species_energies.set(state[f"{readout}layers.0.weight"][0].double())
    return model.eval()


def _prefix(state: State, pattern: str, what: str) -> str:
    found = [m.group(1) for m in (re.fullmatch(pattern, name) for name in state) if m]
    if len(found) != 1:
        raise DataError(f"the state dict has {len(found)} places for {what}, needs one named like {pattern}")
    return found[0]


def _species(species_map: torch.Tensor) -> tuple[int, ...]:
    positions = {int(p): z for z, p in enumerate(species_map.tolist()) if p > 0}
    return tuple(positions[p] for p in sorted(positions))


def _empty_model(state: State, layer: str, arguments: dict[str, Any], basis: Any, backend: str) -> Network:
    if f"{layer}mixing_weights" in state:
        if f"{layer}group_norm.weight" not in state:
            raise DataError("this HIP-HOP-NN was trained without group norm, which HipHopNN always has")
        return HipHopNN(basis, backend=backend, **arguments)
    if f"{layer}vecscales" in state:
        return HipNNTS(l_max=2 if f"{layer}quadscales" in state else 1, backend=backend, **arguments)
    return HipNN(backend=backend, **arguments)


def _copy_interaction(layer: torch.nn.Module, state: State, name: str) -> None:
    layer.environment.weight.copy_(state[f"{name}int_weights"])
    layer.environment.sensitivity.mu.copy_(state[f"{name}sensitivity.mu"][0])
    layer.environment.sensitivity.sigma.copy_(state[f"{name}sensitivity.sigma"][0])
    _copy_linear(layer.self_interaction, state, f"{name}selfint.")
    if isinstance(layer, TensorSensitivityInteraction):
        scales = [state[f"{name}{scale}"] for scale in ("vecscales", "quadscales")[: layer.l_max]]
        layer.scales.copy_(torch.stack(scales))
    if isinstance(layer, InvariantInteraction):
        mixing = state[f"{name}mixing_weights"]
        count, width = layer.invariants.size, mixing.shape[0]
        order = invariant_order(tuple(layer.invariants.labels), mixing.shape[1], max(layer.invariants.ranks))
        weights = torch.nn.functional.pad(mixing, (0, 0, 0, 1))[:, order]
        layer.mixing.copy_(weights.transpose(0, 1).reshape(count * width, width))
        for parameter in ("weight", "bias"):
            rows = state[f"{name}group_norm.{parameter}"].view(mixing.shape[1], width)
            rows = torch.nn.functional.pad(rows, (0, 0, 0, 1))[order]
            getattr(layer.normalisation, parameter).copy_(rows.reshape(-1))


def _copy_residual(residual: torch.nn.Module, state: State, name: str, first: bool) -> None:
    _copy_linear(residual.output, state, f"{name}res_layer.")
    if not first:
        _copy_linear(residual.layer, state, f"{name}base_layer.")
    if f"{name}adjust_layer.weight" in state:
        residual.adjust.weight.copy_(state[f"{name}adjust_layer.weight"])


def _copy_linear(linear: torch.nn.Linear, state: State, name: str) -> None:
    linear.weight.copy_(state[f"{name}weight"])
    linear.bias.copy_(state[f"{name}bias"])


def invariant_order(labels: tuple[str, ...], count: int, l_max: int) -> list[int]:
    """For each of our invariants (by label), its position among hippynn's ``count`` invariants up to ``l_max``.

    The position of those that hippynn has not got is ``count``. Raises ``DataError`` when ours lack one of hippynn's.
    """
    for n_max in (1, 2, 3, 4):
        theirs = [canonical(label) for label, rank, order in INVARIANTS if rank <= l_max and order <= n_max]
        if len(theirs) == count:
            break
    ours = [canonical(label) for label in labels]
    if len(theirs) != count or not set(theirs) <= set(ours):
        raise DataError(
            f"hippynn's {count} invariants up to rank {l_max} are not those of the basis {list(labels)}; "
            "give the flexible basis of the l_max and n_max the network was trained with"
        )
    return [theirs.index(form) if form in theirs else len(theirs) for form in ours]


def canonical(label: str) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Ranks and bond matrix of a contraction such as ``1a.2ab.1b``, the same for every way to write it."""
    factors = [re.fullmatch(r"(\d+)([a-zA-Z]*)", text) for text in label.split(".")]
    if any(f is None or int(f[1]) != len(f[2]) for f in factors):
        raise DataError(f"label {label!r} is no contraction of single-channel tensors, such as 1a.2ab.1b")
    parts = [(int(f[1]), f[2]) for f in factors if f is not None]
    forms = []
    for order in permutations(parts):
        rows = [[len(set(a) & set(b)) * (i != j) for j, (_, b) in enumerate(order)] for i, (_, a) in enumerate(order)]
        bonds = tuple(map(tuple, rows))
        forms.append((tuple(rank for rank, _ in order), bonds))
    return min(forms)
