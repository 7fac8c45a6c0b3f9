"""The interaction layer in plain tensor operations: the readable reference of the fused kernels.

With m (neighbours, sensitivities, features), s (pairs, sensitivities), and t (pairs, components),

    a_pf = Σ_n s_pn m_{j(p)nf},    x_icf = Σ_{p: i(p)=i} t_pc a_pf,    y_ikf = I_k(x_i·f).

The derivatives are written out, so that they take any kernels for I, and hold arrays with axes (pair, sensitivity,
feature) for a moment: right for tests and as a last resort, not for speed.
"""

from __future__ import annotations

from torch import Tensor

from invgen.runtime.operators import invariants, pairs_torch
from invgen.runtime.pair_lists import PairLists

Three = tuple[Tensor, Tensor, Tensor]
Four = tuple[Tensor, Tensor, Tensor, Tensor]


def value(m: Tensor, s: Tensor, t: Tensor, lists: PairLists, key: str) -> Tensor:
    """y (centres, invariants, features)."""
    return invariants.VALUE(_environment(m, s, t, lists), key)


def vjp(m: Tensor, s: Tensor, t: Tensor, g: Tensor, lists: PairLists, key: str) -> Three:
    """Cotangents of m, s, t for the cotangent g of y."""
    gx = invariants.VJP(_environment(m, s, t, lists), g, key)
    gs, gt, gm = pairs_torch.vjp(s, t, m, lists.first, lists.second, gx)
    return gm, gs, gt


def second_order(
    m: Tensor, s: Tensor, t: Tensor, g: Tensor, um: Tensor, us: Tensor, ut: Tensor, lists: PairLists, key: str
) -> Four:
    """Cotangents of m, s, t, g for the cotangents um, us, ut of what ``vjp`` returns.

    <(um, us, ut), vjp> = <g, J u> with u the derivative of x along (um, us, ut). It depends on m, s, t through u, at
    fixed x, as through the vjp of the sums; and through x, by the Hessian of I.
    """
    pairs, x = (lists.first, lists.second), _environment(m, s, t, lists)
    gx = invariants.VJP(x, g, key)
    hs, ht, hm, u = pairs_torch.second_order(s, t, m, *pairs, gx, us, ut, um)
    hx, hg = invariants.SECOND_ORDER(x, g, u, key)
    gs, gt, gm = pairs_torch.vjp(s, t, m, *pairs, hx)
    return hm + gm, hs + gs, ht + gt, hg


def _environment(m: Tensor, s: Tensor, t: Tensor, lists: PairLists) -> Tensor:
    """x (centres, components, features)."""
    return pairs_torch.value(s, t, m, lists.first, lists.second, len(lists.centre_start) - 1)
