"""Pairs of atoms grouped by either end, so that sums over the pairs of one atom need no atomic additions."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from invgen.runtime.torch_private import assert_on_device


class PairLists(NamedTuple):
    """Pairs from a centre to a neighbour; all int64.

    The pairs of centre i are ``centre_order[centre_start[i]:centre_start[i + 1]]``, ascending, and those of neighbour j
    likewise. Grouping needs no symmetry: a pair may be listed without its reverse.
    """

    first: Tensor
    """(pairs,) the centre."""
    second: Tensor
    """(pairs,) the neighbour."""
    centre_start: Tensor
    """(centres + 1,)"""
    centre_order: Tensor
    """(pairs,)"""
    neighbour_start: Tensor
    """(neighbours + 1,)"""
    neighbour_order: Tensor
    """(pairs,)"""


def pair_lists(first: Tensor, second: Tensor, centres: int, neighbours: int) -> PairLists:
    """Groups pairs in any order, on their device and without waiting for it.

    Raises ``ValueError`` unless ``first`` and ``second`` are (pairs,) int64 of one device, and on the CPU for indices
    out of range. On a GPU such an index fails an assertion of the device.
    """
    if first.shape != second.shape or first.dim() != 1 or not first.dtype == second.dtype == torch.int64:
        raise ValueError(
            f"first and second must be (pairs,) int64, got {tuple(first.shape)} {first.dtype} and "
            f"{tuple(second.shape)} {second.dtype}"
        )
    if first.device != second.device:
        raise ValueError(f"second is on {second.device}, first on {first.device}: move them to one device with .to()")
    _check_range("first", first, centres)
    _check_range("second", second, neighbours)
    first, second = first.contiguous(), second.contiguous()
    return PairLists(first, second, *_grouped(first, centres), *_grouped(second, neighbours))


def _grouped(index: Tensor, count: int) -> tuple[Tensor, Tensor]:
    ordered, order = torch.sort(index, stable=True)
    return torch.searchsorted(ordered, torch.arange(count + 1, device=index.device)), order


def _check_range(name: str, index: Tensor, count: int) -> None:
    if torch.compiler.is_compiling() or not len(index):
        return
    inside = ((index >= 0) & (index < count)).all()
    if index.device.type == "cpu" and not inside:
        raise ValueError(f"{name} must lie in 0..{count - 1}, got {int(index.min())} to {int(index.max())}")
    if index.device.type == "cuda":
        assert_on_device(inside, f"{name} must lie in 0..{count - 1}")


def lists_from_slots(first: Tensor, first_slot: Tensor, second: Tensor, second_slot: Tensor, atoms: int) -> PairLists:
    """``pair_lists`` of atoms among themselves without a sort, from the running number of every pair at either end."""
    return PairLists(first, second, *_placed(first, first_slot, atoms), *_placed(second, second_slot, atoms))


def _placed(index: Tensor, slot: Tensor, count: int) -> tuple[Tensor, Tensor]:
    start = torch.zeros(count + 1, dtype=torch.int64, device=index.device)
    start = start.index_add(0, index + 1, torch.ones_like(index)).cumsum(0)
    pairs = torch.arange(len(index), device=index.device)
    return start, torch.empty_like(pairs).index_copy(0, start.index_select(0, index) + slot, pairs)
