"""Memory of large results is used again, and never while anybody can see it."""

from __future__ import annotations

import weakref
from collections import deque

import numpy as np
import pytest
import torch

from invgen.runtime.cpu import pool
from invgen.runtime.cpu.pool import LARGE, empty_at_cache_lines

FLOAT = np.dtype("float32")
SHAPE = (3, LARGE // 12 + 1)


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> deque[np.ndarray]:
    """A pool that holds nothing."""
    monkeypatch.setattr(pool, "_idle", deque())
    return pool._idle


def place(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def test_memory_is_used_again_when_the_array_is_gone(idle: deque[np.ndarray]) -> None:
    first = empty_at_cache_lines(SHAPE, FLOAT)
    where = place(first)
    assert where % 64 == 0
    assert first.flags.c_contiguous
    assert not idle
    del first
    assert len(idle) == 1
    assert place(empty_at_cache_lines(SHAPE, FLOAT)) == where


@pytest.mark.parametrize(
    "hold",
    [lambda a: a[1:, ::2], lambda a: a.T.view("int32"), torch.from_numpy, memoryview, lambda a: a.reshape(-1)[:1]],
)
def test_whatever_sees_the_memory_holds_it(hold, idle: deque[np.ndarray]) -> None:
    array = empty_at_cache_lines(SHAPE, FLOAT)
    where, held = place(array), hold(array)
    del array
    assert not idle
    assert place(empty_at_cache_lines(SHAPE, FLOAT)) != where
    del held
    assert where - place(idle[-1]) < 64


def test_small_and_unfit_memory_is_not_kept_nor_taken(idle: deque[np.ndarray]) -> None:
    small = empty_at_cache_lines((5,), FLOAT)
    del small
    assert not idle
    large = empty_at_cache_lines((2 * LARGE // 4,), FLOAT)
    where = place(large)
    del large
    assert place(other := empty_at_cache_lines(SHAPE, FLOAT)) != where
    assert len(idle) == 1
    assert other.shape == SHAPE


def test_what_lies_idle_is_bounded_and_the_oldest_goes_first(
    idle: deque[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "KEPT", 2.5 * LARGE)
    arrays = [empty_at_cache_lines(SHAPE, FLOAT) for _ in range(4)]
    gone = weakref.ref(arrays[0].base)
    places = [place(a.base) for a in arrays]
    while arrays:
        del arrays[0]
    assert [place(memory) for memory in idle] == places[2:]
    assert gone() is None
