"""What a training tells: lines, a learning curve as CSV, and the same for TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from invgen.errors import InvgenError
from invgen.files import write_text
from invgen.potentials.evaluation import MEASURES

Progress = Callable[[str], None]
Bar = Callable[[float, int, str], None]
"""Called after every step with epochs done, epochs in all, and the line of the last epoch."""
CURVE, LOG, EVENTS = "learning_curve.csv", "log.txt", "tensorboard"
FIRST = ("epoch", "batch_size", "learning_rate", "train_loss", "loss")
LAST = ("seconds",)


def log(folder: Path, progress: Progress | None) -> Progress:
    """Write every line to ``folder/log.txt``, and to ``progress``."""

    def say(text: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / LOG, "a", encoding="utf-8") as file:
            file.write(text + "\n")
        if progress is not None:
            progress(text)

    return say


def write_curve(folder: Path, history: Sequence[Mapping[str, float]]) -> None:
    """One row for each epoch; errors of validation in eV, eV/Å and eV/Å^3, by the names of ``Evaluation.errors``."""
    measured = [f"{name}_{kind}" for name in MEASURES for kind in ("rmse", "mae")]
    columns = [*FIRST, *(c for c in measured if any(c in row for row in history)), *LAST]
    rows = [",".join(str(row.get(c, "")) for c in columns) for row in history]
    write_text(folder / CURVE, "\n".join([",".join(columns), *rows]) + "\n")


def summary_writer() -> Any:
    """The class that writes for TensorBoard. Raises ``InvgenError`` where that is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise InvgenError(
            f"output.tensorboard is true, but TensorBoard cannot be imported ({error}): pip install tensorboard, or "
            "leave the key out"
        ) from error
    return SummaryWriter


class TensorBoard:
    """Writes rows of the learning curve; ``None`` as folder writes nothing.

    epoch
        The first one that will be written: what an interrupted training wrote of it and of later ones is not shown.
    """

    def __init__(self, folder: Path | None, epoch: int = 0) -> None:
        self._writer: Any = None
        if folder is not None:
            self._writer = summary_writer()(str(folder / EVENTS), purge_step=epoch or None)

    def add(self, row: Mapping[str, float]) -> None:
        """One point on every curve."""
        if self._writer is not None:
            for name, value in row.items():
                self._writer.add_scalar(name, value, int(row["epoch"]))
            self._writer.flush()
