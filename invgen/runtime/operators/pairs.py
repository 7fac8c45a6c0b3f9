"""Torch custom operators for sums over pairs of atoms: ``invgen::pair_sum`` and its first and second derivative.

    invgen::pair_sum(s, t, m, first, second, atoms) -> e                            e_icf = sum_p t_pc s_pn m_jnf
    invgen::pair_sum_vjp(s, t, m, first, second, g, with_m) -> (gs, gt, gm)         derivatives of <g, e>
    invgen::pair_sum_second_order(s, t, m, first, second, g, us, ut, um) -> (hs, ht, hm, hg)
                                                 derivatives of <us, gs> + <ut, gt> + <um, gm> by s, t, m, g

s (pairs, sensitivities), t (pairs, components), m (rows, sensitivities, features), e and g (atoms, components,
features); first (pairs,) holds the centre i of every pair, below ``atoms``, second (pairs,) the row j of m, both int64
and in any order. gm is empty without ``with_m``; um may be None for zero. float32 or float64, on the CPU: in Numba as
described in ``cpu.pairs``, or in plain tensor operations where Numba is not installed.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

import torch
from torch import Tensor

from invgen.runtime.backends import has_numba
from invgen.runtime.operators import pairs_torch
from invgen.runtime.operators.given import like, plain
from invgen.runtime.operators.registration import below, define, differentiable, last_derivative, mapped_one_by_one
from invgen.runtime.torch_private import SingleLevelFunction

DTYPES = (torch.float32, torch.float64)


@cache
def machine_code() -> Any:
    """The routines, where llvmlite is installed."""
    from invgen.runtime.cpu import pairs

    return pairs


def _check(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor) -> None:
    pairs = first.shape[0] if first.dim() == 1 else -1  # len() would fix the number in a graph whose sizes stay open
    wrong = t.dim() != 2 or t.shape[0] != pairs or second.shape != first.shape
    if wrong or m.dim() != 3 or s.shape != (pairs, m.shape[1]):
        shapes = [tuple(x.shape) for x in (s, t, m, first, second)]
        raise ValueError(
            "pair_sum takes s (pairs, sensitivities), t (pairs, components), m (rows, sensitivities, features), first "
            f"and second (pairs,); got {shapes}"
        )
    if not s.dtype == t.dtype == m.dtype or m.dtype not in DTYPES:
        raise TypeError(f"pair_sum takes s, t, m all float32 or all float64, got {s.dtype}, {t.dtype}, {m.dtype}")
    if not first.dtype == second.dtype == torch.int64:
        raise TypeError(f"pair_sum takes first and second as int64, got {first.dtype} and {second.dtype}")
    device = m.device
    if not device == s.device == t.device == first.device == second.device:
        devices = sorted({str(x.device) for x in (s, t, m, first, second)})
        raise ValueError(f"pair_sum: tensors are on {devices}: move them to one device with .to()")


def _check_second(
    s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor, us: Tensor, ut: Tensor, um: Tensor | None
) -> None:
    _check(s, t, m, first, second)
    like("g", g, (g.shape[0], t.shape[1], m.shape[2]), m, "pair_sum")
    for name, tensor, other in (("us", us, s), ("ut", ut, t), ("um", m if um is None else um, m)):
        like(name, tensor, tuple(other.shape), other, "pair_sum")


class End:
    """One end of pairs: the index (pairs,) of each in ``count`` things, called ``what``, checked to be in range."""

    def __init__(self, index: Tensor, count: int, name: str, what: str) -> None:
        if index.shape[0]:
            low, high = (x.item() for x in torch.aminmax(index))
            if low < 0 or high >= count:
                raise IndexError(
                    f"pair_sum: {name} holds {low if low < 0 else high}, but there are {count} {what}: the pair list "
                    "belongs to other atoms"
                )
        self.index, self.count = index.contiguous(), count

    @cached_property
    def groups(self) -> Any:
        """The pairs of each, for machine code (``cpu.pairs.Groups``)."""
        return machine_code().grouped(self.index, self.count)


def centres_of(first: Tensor, atoms: int) -> End:
    """The centres of pairs. Raises ``IndexError`` for an index that is out of range."""
    return End(first, atoms, "first", "atoms")


def rows_of(second: Tensor, rows: int) -> End:
    """The rows of m. Raises ``IndexError`` for an index that is out of range."""
    return End(second, rows, "second", "rows of m")


def value(s: Tensor, t: Tensor, m: Tensor, centres: End, rows: End) -> Tensor:
    """As the operator, without its derivative, and with ends that may be used again."""
    _check(s, t, m, centres.index, rows.index)
    if not has_numba():
        return pairs_torch.value(s, t, m, centres.index, rows.index, centres.count)
    e = m.new_empty(centres.count, t.shape[1], m.shape[2])
    machine_code().value(*[*plain(s, t, m), rows.index, centres.groups, e])
    return e


def vjp(
    s: Tensor, t: Tensor, m: Tensor, centres: End, rows: End, g: Tensor, with_m: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """As the operator, without its derivative, and with ends that may be used again."""
    _check(s, t, m, centres.index, rows.index)
    like("g", g, (centres.count, t.shape[1], m.shape[2]), m, "pair_sum")
    if not has_numba():
        gs, gt, gm = pairs_torch.vjp(s, t, m, centres.index, rows.index, g)
        return gs, gt, gm if with_m else m.new_empty(0)
    gs, gt = s.new_empty(s.shape), t.new_empty(t.shape)
    gm = m.new_empty(rows.groups.pieces, *m.shape[1:]) if with_m else None
    ends = centres.index, rows.index, *plain(g), centres.groups, rows.groups
    machine_code().vjp(*[*plain(s, t, m), *ends, gs, gt, gm])
    return gs, gt, m.new_empty(0) if gm is None else _joined(gm, rows.groups, len(m))


def _value(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, atoms: int) -> Tensor:
    return value(s, t, m, centres_of(first, atoms), rows_of(second, len(m)))


def _vjp(
    s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor, with_m: bool
) -> tuple[Tensor, Tensor, Tensor]:
    return vjp(s, t, m, centres_of(first, len(g)), rows_of(second, len(m)), g, with_m)


def _second_order(
    s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor, us: Tensor, ut: Tensor, um: Tensor | None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    _check_second(s, t, m, first, second, g, us, ut, um)
    if not has_numba():
        return pairs_torch.second_order(s, t, m, first, second, g, us, ut, um)
    centres, rows = centres_of(first, len(g)), rows_of(second, len(m))
    hs, ht, hg = s.new_empty(s.shape), t.new_empty(t.shape), g.new_empty(g.shape)
    hm = m.new_empty(rows.groups.pieces, *m.shape[1:])
    ends = centres.index, rows.index, *plain(g, us, ut, um), centres.groups, rows.groups
    machine_code().second_order(*[*plain(s, t, m), *ends, hs, ht, hm, hg])
    return hs, ht, _joined(hm, rows.groups, len(m)), hg


def _joined(parts: Tensor, groups: Any, rows: int) -> Tensor:
    """Sums of the pieces of every row; there is at least one of each."""
    if groups.pieces == rows:
        return parts
    return parts.new_zeros(rows, *parts.shape[1:]).index_add(0, torch.from_numpy(groups.owners), parts)


def _fresh(*tensors: Tensor) -> tuple[Tensor, ...]:
    return tuple(x.new_empty(x.shape) for x in tensors)


def _fake_value(s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, atoms: int) -> Tensor:
    _check(s, t, m, first, second)
    return m.new_empty(atoms, t.shape[1], m.shape[2])


def _fake_vjp(
    s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor, with_m: bool
) -> tuple[Tensor, ...]:
    _check(s, t, m, first, second)
    like("g", g, (g.shape[0], t.shape[1], m.shape[2]), m, "pair_sum")
    return *_fresh(s, t), m.new_empty(m.shape if with_m else (0,))


def _fake_second_order(
    s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, g: Tensor, us: Tensor, ut: Tensor, um: Tensor | None
) -> tuple[Tensor, ...]:
    _check_second(s, t, m, first, second, g, us, ut, um)
    return _fresh(s, t, m, g)


_PAIRS = "Tensor s, Tensor t, Tensor m, Tensor first, Tensor second"
VALUE = define("pair_sum", f"({_PAIRS}, SymInt atoms) -> Tensor", _value, _fake_value, ("CPU",))
VJP = define(
    "pair_sum_vjp", f"({_PAIRS}, Tensor g, bool with_m) -> (Tensor, Tensor, Tensor)", _vjp, _fake_vjp, ("CPU",)
)
SECOND_ORDER = define(
    "pair_sum_second_order",
    f"({_PAIRS}, Tensor g, Tensor us, Tensor ut, Tensor? um) -> (Tensor, Tensor, Tensor, Tensor)",
    _second_order,
    _fake_second_order,
    ("CPU",),
)


class _Value(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, s: Tensor, t: Tensor, m: Tensor, first: Tensor, second: Tensor, atoms: int) -> Tensor:
        ctx.save_for_backward(s, t, m, first, second)
        return below(VALUE, s, t, m, first, second, atoms)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        with_m = ctx.needs_input_grad[2]
        gs, gt, gm = VJP(*ctx.saved_tensors, g, with_m)
        return gs, gt, gm if with_m else None, None, None, None


class _Vjp(SingleLevelFunction):
    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> tuple[Tensor, ...]:
        *tensors, with_m = inputs
        ctx.save_for_backward(*tensors)
        ctx.with_m = with_m
        ctx.set_materialize_grads(False)
        return below(VJP, *tensors, with_m)

    @staticmethod
    def backward(ctx: Any, us: Tensor | None, ut: Tensor | None, um: Tensor | None) -> tuple[Tensor | None, ...]:
        s, t, *others = ctx.saved_tensors
        us, ut = (torch.zeros_like(x) if u is None else u for x, u in ((s, us), (t, ut)))
        hs, ht, hm, hg = SECOND_ORDER(s, t, *others, us, ut, um if ctx.with_m else None)
        return hs, ht, hm, None, None, hg, None


differentiable(_Value, VALUE)
differentiable(_Vjp, VJP)
last_derivative(SECOND_ORDER, "pair_sum", pairs_torch.second_order)
for _operator in (VALUE, VJP, SECOND_ORDER):
    mapped_one_by_one(_operator)
