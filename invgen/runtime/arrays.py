"""Which axis holds the components, and how any such array becomes (atoms, components, features)."""

from __future__ import annotations

from typing import Any

AXES = (-2, -1)


def choose_axis(ndim: int, component_axis: int | None) -> int:
    """-1 or -2. ``None`` means components last for one or two axes and (atoms, components, features) for three.

    Raises ``ValueError`` for another axis, and for ``None`` with more than three axes.
    """
    if component_axis is None:
        if ndim in (1, 2):
            return -1
        if ndim == 3:
            return -2
        raise ValueError(
            f"an array with {ndim} axes does not say where its components are: give component_axis=-1 or -2"
        )
    if component_axis not in AXES:
        raise ValueError(f"component_axis must be -1 or -2, got {component_axis!r}")
    if ndim < -component_axis:
        raise ValueError(f"component_axis={component_axis} needs at least {-component_axis} axes, the array has {ndim}")
    return component_axis


def check_shapes(kernel: str, names: list[str], sizes: list[int], arrays: tuple[Any, ...], axis: int) -> None:
    """Raise ``ValueError`` unless every array has its number of components and all other axes are equal."""
    rest = None
    for name, size, array in zip(names, sizes, arrays, strict=True):
        shape = tuple(array.shape)
        if len(shape) < -axis or shape[axis] != size:
            raise ValueError(f"{kernel}: {name} needs {size} components on axis {axis}, got shape {shape}")
        others = _without(shape, axis)
        if rest is None:
            rest = others
        elif others != rest:
            raise ValueError(
                f"{kernel}: all axes of {name} but axis {axis} must equal those of {names[0]}: {others} and {rest}"
            )


def as_planes(array: Any, axis: int) -> Any:
    """View (or copy, if it is not contiguous) as (atoms, components, features); one feature if components are last."""
    shape = tuple(array.shape)
    atoms = 1
    for length in shape[:axis]:
        atoms *= length
    return array.reshape(atoms, shape[axis], shape[-1] if axis == -2 else 1)


def from_planes(planes: Any, like: tuple[int, ...], axis: int) -> Any:
    """Undo ``as_planes`` for a result with another number of components; ``like`` is the shape that was given."""
    return planes.reshape(*like[:axis], planes.shape[1], *like[len(like) + axis + 1 :])


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[len(shape) + axis + 1 :]
