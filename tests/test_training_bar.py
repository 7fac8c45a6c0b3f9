"""``invgen train`` on a terminal: one bar instead of a line per epoch, and Ctrl-C leaves the terminal in order."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from network_fixtures import labelled

from invgen.data import write_npz

CONFIG = """
[data]
train = "frames.npz"
validation_size = 3
[model]
kind = "hip-nn"
features = 4
sensitivities = 4
soft_min = 0.8
soft_max = 3.0
cutoff = 4.0
atom_layers = 1
[training]
epochs = 20
batch_size = 4
largest_batch = 4
"""
EPOCH_LINE = re.compile(r"^epoch \d+: train", re.MULTILINE)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    write_npz(tmp_path / "frames.npz", labelled(30))
    (tmp_path / "run.toml").write_text(CONFIG)
    return tmp_path / "run.toml"


def on_a_terminal(config: Path, watch: Callable[[subprocess.Popen[bytes], bytes], None]) -> tuple[int, str]:
    """Exit code and everything that reached the terminal; ``watch`` sees it grow."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "invgen.cli", "train", str(config)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        seen += part
        watch(process, seen)
    os.close(ours)
    return process.wait(), seen.decode()


def screen(seen: str) -> str:
    """What is left to read: new lines, returns, cursor upwards and erased lines are obeyed, colours ignored."""
    lines, row = [""], 0
    for text, up, erase in re.findall(r"([^\x1b]+)|\x1b\[(\d+)A|\x1b\[(2K)|\x1b\[[?0-9;]*[a-zA-Z]", seen):
        row -= int(up or 0)
        if erase:
            lines[row] = ""
        for part in re.split(r"(\n|\r)", text):
            if part == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif part not in ("", "\r"):
                lines[row] += part
    return "\n".join(lines)


def test_ctrl_c_on_a_terminal_and_the_rest_of_the_training(config: Path) -> None:
    sent: list[bool] = []

    def press_ctrl_c(process: subprocess.Popen[bytes], seen: bytes) -> None:
        if re.search(rb"epoch ([2-9]|1\d)/20", seen) and not sent:
            sent.append(True)
            process.send_signal(signal.SIGINT)

    code, seen = on_a_terminal(config, press_ctrl_c)
    assert code == 130
    assert "run again to continue" in seen
    assert "Traceback" not in seen
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l"), "the cursor is visible again"
    printed = EPOCH_LINE.findall((config.parent / "training" / "log.txt").read_text())
    assert 1 <= len(printed) < 20
    code, seen = on_a_terminal(config, lambda process, seen: None)
    assert code == 0
    assert "epoch 20/20" in seen
    assert "continuing" in seen
    log = (config.parent / "training" / "log.txt").read_text()
    assert len(EPOCH_LINE.findall(log)) == 20
    left = screen(seen)
    assert "finished; model" in left
    assert "energy per atom RMSE (meV/atom)" in left
    assert not EPOCH_LINE.findall(left), "the line below the bar goes with it"


def test_the_screen_keeps_what_is_not_erased() -> None:
    assert screen("bar\nepoch 1: train 2\r\x1b[2K\x1b[1A\x1b[2Kdone\r\n\x1b[?25h") == "done\n"
    assert EPOCH_LINE.findall(screen("bar\nepoch 1: train 2\r\n"))


def test_without_a_terminal_every_epoch_is_a_line(config: Path) -> None:
    config.write_text(CONFIG.replace("epochs = 20", "epochs = 2"))
    command = [sys.executable, "-m", "invgen.cli", "train", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(EPOCH_LINE.findall(done.stdout)) == 2
    assert "\x1b" not in done.stdout + done.stderr
    assert "epoch 1/" not in done.stdout + done.stderr
