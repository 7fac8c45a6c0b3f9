"""The sums of ``operators.pairs`` in plain tensor operations, for machines without Numba; arguments as there.

Arrays with axes (pair, sensitivity, feature) and (pair, component, feature) exist for a moment.
"""

from __future__ import annotations

import torch
from torch import Tensor


def value(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, atoms: int) -> Tensor:
    """e_icf = sum_p t_pc a_pf with a_pf = sum_n s_pn m_jnf."""
    return _sent(t, _received(s, m, second), first, atoms)


def vjp(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Derivatives of <g, e> by s, t, m."""
    of_centre = g.index_select(0, first)
    r = torch.einsum("pc,pcf->pf", t, of_centre)
    gt = torch.einsum("pcf,pf->pc", of_centre, _received(s, m, second))
    return _heard(m, r, second), gt, _returned(s, r, second, len(m))


def second_order(
    s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor, us: Tensor, ut: Tensor, um: Tensor | None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Derivatives of <us, gs> + <ut, gt> + <um, gm> by s, t, m, g; the last is the derivative of e along u."""
    um = torch.zeros_like(m) if um is None else um
    of_centre = g.index_select(0, first)
    r, d = (torch.einsum("pc,pcf->pf", x, of_centre) for x in (t, ut))
    a, b = _received(s, m, second), _received(us, m, second) + _received(s, um, second)
    hs = _heard(m, d, second) + _heard(um, r, second)
    hm = _returned(s, d, second, len(m)) + _returned(us, r, second, len(m))
    hg = _sent(t, b, first, len(g)) + _sent(ut, a, first, len(g))
    return hs, torch.einsum("pcf,pf->pc", of_centre, b), hm, hg


def _received(s: Tensor, m: Tensor, second: Tensor) -> Tensor:
    """a (pairs, features)."""
    return torch.einsum("pn,pnf->pf", s, m.index_select(0, second))


def _sent(t: Tensor, a: Tensor, first: Tensor, atoms: int) -> Tensor:
    """e (atoms, components, features)."""
    e = a.new_zeros(atoms, t.shape[1], a.shape[1])
    return e.index_add(0, first, torch.einsum("pc,pf->pcf", t, a))


def _heard(m: Tensor, r: Tensor, second: Tensor) -> Tensor:
    """sum_f m_jnf r_pf (pairs, sensitivities)."""
    return torch.einsum("pnf,pf->pn", m.index_select(0, second), r)


def _returned(s: Tensor, r: Tensor, second: Tensor, rows: int) -> Tensor:
    """sum_p s_pn r_pf (rows, sensitivities, features)."""
    gm = r.new_zeros(rows, s.shape[1], r.shape[1])
    return gm.index_add(0, second, torch.einsum("pn,pf->pnf", s, r))
