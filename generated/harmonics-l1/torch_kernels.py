# Emitted by invgen 0.1.0 from templates/torch/kernels.py.jinja for harmonics-l1. Do not edit: emit again.
# value: 0 operations (0 additions, 0 multiplications), kernel 08735e5fc05a0fdf
# vjp: 0 operations (0 additions, 0 multiplications), kernel 38bd90f90fbd044f
# second_order: 0 operations (0 additions, 0 multiplications), kernel 17abca8fe59318de
"""Kernels in plain tensor operations: any device, any floating dtype, differentiable to any order.

Every array has its components on the axis ``axis``; the other axes are equal among the arrays and are kept.
"""

import torch


def value(r, axis=-2):
    r0, r1, r2 = r.unbind(axis)
    shape = r.select(axis, 0).shape
    return torch.stack([r.select(axis, 0).new_full((), 1.0).expand(shape), r0, r1, r2], dim=axis)


def vjp(r, g, axis=-2):
    _, _, _ = r.unbind(axis)
    _, g1, g2, g3 = g.unbind(axis)
    return torch.stack([g1, g2, g3], dim=axis)


def second_order(r, g, u, axis=-2):
    _, _, _ = r.unbind(axis)
    _, _, _, _ = g.unbind(axis)
    u0, u1, u2 = u.unbind(axis)
    shape = r.select(axis, 0).shape
    return (
        torch.stack([r.select(axis, 0).new_full((), 0.0).expand(shape), r.select(axis, 0).new_full((), 0.0).expand(shape), r.select(axis, 0).new_full((), 0.0).expand(shape)], dim=axis),
        torch.stack([r.select(axis, 0).new_full((), 0.0).expand(shape), u0, u1, u2], dim=axis),
    )
