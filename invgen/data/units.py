"""Units by name: products and quotients of those that ``ase.units`` knows, with their dimensions checked."""

from __future__ import annotations

import ast
import math
import re
from functools import cache

from invgen.data.errors import DataError
from invgen.errors import unknown

DIMENSIONS = {"energy": (1, 0), "length": (0, 1), "forces": (1, -1), "stress": (1, -3)}
"""Powers of energy and length in every quantity that has a unit."""
ENERGIES = ("eV", "Hartree", "Ha", "Rydberg", "Ry", "J", "kJ", "kcal", "invcm")
LENGTHS = ("Ang", "Angstrom", "Bohr", "nm", "m")
PRESSURES = ("GPa", "Pascal", "bar")
CODATA = "2018"
"""Of the constants; the differences to other years are below 1e-7."""

Quantity = tuple[float, int, int]
"""A value in eV^a Å^b, with a and b."""


@cache
def known_units() -> dict[str, Quantity]:
    """Every unit by name: its value in eV and Å, and its powers of energy and length."""
    from ase.units import create_units

    values = create_units(CODATA)
    table = {name: (values[name], 1, 0) for name in ENERGIES}
    table |= {name: (values[name], 0, 1) for name in LENGTHS}
    table |= {name: (values[name], 1, -3) for name in PRESSURES}
    more = {
        "meV": (1e-3, 1, 0),
        "cal": (1e-3 * values["kcal"], 1, 0),
        "Å": (1.0, 0, 1),
        "pm": (1e-2, 0, 1),
        "MPa": (1e-3 * values["GPa"], 1, -3),
        "kbar": (1e3 * values["bar"], 1, -3),
    }
    return {**table, **more, "mol": (values["mol"], 0, 0)}


def unit_value(text: str, quantity: str) -> float:
    """What one ``text``, such as ``"kcal/mol"`` or ``"-0.1*GPa"``, is in eV, Å, eV/Å or eV/Å^3.

    quantity
        energy, length, forces or stress.

    Raises ``DataError`` for an unknown unit (with the closest known one), another dimension, or anything but numbers
    and units joined by ``*``, ``/`` and whole powers. A sign is allowed for forces and stress, whose signs are a
    convention.
    """
    if not isinstance(text, str):
        raise DataError(f"the unit of {quantity} must be a text such as 'kcal/mol', got {text!r}")
    return _value(text, quantity)


@cache
def _value(text: str, quantity: str) -> float:
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval").body
        value, *powers = _quantity(tree)
    except (SyntaxError, OverflowError, ZeroDivisionError, RecursionError) as error:
        raise DataError(f"{text!r} is no unit of {quantity} ({error}); write one such as 'kcal/mol/Ang'") from None
    except DataError as error:
        raise DataError(f"unit {text!r} of {quantity}: {error}") from None
    if tuple(powers) != DIMENSIONS[quantity]:
        wanted, found = (_dimension(*p) for p in (DIMENSIONS[quantity], powers))
        raise DataError(f"the unit {text!r} of {quantity} has the dimension {found}, needed is {wanted}")
    if re.search(r"\b(k?cal|kJ)\b", text) and not re.search(r"\bmol\b", text):
        raise DataError(
            f"the unit {text!r} of {quantity} is one of moles, for a single structure it is {abs(value):.2g} eV: write "
            "it per mole, such as 'kcal/mol'"
        )
    if not math.isfinite(value) or value == 0 or (value < 0 and quantity in ("energy", "length")):
        raise DataError(f"the unit {text!r} of {quantity} is worth {value}; it must be a finite positive number")
    return value


def _quantity(node: ast.expr) -> Quantity:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number), 0, 0
        case ast.Name(id=name):
            if name not in known_units():
                raise DataError(unknown("unit", name, known_units()))
            return known_units()[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value, energy, length = _quantity(operand)
            return -value, energy, length
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as operator, right=right):
            (a, *p), (b, *q) = _quantity(left), _quantity(right)
            sign = 1 if isinstance(operator, ast.Mult) else -1
            return a * b if sign > 0 else a / b, p[0] + sign * q[0], p[1] + sign * q[1]
        case ast.BinOp(left=left, op=ast.Pow(), right=exponent):
            value, energy, length = _quantity(left)
            power, *rest = _quantity(exponent)
            if rest != [0, 0] or power != int(power) or abs(power) > 6:
                raise DataError(f"{ast.unparse(exponent)!r} is no whole power of at most 6")
            return value**power, energy * int(power), length * int(power)
    raise DataError(f"{ast.unparse(node)!r} is neither a number nor a unit; join them by *, / and whole powers")


def _dimension(energy: int, length: int) -> str:
    parts = [f"{name}^{power}" for name, power in (("energy", energy), ("length", length)) if power]
    return "·".join(parts) if parts else "of a plain number"
