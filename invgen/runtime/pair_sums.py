"""The interaction layer in plain tensor operations: the readable reference of the fused kernels.

With m (neighbours, sensitivities, features), s (pairs, sensitivities), and t (pairs, components),

    a_pf = Σ_n s_pn m_{j(p)nf},    x_icf = Σ_{p: i(p)=i} t_pc a_pf,    y_ikf = I_k(x_i·f).

The derivatives are written out, so that they take any kernels for I, and hold arrays with axes (pair, sensitivity,
feature) for a moment: right for tests and as a last resort, not for speed.
"""

from __future__ import annotations

import torch
from torch import Tensor

from invgen.runtime import operators
from invgen.runtime.pair_lists import PairLists

Three = tuple[Tensor, Tensor, Tensor]
Four = tuple[Tensor, Tensor, Tensor, Tensor]


def value(m: Tensor, s: Tensor, t: Tensor, lists: PairLists, key: str) -> Tensor:
    """y (centres, invariants, features)."""
    return operators.VALUE(environment(received(m, s, lists), t, lists), key)


def vjp(m: Tensor, s: Tensor, t: Tensor, g: Tensor, lists: PairLists, key: str) -> Three:
    """Cotangents of m, s, t for the cotangent g of y."""
    a = received(m, s, lists)
    gx = operators.VJP(environment(a, t, lists), g, key).index_select(0, lists.first)
    gm, gs = _pull_back(m, s, torch.einsum("pc,pcf->pf", t, gx), lists)
    return gm, gs, torch.einsum("pcf,pf->pc", gx, a)


def second_order(
    m: Tensor, s: Tensor, t: Tensor, g: Tensor, um: Tensor, us: Tensor, ut: Tensor, lists: PairLists, key: str
) -> Four:
    """Cotangents of m, s, t, g for the cotangents um, us, ut of what ``vjp`` returns.

    <(um, us, ut), vjp> = <g, J u> with u the derivative of x along (um, us, ut), so it is a function of x and u.
    """
    a, ua = received(m, s, lists), received(m, us, lists) + received(um, s, lists)
    x, u = environment(a, t, lists), environment(a, ut, lists) + environment(ua, t, lists)
    gx = operators.VJP(x, g, key).index_select(0, lists.first)
    hx, hg = operators.SECOND_ORDER(x, g, u, key)
    hx = hx.index_select(0, lists.first)
    ha = torch.einsum("pc,pcf->pf", t, hx) + torch.einsum("pc,pcf->pf", ut, gx)
    ga = torch.einsum("pc,pcf->pf", t, gx)
    hm, hs = _pull_back(m, s, ha, lists)
    ht = torch.einsum("pcf,pf->pc", hx, a) + torch.einsum("pcf,pf->pc", gx, ua)
    return hm + _pull_back(m, us, ga, lists)[0], hs + _pull_back(um, s, ga, lists)[1], ht, hg


def received(m: Tensor, s: Tensor, lists: PairLists) -> Tensor:
    """a (pairs, features)."""
    return torch.einsum("pn,pnf->pf", s, m.index_select(0, lists.second))


def environment(a: Tensor, t: Tensor, lists: PairLists) -> Tensor:
    """x (centres, components, features)."""
    x = a.new_zeros(len(lists.centre_start) - 1, t.shape[1], a.shape[1])
    return x.index_add(0, lists.first, torch.einsum("pc,pf->pcf", t, a))


def _pull_back(m: Tensor, s: Tensor, ga: Tensor, lists: PairLists) -> tuple[Tensor, Tensor]:
    """Cotangents of m and s for the cotangent ga of a."""
    gm = torch.zeros_like(m).index_add(0, lists.second, torch.einsum("pn,pf->pnf", s, ga))
    return gm, torch.einsum("pnf,pf->pn", m.index_select(0, lists.second), ga)
