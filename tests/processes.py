"""The command line, in this process; and fresh processes, for Python code and where a process is what is tested."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from invgen.cli import main


def python(code: str, *options: str, cwd: Path | None = None, **environment: str) -> str:
    """Standard output of code that must succeed."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, cwd=cwd,
        env={**os.environ, **environment}, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def invgen(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a command left behind, whether it succeeded or not, run by its entry point in this process.

    Another process would spend seconds on imports. Verbs in processes of their own are in ``invgen_process`` and in
    the blocks of the pages; ``test_pages`` sees to it that these have every verb. An exception that the entry point
    lets through is raised.
    """
    out, err = io.StringIO(), io.StringIO()
    command = ["invgen", *map(str, arguments)]
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
        patch.object(sys, "argv", command),
    ):
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


def invgen_process(
    *arguments: object, module: str = "invgen.cli", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The same from a process of its own, which knows nothing of this one."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)
