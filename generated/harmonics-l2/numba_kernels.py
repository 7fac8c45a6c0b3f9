# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for harmonics-l2. Do not edit: emit again.
# value: 14 operations (4 additions, 10 multiplications), kernel 49f927164e5c79e8
# vjp: 32 operations (12 additions, 20 multiplications), kernel e1470f6cb689d75d
# second_order: 49 operations (16 additions, 33 multiplications), kernel a34e0931c3560798
"""Statements of the kernels for the CPU, on rows: one value of all lanes. ``invgen.runtime.cpu`` makes code of them."""

LANES = 64


def value_0(rows):
    c0 = rows.constant(3.0)
    c1 = rows.constant(1.0)
    c2 = rows.constant(0.3333333333333333)
    r0 = rows[0]
    v0 = r0 * r0
    r1 = rows[1]
    v1 = r1 * r1
    r2 = rows[2]
    v2 = r2 * r2
    v3 = v0 + v1
    v4 = v3 + v2
    v5 = c0 * v0
    v6 = v5 - v4
    v7 = r0 * r1
    rows[3] = v7
    v8 = r0 * r2
    rows[4] = v8
    v9 = c0 * v1
    v10 = v9 - v4
    v11 = r1 * r2
    rows[5] = v11
    v12 = c2 * v6
    rows[6] = v12
    v13 = c2 * v10
    rows[7] = v13
    rows[8] = c1


def vjp_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(0.3333333333333333)
    r2 = rows[2]
    g6 = rows[9]
    v0 = r2 * g6
    r1 = rows[1]
    g5 = rows[8]
    v1 = r1 * g5
    g4 = rows[7]
    v2 = c0 * g4
    g7 = rows[10]
    v3 = v2 - g7
    r0 = rows[0]
    v4 = r0 * v3
    v5 = c0 * v4
    g1 = rows[4]
    v6 = g1 + v0
    v7 = v6 + v1
    v8 = c1 * v7
    v9 = v5 + v8
    g8 = rows[11]
    v10 = r2 * g8
    v11 = r0 * g5
    v12 = c0 * g7
    v13 = g4 - v12
    v14 = r1 * v13
    v15 = c0 * v14
    g2 = rows[5]
    v16 = g2 + v10
    v17 = v16 + v11
    v18 = c1 * v17
    v19 = v18 - v15
    v20 = r1 * g8
    v21 = r0 * g6
    v22 = g4 + g7
    v23 = r2 * v22
    v24 = c0 * v23
    g3 = rows[6]
    v25 = g3 + v20
    v26 = v25 + v21
    v27 = c1 * v26
    v28 = v27 - v24
    v29 = c2 * v9
    rows[12] = v29
    v30 = c2 * v19
    rows[13] = v30
    v31 = c2 * v28
    rows[14] = v31


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(0.3333333333333333)
    c3 = rows.constant(0.0)
    c4 = rows.constant(0.6666666666666666)
    g6 = rows[9]
    u2 = rows[14]
    v0 = g6 * u2
    g5 = rows[8]
    u1 = rows[13]
    v1 = g5 * u1
    g4 = rows[7]
    v2 = c0 * g4
    g7 = rows[10]
    v3 = v2 - g7
    u0 = rows[12]
    v4 = u0 * v3
    v5 = c0 * v4
    v6 = v0 + v1
    v7 = c1 * v6
    v8 = v5 + v7
    g8 = rows[11]
    v9 = g8 * u2
    v10 = g5 * u0
    v11 = c0 * g7
    v12 = g4 - v11
    v13 = u1 * v12
    v14 = c0 * v13
    v15 = v9 + v10
    v16 = c1 * v15
    v17 = v16 - v14
    v18 = g8 * u1
    v19 = g6 * u0
    v20 = g4 + g7
    v21 = u2 * v20
    v22 = c0 * v21
    v23 = v18 + v19
    v24 = c1 * v23
    v25 = v24 - v22
    r0 = rows[0]
    v26 = r0 * u0
    r1 = rows[1]
    v27 = r1 * u1
    r2 = rows[2]
    v28 = r2 * u2
    v29 = v26 + v27
    v30 = v29 + v28
    v31 = c1 * v26
    v32 = v31 - v30
    v33 = r1 * u0
    v34 = r0 * u1
    v35 = v33 + v34
    rows[15] = v35
    v36 = r2 * u0
    v37 = r0 * u2
    v38 = v36 + v37
    rows[16] = v38
    v39 = c1 * v27
    v40 = v39 - v30
    v41 = r2 * u1
    v42 = r1 * u2
    v43 = v41 + v42
    rows[17] = v43
    v44 = c2 * v8
    rows[18] = v44
    v45 = c2 * v17
    rows[19] = v45
    v46 = c2 * v25
    rows[20] = v46
    v47 = c4 * v32
    rows[21] = v47
    v48 = c4 * v40
    rows[22] = v48
    rows[23] = c3


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [9],
        "rows": 9,
        "output_rows": [8, 0, 1, 2, 6, 3, 4, 7, 5],
        "passes": [value_0],
    },
    "vjp": {
        "inputs": [3, 9],
        "outputs": [3],
        "rows": 15,
        "output_rows": [12, 13, 14],
        "passes": [vjp_0],
    },
    "second_order": {
        "inputs": [3, 9, 3],
        "outputs": [3, 9],
        "rows": 24,
        "output_rows": [18, 19, 20, 23, 12, 13, 14, 21, 15, 16, 22, 17],
        "passes": [second_order_0],
    },
}
