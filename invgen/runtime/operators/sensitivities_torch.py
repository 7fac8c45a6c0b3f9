"""The sensitivities of ``operators.sensitivities`` in plain tensor operations; arguments and letters as there."""

from __future__ import annotations

import math

import torch
from torch import Tensor

NEGLIGIBLE = 1e-26
"""Gaussians below this are set to zero: their products would be too small for full precision, where processors are a
hundred times slower, and sums with the other sensitivities lose them anyway."""
LEAST = math.log(NEGLIGIBLE) - 1.0
"""Exponents below this are not computed."""


def value(r: Tensor, c: Tensor, w: Tensor, cutoff: float) -> Tensor:
    """s, with derivatives of any order by autograd."""
    return _gaussian(w * (r.reciprocal().unsqueeze(1) - c)) * _angle(r, cutoff).cos().square().unsqueeze(1)


def vjp(r: Tensor, c: Tensor, w: Tensor, g: Tensor, cutoff: float) -> tuple[Tensor, Tensor, Tensor]:
    """Derivatives of <g, s> by r, c, w."""
    x, away = r.reciprocal().unsqueeze(1), r.reciprocal().unsqueeze(1) - c
    gaussian = _gaussian(w * away)
    cut, slope, _ = _cut(r, cutoff)
    by_d = -g * w * away * gaussian * cut
    return (g * gaussian * slope - by_d * w * x * x).sum(1), -(by_d * w).sum(0), (by_d * away).sum(0)


def second_order(
    r: Tensor, c: Tensor, w: Tensor, g: Tensor, ur: Tensor, uc: Tensor, uw: Tensor, cutoff: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Derivatives of <ur, gr> + <uc, gc> + <uw, gw> by r, c, w, g (steps in ``cpu.sensitivities``)."""
    x, u = r.reciprocal().unsqueeze(1), ur.unsqueeze(1)
    away = x - c
    d, gaussian = w * away, _gaussian(w * away)
    cut, slope, curvature = _cut(r, cutoff)
    a, b = gaussian * cut, gaussian * slope
    inner = -x * x * u - uc
    q = w * inner + uw * away
    by_d = g * ((d * d - 1.0) * q * a - d * b * u)
    by_q = -g * d * a
    hr = -by_d * w * x * x + by_q * (2.0 * x * x * x * u * w - uw * x * x) + g * (gaussian * curvature * u - d * q * b)
    return hr.sum(1), -(by_d * w + by_q * uw).sum(0), (by_d * away + by_q * inner).sum(0), b * u - d * q * a


def _gaussian(d: Tensor) -> Tensor:
    gaussian = torch.exp((-0.5 * d.square()).clamp(min=LEAST))
    return torch.nn.functional.threshold(gaussian, NEGLIGIBLE, 0.0)


def _angle(r: Tensor, cutoff: float) -> Tensor:
    return (math.pi / (2.0 * cutoff)) * r.clamp(max=cutoff)


def _cut(r: Tensor, cutoff: float) -> tuple[Tensor, ...]:
    """cos²(k r) and its derivatives by r, (pairs, 1)."""
    k, angle, inside = math.pi / (2.0 * cutoff), _angle(r, cutoff), r < cutoff
    slope, curvature = -k * torch.sin(2.0 * angle) * inside, -2.0 * k * k * torch.cos(2.0 * angle) * inside
    return tuple(x.unsqueeze(1) for x in (angle.cos().square(), slope, curvature))
