"""The sums of ``pair_operators`` in plain tensor operations, for machines without Numba; arguments as there."""

from __future__ import annotations

import torch
from torch import Tensor


def value(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, atoms: int) -> Tensor:
    """e_icf = sum_p t_pc s_pn m_jnf."""
    received = torch.einsum("pn,pnf->pf", s, m[second])
    outer = t.unsqueeze(2) * received.unsqueeze(1)
    return m.new_zeros(atoms, t.shape[1], m.shape[2]).index_add(0, first, outer)


def vjp(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Derivatives of <g, e> by s, t, m."""
    messages, pulled = m[second], torch.einsum("pc,pcf->pf", t, g[first])
    gs = torch.einsum("pnf,pf->pn", messages, pulled)
    gt = torch.einsum("pcf,pf->pc", g[first], torch.einsum("pn,pnf->pf", s, messages))
    return gs, gt, torch.zeros_like(m).index_add(0, second, s.unsqueeze(2) * pulled.unsqueeze(1))


def second_order(
    s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor, us: Tensor, ut: Tensor, um: Tensor | None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Derivatives of <us, gs> + <ut, gt> + <um, gm> by s, t, m, g: those of ``vjp`` and ``value`` along u."""
    um = torch.zeros_like(m) if um is None else um
    along_s = vjp(us, t, m, first, second, g)
    along_t = vjp(s, ut, m, first, second, g)
    along_m = vjp(s, t, um, first, second, g)
    hg = (
        value(us, t, m, first, second, len(g))
        + value(s, ut, m, first, second, len(g))
        + value(s, t, um, first, second, len(g))
    )
    return along_t[0] + along_m[0], along_s[1] + along_m[1], along_s[2] + along_t[2], hg
