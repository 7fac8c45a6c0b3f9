"""``python -m invgen.cli``."""

from invgen.cli import main

if __name__ == "__main__":
    main()
