"""A network with one interaction layer for C++: the entries of its data file, and the source that names its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from ase.data import chemical_symbols

from invgen.engines.lammps import LammpsError
from invgen.nn.interaction import InvariantInteraction, ScalarInteraction, TensorSensitivityInteraction
from invgen.nn.network import Network

KIND = "hip"
REALS = {torch.float32: "float", torch.float64: "double"}
ELSEWHERE = "invgen.engines.lammps.fix_external drives it"


@dataclass(frozen=True)
class Parts:
    """Of what a network is made: highest rank of its harmonics, 0 for none; its invariants, ``None`` for none."""

    harmonics: int
    invariants: Any
    norms: bool


def parts_of(network: Any) -> Parts:
    """What has to be compiled. Raises ``LammpsError`` for a model that C++ cannot run."""
    if not isinstance(network, Network) or type(network).forward is not Network.forward:
        raise LammpsError(
            f"a plugin is made of a linear potential or of the file of a network, not of {type(network).__name__}; "
            + ELSEWHERE
        )
    if len(network.blocks) != 1:
        raise LammpsError(
            f"this network has {len(network.blocks)} interaction layers: features of ghost atoms would have to travel "
            f"between processes, which the plugin does not do. It takes networks with one; {ELSEWHERE}"
        )
    if network.dtype not in REALS:
        raise LammpsError(f"the plugin computes in float32 or float64, not in {network.dtype}; {ELSEWHERE}")
    layer = network.blocks[0].interaction.layer
    norms, mixed = (isinstance(layer, kind) for kind in (TensorSensitivityInteraction, InvariantInteraction))
    if not (norms or mixed or type(layer) is ScalarInteraction):
        raise LammpsError(f"the plugin does not know the interaction layer {type(layer).__name__}; {ELSEWHERE}")
    return Parts(max(network.harmonics.ranks), layer.invariants if mixed else None, norms)


def entries(network: Network, kernels: str) -> dict[str, Any]:
    """Everything that ``cpp/hip.hpp`` reads; ``kernels`` names what is compiled."""
    block, (head,) = network.blocks[0], network.energy_layers
    residual, layer = block.interaction, block.interaction.layer
    environment = layer.environment
    _, features, species = environment.weight.shape
    adjust = torch.eye(species) if isinstance(residual.adjust, torch.nn.Identity) else residual.adjust.weight.T
    linear = [residual.output]
    for atom_layer in block.atom_layers:
        linear += [atom_layer.layer, atom_layer.output]
    common = {
        "kind": KIND,
        "elements": [chemical_symbols[z] for z in network.species],
        "cutoff": network.cutoff,
        "terms": [],
        "kernels": kernels,
        "references": network.species_energies.values,
        "features": features,
        "columns": network.harmonics.columns,
        "inverse_mu": environment.sensitivity.mu.reciprocal(),
        "sigma": environment.sensitivity.sigma,
        "messages": environment.weight.permute(2, 0, 1),
        "own": layer.self_interaction.weight.T + layer.self_interaction.bias,
        "kept": adjust,
        "head": head.weight,
        "head_bias": head.bias,
        "layers": len(linear),
        "weights": torch.stack([each.weight.T for each in linear]),
        "biases": torch.stack([each.bias for each in linear]),
    }
    return {name: _plain(value) for name, value in {**common, **_own(layer)}.items()}


def _own(layer: ScalarInteraction) -> dict[str, Any]:
    if isinstance(layer, TensorSensitivityInteraction):
        return {"cusp": layer.cusp, "scales": layer.scales}
    if isinstance(layer, InvariantInteraction):
        norm = layer.normalisation
        return {"epsilon": norm.eps, "normal_weight": norm.weight, "normal_bias": norm.bias, "mixing": layer.mixing}
    return {}


def _plain(value: Any) -> Any:
    return value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value


def source(network: Network, parts: Parts, kernels: str, harmonics: str | None, invariants: str | None) -> str:
    """``potential.hpp``: which harmonics, invariants and numbers the network has.

    harmonics, invariants
        Names of the namespaces of the emitted files ``harmonics.hpp`` and ``invariants.hpp``.
    """
    real = REALS[network.dtype]
    lines = ["// A network with one interaction layer: its emitted functions, and what is made of them."]
    included = (("harmonics.hpp", harmonics), ("invariants.hpp", invariants))
    lines += [f'#include "{file}"' for file, space in included if space is not None]
    lines += ['#include "hip.hpp"', "namespace invgen {"]
    if harmonics is not None:
        lines.append(_functions("Harmonics", harmonics))
    if invariants is not None:
        lines.append(_functions("Invariants", invariants))
    features = f"MixedInvariants<{real}, Invariants>" if invariants else "Norms<R>" if parts.norms else "Scalars<R>"
    used = "Harmonics" if harmonics else "NoHarmonics"
    hip = f"Hip<{real}, {used}, {features.replace('<R>', f'<{real}>')}>"
    lines += [
        f"struct Potential : {hip} {{",
        f'  explicit Potential(const std::string& path) : {hip}(path, "{kernels}") {{}}',
        "};",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _functions(name: str, space: str) -> str:
    return f"""struct {name} {{
  static constexpr std::size_t size = {space}::size;
  template <class real> static void run_value(const real* x, real* y, std::size_t atoms, std::size_t features) {{
    {space}::run_value<real>(x, y, atoms, features);
  }}
  template <class real>
  static void run_vjp(const real* x, const real* g, real* gx, std::size_t atoms, std::size_t features) {{
    {space}::run_vjp<real>(x, g, gx, atoms, features);
  }}
}};"""
