"""Tiles of the plane of atoms and features: their components, copied into rows of a buffer and out of it."""

from __future__ import annotations

from collections.abc import Callable

from invgen.runtime.cpu.simd import Code
from invgen.runtime.cpu.values import Index, Memory


def move(
    code: Code, array: Memory, rows: Memory, count: Index, lanes: int, start: Index, stop: Index, features: Index, *,
    out: bool, row: Callable[[Index], Index] = lambda component: component,
) -> None:  # fmt: skip
    """Elements ``start`` to ``stop`` of all components of an array, into rows of ``lanes`` or ``out`` of them.

    ``array`` is (atoms, count, features); an element is an atom and a feature, and at most ``lanes`` are moved. The
    elements of one atom are copied as one run; with one feature a run would be one element.
    """

    def one(component: Index, k: Index) -> None:
        place, at = array.at((start + k) * count + component), rows.at(row(component) * lanes + k)
        (place if out else at)[0] = (at if out else place)[0]

    def run(component: Index, position: Index, offset: Index, length: Index | int) -> None:
        place, at = array.at(position + component * features), rows.at(row(component) * lanes + offset)
        code.copy(place if out else at, at if out else place, length)

    with code.either(features.equals(1)) as (single, several):
        with single, code.loop(0, count) as c, code.loop(0, stop - start) as k:
            one(c, k)
        with several:
            element = code.variable(start)
            with code.repeat(lambda: element.value < stop):
                now = element.value
                atom = now // features
                feature = now - atom * features
                length = (features - feature).least(stop - now)
                position = atom * count * features + feature
                with code.either(length.equals(lanes)) as (whole, part):
                    with whole, code.loop(0, count) as c:
                        run(c, position, now - start, lanes)
                    with part, code.loop(0, count) as c:
                        run(c, position, now - start, length)
                element.set(now + length)
