"""The radial functions that a fit takes, from its configuration and its structures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from invgen.ace.fitting.config import RadialConfig, is_number, table
from invgen.ace.radial import RadialBasis
from invgen.data.neighbours import nearest_distance
from invgen.data.structures import Structure
from invgen.runs.config import ConfigError


def radial_basis(radial: Any, train: Sequence[Structure], elements: Sequence[str]) -> RadialBasis:
    """The radial functions; of a table only the shape, for the basis says how many there are.

    Raises ``ConfigError`` for pairs of other ``elements``, and pairs that are named twice.
    """
    if isinstance(radial, RadialBasis):
        return radial
    keys: RadialConfig = table("radial", RadialConfig, radial)
    r0 = nearest_distance(train, keys.cutoff) if keys.r0 is None else keys.r0
    pairs = pair_table(keys.pair_r0, r0, elements)
    return RadialBasis(keys.cutoff, 1, r0, keys.transform, keys.p, keys.q, keys.envelope, pairs)


def pair_table(values: Mapping[str, Any], default: float, elements: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    """(S, S) the value of each pair of elements, of keys such as ``"C-H"``; ``default`` for pairs without one.

    Empty without values. Raises ``ConfigError``.
    """
    found: dict[tuple[str, ...], float] = {}
    for key, value in values.items():
        pair = tuple(sorted(key.split("-")))
        if len(pair) != 2 or not set(pair) <= set(elements):
            raise ConfigError(
                f"radial.pair_r0.{key} must be a pair of {', '.join(elements)}, such as {elements[0]}-{elements[-1]}"
            )
        if pair in found:
            raise ConfigError(f"radial.pair_r0 has the pair {key} twice, give one: it is the same from either end")
        if not is_number(value) or value <= 0:
            raise ConfigError(f"radial.pair_r0.{key} must be a positive length in Å, got {value!r}")
        found[pair] = float(value)
    rows = tuple(tuple(found.get(tuple(sorted((a, b))), default) for b in elements) for a in elements)
    return rows if found else ()
