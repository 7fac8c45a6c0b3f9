"""Models in files: safetensors with the architecture as JSON and a checksum; nothing in it is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from invgen.data.errors import DataError
from invgen.data.files import linear_file, read_tensors, write_tensors
from invgen.emitted.folder import shipped_ids
from invgen.nn.interaction import CUSP, GROUP_NORM_EPSILON, InvariantInteraction, TensorSensitivityInteraction
from invgen.nn.network import HipHopNN, HipNN, HipNNTS, Network

KIND = "invgen model"
MODEL = "model.safetensors"
"""What trainings and compilations call the file."""
CLASSES: dict[str, type[Network]] = {"hip-nn": HipNN, "hip-nn-ts": HipNNTS, "hip-hop-nn": HipHopNN}
USUAL_CONSTANTS = {"cusp": CUSP, "group_norm_epsilon": GROUP_NORM_EPSILON}


def build_model(kind: str, arguments: dict[str, Any], basis: Any = None, backend: str = "auto") -> Network:
    """A new network of ``kind`` in the default dtype; ``basis`` is for hip-hop-nn only."""
    extra = {"basis": basis} if kind == "hip-hop-nn" else {}
    return CLASSES[kind](backend=backend, **extra, **arguments)


def describe(model: Network) -> dict[str, Any]:
    """What ``build_model`` needs to make the same network: JSON values."""
    kind = next(name for name, network in CLASSES.items() if type(model) is network)
    basis = {"id": model.basis_id, "labels": list(model.basis_labels)} if isinstance(model, HipHopNN) else None
    dtype = str(next(model.parameters()).dtype).removeprefix("torch.")
    constants = _constants(model)
    extra = {} if constants == USUAL_CONSTANTS else {"constants": constants}
    return {"model": kind, "arguments": model.arguments, "basis": basis, "dtype": dtype, **extra}


def set_constants(model: Network, cusp: float = CUSP, group_norm_epsilon: float = GROUP_NORM_EPSILON) -> None:
    """Small numbers that keep norms and normalisation regular, in every interaction layer that has them."""
    for block in model.blocks:
        layer = block.interaction.layer
        if isinstance(layer, TensorSensitivityInteraction):
            layer.cusp = cusp
        if isinstance(layer, InvariantInteraction):
            layer.normalisation.eps = group_norm_epsilon


def _constants(model: Network) -> dict[str, float]:
    layer = model.blocks[0].interaction.layer
    cusp = layer.cusp if isinstance(layer, TensorSensitivityInteraction) else CUSP
    epsilon = layer.normalisation.eps if isinstance(layer, InvariantInteraction) else GROUP_NORM_EPSILON
    return {"cusp": cusp, "group_norm_epsilon": epsilon}


def state_arrays(model: torch.nn.Module) -> dict[str, np.ndarray]:
    """The state dict as NumPy arrays, on the CPU, copied."""
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in model.state_dict().items()}


def save_model(model: Network, path: str | Path, weights: dict[str, np.ndarray] | None = None) -> Path:
    """Write ``model`` to ``path``, atomically, as safetensors.

    weights
        Arrays by name, shaped like those of its state dict, to be written instead of its own.
    """
    header = {"kind": KIND, **describe(model), "notes": model.notes}
    return write_tensors(path, header, state_arrays(model) if weights is None else weights)


def load_model(path: str | Path, basis: Any = None, backend: str = "auto") -> Network:
    """Read a model from the file ``path``, or from the folder of its training.

    basis
        One that is not shipped: its folder, or the ``Basis``.
    backend
        As in ``invgen.nn.HipHopNN``; the file does not tell it.

    Models of earlier versions, npz archives, are read, too. Random numbers that follow are as they would have been.

    Raises ``DataError`` when the file is damaged, the basis has other invariants than the one the model was made
    with, or weights and architecture do not fit.
    """
    if Path(path).is_dir():
        if (linear := linear_file(path)) and not (Path(path) / MODEL).exists():
            raise DataError(f"{linear} is a linear potential, and wanted is a network: name its file, or its folder")
        path = Path(path) / MODEL
    path = Path(path)
    header, arrays = read_tensors(path, KIND)
    wanted = header["basis"]
    if wanted and basis is None and wanted["id"] not in shipped_ids():
        raise DataError(
            f"{path} was made with the basis {wanted['id']!r}, which is not shipped: give the folder of its "
            "emitted kernels"
        )
    basis = wanted["id"] if wanted and basis is None else basis
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, in vain
        model = build_model(header["model"], header["arguments"], basis, backend)
    set_constants(model, **header.get("constants", {}))
    if isinstance(model, HipHopNN) and list(model.basis_labels) != wanted["labels"]:
        raise DataError(f"{path} was made with other invariants than {model.basis_id} has; give its own basis")
    model = model.to(getattr(torch, header["dtype"]))
    load_arrays(model, arrays, str(path))
    model.notes = header.get("notes", {})
    return model.eval()


def load_arrays(model: torch.nn.Module, arrays: dict[str, np.ndarray], origin: str) -> None:
    """Put arrays into a model's state dict. Raises ``DataError`` naming missing, unknown or misshapen arrays."""
    try:
        model.load_state_dict({name: torch.from_numpy(a) for name, a in arrays.items()}, strict=True)
    except RuntimeError as error:
        raise DataError(f"{origin}: weights and architecture do not fit: {error}") from error
