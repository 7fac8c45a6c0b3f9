"""The command line: one thin verb per use. Both halves are imported when a verb runs, never before."""

from __future__ import annotations

import os
import sys

from invgen.cli import audits, bases, covariants, data, engines, flexibility, models, proofs, reports, sizes
from invgen.cli.application import app, err
from invgen.errors import InvgenError

__all__ = [
    "app",
    "audits",
    "bases",
    "covariants",
    "data",
    "engines",
    "flexibility",
    "main",
    "models",
    "proofs",
    "reports",
    "sizes",
]


def main() -> None:
    """Entry point: plain messages for the errors that users can mend, exit code 2; 130 for Ctrl-C."""
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        err.print("interrupted", highlight=False)
        sys.exit(130)
    except (InvgenError, ValueError, TypeError, OSError, ImportError) as error:
        rank = os.environ.get("RANK")  # torchrun's
        who = "" if rank is None else f"process {rank}: "
        text = str(error).removeprefix(f"[Errno {getattr(error, 'errno', None)}] ")
        err.print(f"{who}error: {text}", highlight=False, soft_wrap=True, markup=False)
        sys.exit(2)
