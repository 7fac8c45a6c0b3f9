"""Independent, complete and flexible bases of rotation invariants, and compiled kernels for them."""

__version__ = "0.1.0"
