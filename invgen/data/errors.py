"""What can be wrong with atomistic input, as exceptions that a caller can tell apart."""

from __future__ import annotations

from invgen.errors import InvgenError


class DataError(InvgenError, ValueError):
    """A structure, a file or a label that cannot be used; the message names it and the remedy."""


class CoincidentAtomsError(DataError):
    """Two atoms (or an atom and a periodic image) in one place: no direction, hence no force, exists."""


class UnknownSpeciesError(DataError):
    """An element that the model was not built for."""
