"""Kills a training twenty times at random moments, fills its disk once, and compares what it ends with.

The undisturbed training and the disturbed one are the same command in two folders. A kill is SIGKILL: nothing is tidied
up. The full disk is a limit on the size of files below that of a checkpoint, so that the first one that is written
fails. Models, checkpoints and learning curves of both are compared byte by byte, apart from seconds.

    export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1
    python benchmarks/interrupted.py --into FOLDER
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import record

from invgen.data import methane, write_npz

FRAMES, KILLS, SEED = 800, 20, 0
SMALL = 20_000
"""Bytes of the largest file on the full disk; a checkpoint has about 300,000."""
SHORTEST, LONGEST = 0.5, 6.0
"""Seconds between the first line of a training and its end."""
CONFIG = """
[data]
train = "{frames}"
validation_size = 100
test_size = 100
[model]
features = 32
sensitivities = 6
soft_min = 0.4
soft_max = 5.0
sigma = 3.0
cutoff = 6.5
interactions = 1
atom_layers = 3
[loss]
kind = "rmse+mae"
energy = 1.0
per_atom = false
[training]
epochs = 60
batch_size = 10
learning_rate = 3e-3
optimizer = "muon"
sensitivity_rate = 0.05
average = 0.99
schedule = "one-cycle"
checkpoint_seconds = 0.5
[output]
folder = "{folder}"
"""


def command(into: Path, name: str) -> list[str]:
    """The training in a folder of this name."""
    config = into / f"{name}.toml"
    config.write_text(CONFIG.format(frames=into / "frames.npz", folder=name))
    return [sys.executable, "-m", "invgen", "train", str(config)]


def killed_after(call: list[str], seconds: float) -> bool:
    """Start, kill so long after the first epoch that is told or begun; false if it had ended before."""
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(("epoch", "hip-hop-nn", "continuing")):
            break
    time.sleep(seconds)
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True


def on_a_full_disk(call: list[str]) -> str:
    """Start where no file may be larger than ``SMALL``; the last line that the training tells."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL))

    done = subprocess.run(call, capture_output=True, text=True, preexec_fn=limit)
    if done.returncode == 0:
        raise SystemExit("the training ended well on a full disk: the limit is too large")
    return (done.stderr or done.stdout).strip().splitlines()[-1]


def contents(folder: Path) -> dict[str, Any]:
    """What is to be equal."""
    rows = [line.rsplit(",", 1)[0] for line in (folder / "learning_curve.csv").read_text().splitlines()]
    with np.load(folder / "checkpoint.npz") as file:
        arrays = {name: file[name].tobytes() for name in file.files if name not in ("header", "checksum")}
    return {"model": (folder / "model.safetensors").read_bytes(), "curve": rows, "checkpoint": arrays}


def main() -> None:
    """Run both, compare, record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, required=True, help="new folder for frames and trainings")
    into = parser.parse_args().into.resolve()
    into.mkdir(parents=True)
    write_npz(into / "frames.npz", methane.structures(methane.generate(into / "methane.npz", FRAMES, 3, 1)))
    subprocess.run(command(into, "whole"), check=True, stdout=subprocess.DEVNULL)
    call, moments = command(into, "parts"), random.Random(SEED)
    killed: list[float] = []
    told = ""
    while len(killed) < KILLS:
        moment = moments.uniform(SHORTEST, LONGEST)
        if not killed_after(call, moment):
            raise SystemExit(f"the training ended after {len(killed)} kills: raise epochs")
        killed.append(round(moment, 2))
        print(f"killed {len(killed)} of {KILLS}, {moment:.1f} s after it began", flush=True)
        if len(killed) == KILLS // 2:
            told = on_a_full_disk(call).replace(f"{into}/", "")
            print(f"full disk: {told}", flush=True)
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
    whole, parts = contents(into / "whole"), contents(into / "parts")
    equal = {name: whole[name] == parts[name] for name in whole}
    print(equal)
    record.write(
        "interrupted",
        {
            "unit": "s after the start of the training", "kills": killed, "full_disk": told,
            "epochs": len(whole["curve"]) - 1, "equal": equal,
        },
    )  # fmt: skip
    if not all(equal.values()):
        raise SystemExit("the disturbed training ended with something else")


if __name__ == "__main__":
    main()
