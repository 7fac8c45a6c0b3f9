"""hippynn's networks on the kernels of this package: ``patch`` replaces the forward of their interaction layers."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from torch import nn

from invgen.engines.errors import EngineError
from invgen.engines.hippynn_layers import (
    BasisForward,
    ExtractorForward,
    Forward,
    InvariantForward,
    QuadrupoleForward,
    ScalarForward,
    VectorForward,
)
from invgen.nn.network import cartesian_invariants

TESTED = "0.1.3"
"""The version of hippynn whose layers are known."""


class Patch:
    """What ``patch`` did to a network; as a context manager it is undone at the end.

    layers
        Names of the modules whose forward was replaced.
    """

    def __init__(self, forwards: dict[str, Forward]) -> None:
        self._forwards = forwards
        self.layers = tuple(forwards)

    def undo(self) -> None:
        """Give every layer its own forward back, and the parameters that it had; once more does nothing."""
        for forward in self._forwards.values():
            forward.remove()
        self._forwards = {}

    def __enter__(self) -> Patch:
        return self

    def __exit__(self, *_: object) -> None:
        self.undo()

    def __repr__(self) -> str:
        return f"Patch({', '.join(self.layers)}{'' if self._forwards else '; undone'})"


def patch(model: Any, basis: Any = None) -> Patch:
    """Let the interaction layers of a hippynn 0.1.3 network run on compiled kernels. One line in a script does it.

    model
        A network, graph or any module that holds one; a node of a graph, or what ``assemble_for_training`` gives.
        Parameters, their names and the state dict stay as they are, and so do energies, forces and gradients, to
        round-off. Pickles of it, such as ``experiment_structure.pt``, are those of an unpatched network.
    basis
        For HIP-HOP-NN: any basis with one channel per rank (an id, a folder or a ``Basis``) in place of hippynn's
        invariants. Mixing weights and normalisation are made anew in its size, so this comes before an optimizer is
        made; pickles then need this package.

    float32 and float64 on the CPU; elsewhere layers run as they are. Derivatives up to the second run compiled, higher
    ones in plain tensor operations, about which a warning is given. Raises ``EngineError`` without hippynn or with
    another version, for a model without such layers or one that is patched, and ``ValueError`` for a basis that
    HIP-HOP-NN cannot have.
    """
    kinds = _kinds()
    module = _module(model)
    found = {name: m for name, m in module.named_modules() if type(m) in kinds}
    if not found:
        raise EngineError(f"{type(model).__name__} holds no interaction layer of hippynn: nothing to patch")
    patched = [name for name, m in module.named_modules() if isinstance(vars(m).get("forward"), Forward)]
    if patched:
        raise EngineError(f"{patched[0]} is patched: undo that first, with .undo() of what patch returned")
    forwards: dict[str, Forward] = {}
    if basis is None:
        forwards |= {name: kinds[type(m)](m) for name, m in found.items()}
    else:
        forwards |= _on_basis(module, found, basis)
    for forward in forwards.values():
        forward.place()
    return Patch(forwards)


def _on_basis(module: nn.Module, found: dict[str, nn.Module], basis: Any) -> dict[str, Forward]:
    from hippynn.layers.hiplayers import HOPInteractionLayer, TensorExtractor

    others = [name for name, m in found.items() if type(m) is not HOPInteractionLayer]
    if others:
        raise EngineError(f"a basis is for HIP-HOP-NN, and {others[0]} is a {type(found[others[0]]).__name__}")
    invariants = cartesian_invariants(basis, "auto")
    extractors = {name: m for name, m in module.named_modules() if type(m) is TensorExtractor}
    return {
        **{name: BasisForward(m, invariants) for name, m in found.items()},
        **{name: ExtractorForward(m, invariants.ranks) for name, m in extractors.items()},
    }


def _kinds() -> dict[type, type[ScalarForward]]:
    """What takes the place of each of hippynn's layers."""
    try:
        found = version("hippynn")
        from hippynn.layers import hiplayers
    except (ImportError, PackageNotFoundError):
        raise EngineError(f"hippynn is not installed here: pip install hippynn=={TESTED}") from None
    if found != TESTED:
        raise EngineError(f"hippynn {found} is not known, only {TESTED}: pip install hippynn=={TESTED}")
    return {
        hiplayers.InteractLayer: ScalarForward,
        hiplayers.InteractLayerVec: VectorForward,
        hiplayers.InteractLayerQuad: QuadrupoleForward,
        hiplayers.HOPInteractionLayer: InvariantForward,
    }


def _module(model: Any) -> nn.Module:
    """The module in a node of a graph, in ``TrainingModules``, or as it is."""
    for name in ("model", "torch_module"):
        held = getattr(model, name, None)
        if not isinstance(model, nn.Module) and isinstance(held, nn.Module):
            return held
    if isinstance(model, nn.Module):
        return model
    raise EngineError(f"patch takes a module, a node or TrainingModules of hippynn, got {type(model).__name__}")
