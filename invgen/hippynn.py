"""hippynn's networks on the kernels of this package (``engines.hippynn``)."""

from invgen.engines.hippynn import Patch, patch

__all__ = ["Patch", "patch"]
