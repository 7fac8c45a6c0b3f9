"""``python -m invgen``, and ``torchrun -m invgen train CONFIG``."""

from invgen.cli import main

if __name__ == "__main__":
    main()
