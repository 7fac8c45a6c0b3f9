"""``python -m invgen.replay FILE``: the check of a certificate, with no more than NumPy installed."""

from __future__ import annotations

import sys
from pathlib import Path

from invgen.errors import CertificateError
from invgen.replay.check import replay


def main() -> int:
    """0 if the certificate is confirmed, 1 if it is rejected, 2 if it cannot be read."""
    if len(sys.argv) != 2:
        print("usage: python -m invgen.replay FILE", file=sys.stderr)
        return 2
    try:
        outcome = replay(Path(sys.argv[1]).read_text(encoding="utf-8"))
    except (CertificateError, OSError, UnicodeDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(outcome)
    return 0 if outcome else 1


if __name__ == "__main__":
    sys.exit(main())
