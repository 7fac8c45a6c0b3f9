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
    v1 = c0 * v0
    r1 = rows[1]
    v2 = r1 * r1
    v3 = v0 + v2
    r2 = rows[2]
    v4 = r2 * r2
    v5 = v3 + v4
    v6 = v1 - v5
    v7 = c2 * v6
    rows[3] = v7
    v8 = r0 * r1
    rows[4] = v8
    v9 = r0 * r2
    rows[5] = v9
    v10 = c0 * v2
    v11 = v10 - v5
    v12 = c2 * v11
    rows[6] = v12
    v13 = r1 * r2
    rows[7] = v13
    rows[8] = c1


def vjp_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(0.3333333333333333)
    g4 = rows[7]
    v0 = c0 * g4
    g7 = rows[10]
    v1 = v0 - g7
    r0 = rows[0]
    v2 = r0 * v1
    v3 = c0 * v2
    r2 = rows[2]
    g6 = rows[9]
    v4 = r2 * g6
    g1 = rows[4]
    v5 = g1 + v4
    r1 = rows[1]
    g5 = rows[8]
    v6 = r1 * g5
    v7 = v5 + v6
    v8 = c1 * v7
    v9 = v3 + v8
    v10 = c2 * v9
    rows[12] = v10
    g8 = rows[11]
    v11 = r2 * g8
    g2 = rows[5]
    v12 = g2 + v11
    v13 = r0 * g5
    v14 = v12 + v13
    v15 = c1 * v14
    v16 = c0 * g7
    v17 = g4 - v16
    v18 = r1 * v17
    v19 = c0 * v18
    v20 = v15 - v19
    v21 = c2 * v20
    rows[13] = v21
    v22 = r1 * g8
    g3 = rows[6]
    v23 = g3 + v22
    v24 = r0 * g6
    v25 = v23 + v24
    v26 = c1 * v25
    v27 = g4 + g7
    v28 = r2 * v27
    v29 = c0 * v28
    v30 = v26 - v29
    v31 = c2 * v30
    rows[14] = v31


def second_order_0(rows):
    c0 = rows.constant(2.0)
    c1 = rows.constant(3.0)
    c2 = rows.constant(0.3333333333333333)
    c3 = rows.constant(0.0)
    c4 = rows.constant(0.6666666666666666)
    g4 = rows[7]
    v0 = c0 * g4
    g7 = rows[10]
    v1 = v0 - g7
    u0 = rows[12]
    v2 = u0 * v1
    v3 = c0 * v2
    g6 = rows[9]
    u2 = rows[14]
    v4 = g6 * u2
    g5 = rows[8]
    u1 = rows[13]
    v5 = g5 * u1
    v6 = v4 + v5
    v7 = c1 * v6
    v8 = v3 + v7
    v9 = c2 * v8
    rows[15] = v9
    g8 = rows[11]
    v10 = g8 * u2
    v11 = g5 * u0
    v12 = v10 + v11
    v13 = c1 * v12
    v14 = c0 * g7
    v15 = g4 - v14
    v16 = u1 * v15
    v17 = c0 * v16
    v18 = v13 - v17
    v19 = c2 * v18
    rows[16] = v19
    v20 = g8 * u1
    v21 = g6 * u0
    v22 = v20 + v21
    v23 = c1 * v22
    v24 = g4 + g7
    v25 = u2 * v24
    v26 = c0 * v25
    v27 = v23 - v26
    v28 = c2 * v27
    rows[17] = v28
    r0 = rows[0]
    v29 = r0 * u0
    v30 = c1 * v29
    r1 = rows[1]
    v31 = r1 * u1
    v32 = v29 + v31
    r2 = rows[2]
    v33 = r2 * u2
    v34 = v32 + v33
    v35 = v30 - v34
    v36 = c4 * v35
    rows[18] = v36
    v37 = r1 * u0
    v38 = r0 * u1
    v39 = v37 + v38
    rows[19] = v39
    v40 = r2 * u0
    v41 = r0 * u2
    v42 = v40 + v41
    rows[20] = v42
    v43 = c1 * v31
    v44 = v43 - v34
    v45 = c4 * v44
    rows[21] = v45
    v46 = r2 * u1
    v47 = r1 * u2
    v48 = v46 + v47
    rows[22] = v48
    rows[23] = c3


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [9],
        "rows": 9,
        "output_rows": [8, 0, 1, 2, 3, 4, 5, 6, 7],
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
        "output_rows": [15, 16, 17, 23, 12, 13, 14, 18, 19, 20, 21, 22],
        "passes": [second_order_0],
    },
}
