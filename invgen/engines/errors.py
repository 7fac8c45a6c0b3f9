"""What is wrong with an engine."""

from __future__ import annotations

from invgen.errors import InvgenError


class EngineError(InvgenError, ValueError):
    """An engine is not there, or is not as it has to be; the message says what to do."""
