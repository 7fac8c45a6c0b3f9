"""Where potentials compute."""

from __future__ import annotations

import torch

from invgen.errors import CudaError, unknown

DEVICES = ("auto", "cpu", "cuda")


def torch_device(kind: str, key: str = "device", error: type[Exception] = CudaError) -> torch.device:
    """``auto`` (a GPU if torch finds one), ``cpu`` or ``cuda``; ``key`` is how messages call it.

    Raises ``ValueError`` for another word, and ``error`` for ``cuda`` where there is no GPU that torch can use.
    """
    if kind not in DEVICES:
        raise ValueError(unknown(key, kind, DEVICES))
    found = torch.cuda.is_available()
    if kind == "cuda" and not found:
        raise error(
            f'{key} is "cuda", but torch {torch.__version__} finds no GPU here: take "auto" or "cpu", or '
            "install a build of torch for CUDA and a driver"
        )
    return torch.device("cuda" if found and kind != "cpu" else "cpu")
