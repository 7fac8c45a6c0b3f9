"""Exponential, sine and cosine of registers, to round-off."""

from __future__ import annotations

import math

from llvmlite import ir

from invgen.runtime.cpu.values import ELEMENTS, Register

LOG2_E = 1.0 / math.log(2.0)


class _Format:
    """How numbers of a kind lie in memory, and how many terms a series needs for all their digits.

    mantissa
        Bits after the point.
    high, low
        ln 2 in two parts; products of the first with small integers are exact.
    exponential, circular
        Terms of exp(x) for |x| <= ln(2)/2, of sin(x) and cos(x) for 0 <= x <= pi/2.
    """

    def __init__(self, mantissa: int, high: float, low: float, exponential: int, circular: int) -> None:
        self.mantissa, self.high, self.low = mantissa, high, low
        self.exponential, self.circular = exponential, circular
        self.integer = ir.IntType(64 if mantissa == 52 else 32)


FORMATS = {
    ELEMENTS["float32"]: _Format(23, 0.693359375, -2.12194440e-4, 8, 7),
    ELEMENTS["float64"]: _Format(52, 6.93147180369123816490e-01, 1.90821492927058770002e-10, 14, 12),
}


def exponential(x: Register) -> Register:
    """exp(x), for x whose exponential is a normal number: exp(x) = 2^k exp(x - k ln 2).

    Added to a number whose last bit counts ones, x / ln 2 becomes k in its lowest bits; from there it is moved to the
    place of the exponent.
    """
    form, builder = FORMATS[x.element], x.builder
    turning = 1.5 * 2.0**form.mantissa
    shifted = x * LOG2_E + turning
    k = shifted - turning
    rest = x - k * form.high - k * form.low
    value = _series(rest, [1.0 / math.factorial(n) for n in range(form.exponential)])
    kind = form.integer if x.lanes == 1 else ir.VectorType(form.integer, x.lanes)
    place = ir.Constant(kind, form.mantissa if x.lanes == 1 else [form.mantissa] * x.lanes)
    exponent = builder.shl(builder.bitcast(shifted.value, kind), place)
    bits = builder.add(builder.bitcast(value.value, kind), exponent)
    return Register(builder, builder.bitcast(bits, x.value.type))


def sine_and_cosine(x: Register) -> tuple[Register, Register]:
    """sin(x) and cos(x) for 0 <= x <= pi/2."""
    terms, square = FORMATS[x.element].circular, x * x
    odd = [(-1.0) ** n / math.factorial(2 * n + 1) for n in range(terms)]
    even = [(-1.0) ** n / math.factorial(2 * n) for n in range(terms)]
    return x * _series(square, odd), _series(square, even)


def _series(x: Register, coefficients: list[float]) -> Register:
    """The sum of coefficients times powers of x, from the highest down."""
    total = x.constant(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total
