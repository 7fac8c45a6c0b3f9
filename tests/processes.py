"""Fresh processes: Python code, and the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def python(code: str, *options: str, cwd: Path | None = None, **environment: str) -> str:
    """Standard output of code that must succeed."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, cwd=cwd,
        env={**os.environ, **environment}, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def invgen(*arguments: object, module: str = "invgen.cli", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a command left behind, whether it succeeded or not."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)
