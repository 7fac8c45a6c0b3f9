# Emitted by invgen 0.1.0 from templates/numba/kernels.py.jinja for harmonics-l1. Do not edit: emit again.
# value: 0 operations (0 additions, 0 multiplications), kernel 08735e5fc05a0fdf
# vjp: 0 operations (0 additions, 0 multiplications), kernel 38bd90f90fbd044f
# second_order: 0 operations (0 additions, 0 multiplications), kernel 17abca8fe59318de
"""Statements of the kernels for the CPU, on rows: one value of all lanes. ``invgen.runtime.cpu`` makes code of them."""

LANES = 64


def value_0(rows):
    c0 = rows.constant(1.0)
    rows[3] = c0


def vjp_0(rows):
    pass


def second_order_0(rows):
    c0 = rows.constant(0.0)
    rows[10] = c0


KERNELS = {
    "value": {
        "inputs": [3],
        "outputs": [4],
        "rows": 4,
        "output_rows": [3, 0, 1, 2],
        "passes": [value_0],
    },
    "vjp": {
        "inputs": [3, 4],
        "outputs": [3],
        "rows": 7,
        "output_rows": [4, 5, 6],
        "passes": [vjp_0],
    },
    "second_order": {
        "inputs": [3, 4, 3],
        "outputs": [3, 4],
        "rows": 11,
        "output_rows": [10, 10, 10, 10, 7, 8, 9],
        "passes": [second_order_0],
    },
}
