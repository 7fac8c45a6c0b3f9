# Emitted by invgen 0.1.0 from templates/torch/kernels.py.jinja for harmonics-l2. Do not edit: emit again.
# value: 14 operations (4 additions, 10 multiplications), kernel 49f927164e5c79e8
# vjp: 32 operations (12 additions, 20 multiplications), kernel e1470f6cb689d75d
# second_order: 49 operations (16 additions, 33 multiplications), kernel a34e0931c3560798
"""Kernels in plain tensor operations: any device, any floating dtype, differentiable to any order.

Every array has its components on the axis ``axis``; the other axes are equal among the arrays and are kept.
"""

import torch


def value(r, axis=-2):
    r0, r1, r2 = r.unbind(axis)
    shape = r.select(axis, 0).shape
    v0 = r0 * r0
    v1 = r1 * r1
    v2 = r2 * r2
    v3 = v0 + v1
    v4 = v3 + v2
    v5 = 3.0 * v0
    v6 = v5 - v4
    v7 = r0 * r1
    v8 = r0 * r2
    v9 = 3.0 * v1
    v10 = v9 - v4
    v11 = r1 * r2
    v12 = 0.3333333333333333 * v6
    v13 = 0.3333333333333333 * v10
    return torch.stack([r.select(axis, 0).new_full((), 1.0).expand(shape), r0, r1, r2, v12, v7, v8, v13, v11], dim=axis)


def vjp(r, g, axis=-2):
    r0, r1, r2 = r.unbind(axis)
    _, g1, g2, g3, g4, g5, g6, g7, g8 = g.unbind(axis)
    v0 = r2 * g6
    v1 = r1 * g5
    v2 = 2.0 * g4
    v3 = v2 - g7
    v4 = r0 * v3
    v5 = 2.0 * v4
    v6 = g1 + v0
    v7 = v6 + v1
    v8 = 3.0 * v7
    v9 = v5 + v8
    v10 = r2 * g8
    v11 = r0 * g5
    v12 = 2.0 * g7
    v13 = g4 - v12
    v14 = r1 * v13
    v15 = 2.0 * v14
    v16 = g2 + v10
    v17 = v16 + v11
    v18 = 3.0 * v17
    v19 = v18 - v15
    v20 = r1 * g8
    v21 = r0 * g6
    v22 = g4 + g7
    v23 = r2 * v22
    v24 = 2.0 * v23
    v25 = g3 + v20
    v26 = v25 + v21
    v27 = 3.0 * v26
    v28 = v27 - v24
    v29 = 0.3333333333333333 * v9
    v30 = 0.3333333333333333 * v19
    v31 = 0.3333333333333333 * v28
    return torch.stack([v29, v30, v31], dim=axis)


def second_order(r, g, u, axis=-2):
    r0, r1, r2 = r.unbind(axis)
    _, _, _, _, g4, g5, g6, g7, g8 = g.unbind(axis)
    u0, u1, u2 = u.unbind(axis)
    shape = r.select(axis, 0).shape
    v0 = g6 * u2
    v1 = g5 * u1
    v2 = 2.0 * g4
    v3 = v2 - g7
    v4 = u0 * v3
    v5 = 2.0 * v4
    v6 = v0 + v1
    v7 = 3.0 * v6
    v8 = v5 + v7
    v9 = g8 * u2
    v10 = g5 * u0
    v11 = 2.0 * g7
    v12 = g4 - v11
    v13 = u1 * v12
    v14 = 2.0 * v13
    v15 = v9 + v10
    v16 = 3.0 * v15
    v17 = v16 - v14
    v18 = g8 * u1
    v19 = g6 * u0
    v20 = g4 + g7
    v21 = u2 * v20
    v22 = 2.0 * v21
    v23 = v18 + v19
    v24 = 3.0 * v23
    v25 = v24 - v22
    v26 = r0 * u0
    v27 = r1 * u1
    v28 = r2 * u2
    v29 = v26 + v27
    v30 = v29 + v28
    v31 = 3.0 * v26
    v32 = v31 - v30
    v33 = r1 * u0
    v34 = r0 * u1
    v35 = v33 + v34
    v36 = r2 * u0
    v37 = r0 * u2
    v38 = v36 + v37
    v39 = 3.0 * v27
    v40 = v39 - v30
    v41 = r2 * u1
    v42 = r1 * u2
    v43 = v41 + v42
    v44 = 0.3333333333333333 * v8
    v45 = 0.3333333333333333 * v17
    v46 = 0.3333333333333333 * v25
    v47 = 0.6666666666666666 * v32
    v48 = 0.6666666666666666 * v40
    return (
        torch.stack([v44, v45, v46], dim=axis),
        torch.stack([r.select(axis, 0).new_full((), 0.0).expand(shape), u0, u1, u2, v47, v35, v38, v48, v43], dim=axis),
    )
