"""Several processes at one training, as torchrun starts them: sums over all, and who does what.

Gradients are summed here in one message instead of by torch's wrapper ``DistributedDataParallel``. Every process then
has the exact gradient of the whole batch, whatever labels its share has and even if its share is empty; the wrapper
averages, and waits for parameters that such a share does not reach. Networks of this size gain nothing from sending
early gradients while later ones are computed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed

from invgen.errors import InvgenError

PATIENCE = timedelta(minutes=10)
"""How long a process waits for the others."""
REMEDY = "the last checkpoint is whole: run the same command again to continue"


class ProcessesError(InvgenError, RuntimeError):
    """Another process of this training has ended; the message says what to do."""


@dataclass(frozen=True)
class Processes:
    """This process is number ``rank`` of ``count``."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes files and tells of progress."""
        return self.rank == 0

    def share(self, systems: Tensor) -> Tensor:
        """What this process does of ``systems``; may be empty."""
        return systems[self.rank :: self.count]

    def sum(self, values: Tensor) -> Tensor:
        """Sums over all processes, equal in every bit in each of them."""
        if self.count == 1:
            return values
        total = values.detach().clone()
        self._all_reduce(total)
        return total

    def any(self, flag: bool) -> bool:
        """Whether the flag is up in any process."""
        return flag if self.count == 1 else bool(self.sum(torch.tensor([float(flag)])).item())

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Replace every gradient by its sum over all processes; a missing one is zero."""
        if self.count == 1:
            return
        trained = [p for p in parameters if p.requires_grad]
        flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in trained])
        self._all_reduce(flat)
        for parameter, total in zip(trained, flat.split([p.numel() for p in trained]), strict=True):
            parameter.grad = total.view_as(parameter).clone()

    def _all_reduce(self, values: Tensor) -> None:
        try:
            distributed.all_reduce(values)
        except RuntimeError as error:
            reason = str(error).splitlines()[0].split(". ")[0]
            raise ProcessesError(f"process {self.rank} of {self.count} lost the others ({reason}); {REMEDY}") from error


@contextmanager
def started_processes(device: torch.device) -> Iterator[Processes]:
    """The processes that torchrun started this one among, or this one alone. They are left when the block ends.

    On GPUs, gradients are summed by NCCL and sums of errors, which are on the CPU, by Gloo.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes()
        return
    backends = "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
        backends = "cpu:gloo,cuda:nccl"
    distributed.init_process_group(backends, timeout=PATIENCE)
    try:
        with _asked_to_end(distributed.get_rank(), count):
            yield Processes(distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()


@contextmanager
def _asked_to_end(rank: int, count: int) -> Iterator[None]:
    """torchrun ends the other processes by SIGTERM when one has died: they end with a message then."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: Any) -> None:
        raise ProcessesError(f"process {rank} of {count} was asked to end, since another one has ended; {REMEDY}")

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
