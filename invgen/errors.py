"""The errors that users meet. Each message names the cause, the value seen, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InvgenError(Exception):
    """Base of all errors of this package that are not plain ``ValueError`` or ``TypeError``."""


class SpecError(InvgenError, ValueError):
    """A specification that cannot be built."""


class TooManyCandidates(SpecError):
    """A specification whose candidates would not fit in time or memory; the message says how many there are."""


def raise_limit(limit: int) -> str:
    """What an error says of the limit of candidates."""
    return f"raise max_candidates (now {limit}; --max-candidates of invgen generate, in [basis] of a fit)"


class TooFewNeighbours(InvgenError, ValueError):
    """An environment too small for the Jacobian by positions to tell what is independent."""


class BasisFileError(InvgenError, ValueError):
    """A basis file that is truncated, edited, or of another format."""


class CertificateError(InvgenError, ValueError):
    """A certificate that cannot be read, or a basis that cannot be certified."""


class EmittedFileError(InvgenError, ValueError):
    """Emitted sources that fail their checksum or are of another format; nothing of them is executed."""


class CompiledModelError(InvgenError, ValueError):
    """A folder of a compiled model that is damaged or cannot be made; nothing of a damaged one is executed."""


class SelectionError(InvgenError):
    """The exact and the floating-point selection contradict each other."""


class AuditError(InvgenError, ValueError):
    """Descriptors that cannot be audited: a list, function or table that is malformed or not finite."""


class BackendError(InvgenError):
    """A backend that cannot run on this machine: the ``reason``, and in the message which others there are."""

    def __init__(self, reason: str, *others: str) -> None:
        names = " or ".join(f'"{name}"' for name in others)
        super().__init__(f"{reason}, or use backend={names}" if others else reason)
        self.reason = reason


class CppError(BackendError, ValueError):
    """C++ code that cannot be compiled here: no compiler, or one that refuses it."""


class CudaError(BackendError, RuntimeError):
    """A GPU kernel that cannot be compiled or run on this machine."""


class MaceError(InvgenError, ValueError):
    """A MACE model, or a request for one of its parts, that ``invgen.mace`` does not know."""


class PackageError(BackendError, ImportError):
    """A package that a backend needs is not installed."""


def unknown(what: str, value: object, known: Iterable[object]) -> str:
    """The text for an unknown word: the value, a suggestion where one is close, and all that is known."""
    names = [str(k) for k in known]
    close = difflib.get_close_matches(str(value), names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"unknown {what} {value!r}{hint} (known: {', '.join(names)})"


def counted(number: int, noun: str) -> str:
    """``1 frame``, ``2 frames``, ``1,000 frames``: a number with its noun, for a message."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
