"""Assembly by Dask's workers: the bytes of one process, whoever is lost; and errors that name the scheduler."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from fit_fixtures import labelled
from processes import invgen as command

import invgen
from invgen.ace import RadialBasis
from invgen.ace.fitting import blocks
from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.factors import Factors
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data import Structure
from invgen.workers import scheduler
from invgen.workers.ordered import in_order
from invgen.workers.scheduler import SchedulerError

NOWHERE = "tcp://127.0.0.1:9"


@contextmanager
def cluster(workers: int) -> Iterator[object]:
    """A scheduler with worker processes of its own, without its page."""
    from distributed import LocalCluster

    options = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": "CRITICAL"}
    with LocalCluster(n_workers=workers, **options) as made:
        yield made


@pytest.fixture(scope="module")
def design() -> DesignEvaluator:
    spec = invgen.BasisSpec(family="ace", n_max=2, total_degree=6, objective="linear", elements=("Cu", "Ni"))
    products = product_basis(invgen.generate(spec))
    functions = int(products.channels[:, 1].max())
    return DesignEvaluator(products, RadialBasis(cutoff=4.0, functions=functions, r0=2.0), ("Cu", "Ni"))


@pytest.fixture
def structures(monkeypatch: pytest.MonkeyPatch) -> list[Structure]:
    """Sixty clusters, in blocks of about ten."""
    monkeypatch.setattr(blocks, "ROWS", 150)
    return labelled(60, noise=0.1)[0]


FOLDS = np.arange(60) % 3


class Said:
    """Progress: how many structures were done whenever something was said, and ``action()`` once ``after`` are."""

    def __init__(self, action: Callable[[], None] | None = None, after: int = 0) -> None:
        self.done: list[int] = []
        self.acted, self._action, self._after = False, action, after

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != "assemble":
            return
        self.done.append(done)
        if self._action is not None and done >= self._after and not self.acted:
            self.acted = True
            self._action()


def same_bytes(a: Factors, b: Factors) -> None:
    assert len(a) == len(b)
    for one, other in zip(a.parts, b.parts, strict=True):
        for kind in one:
            assert one[kind].rows == other[kind].rows
            assert one[kind].augmented.tobytes() == other[kind].augmented.tobytes()


@pytest.mark.slow
def test_any_number_of_workers_gives_the_bytes_of_one_process(
    design: DesignEvaluator, structures: list[Structure], tmp_path: Path
) -> None:
    serial = assemble(structures, design, FOLDS)
    same_bytes(serial, assemble(structures, design, FOLDS, threads=3))
    for workers in (1, 2):
        progress, folder = Said(), tmp_path / str(workers)
        with cluster(workers) as made:
            address = made.scheduler_address
            found = assemble(structures, design, FOLDS, scheduler=address, folder=folder, progress=progress)
        same_bytes(serial, found)
        said = progress.done
        assert said == sorted(said)
        assert said[-1] == 60
        assert len(set(said)) > 3
        assert len(list((tmp_path / str(workers)).iterdir())) == 3
    same_bytes(serial, assemble(structures, design, FOLDS, folder=tmp_path / "2"))
    with pytest.raises(AssertionError):
        same_bytes(serial, assemble(structures[::-1], design, FOLDS))


@pytest.mark.slow
def test_a_fold_begun_by_one_process_is_ended_by_workers(
    design: DesignEvaluator, structures: list[Structure], tmp_path: Path
) -> None:
    stop = Said(lambda: signal.raise_signal(signal.SIGINT), 35)
    with pytest.raises(KeyboardInterrupt):
        assemble(structures, design, FOLDS, folder=tmp_path, progress=stop)
    progress = Said()
    with cluster(1) as made:
        address = made.scheduler_address
        found = assemble(structures, design, FOLDS, folder=tmp_path, scheduler=address, progress=progress)
    assert progress.done[1] > 20, "what was condensed before counts"
    same_bytes(assemble(structures, design, FOLDS), found)


@pytest.mark.slow
def test_a_killed_worker_is_survived(design: DesignEvaluator, structures: list[Structure]) -> None:
    serial = assemble(structures, design, FOLDS)
    with cluster(2) as made:
        victim = made.workers[0]
        before = victim.pid

        def kill() -> None:
            os.kill(before, signal.SIGKILL)

        progress = Said(kill, 10)
        found = assemble(structures, design, FOLDS, scheduler=made.scheduler_address, progress=progress)
        assert progress.acted, "it was killed while there was work"
        assert victim.pid != before
    same_bytes(serial, found)


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_told(
    design: DesignEvaluator, structures: list[Structure], tmp_path: Path
) -> None:
    with cluster(1) as made:
        address = made.scheduler_address
        progress = Said(made.close, 10)
        with pytest.raises(SchedulerError) as told:
            assemble(structures, design, FOLDS, scheduler=address, folder=tmp_path, progress=progress)
    text = f"the scheduler at {address} went away; finished folds are kept, run again to continue"
    assert str(told.value) == f"{text}, with a scheduler or without"
    assert len(list(tmp_path.iterdir())) < 3, "it went before all was done"
    same_bytes(assemble(structures, design, FOLDS), assemble(structures, design, FOLDS, folder=tmp_path))


@pytest.mark.slow
def test_a_scheduler_that_loses_all_workers_is_told(
    design: DesignEvaluator, structures: list[Structure], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def items() -> Iterator[int]:
        yield 60
        made.scale(0)
        yield 60

    with cluster(1) as made:
        progress = Said(lambda: (monkeypatch.setattr(scheduler, "PATIENCE", 0.5), made.scale(0)), 10)
        with pytest.raises(SchedulerError, match=r"has no workers: start some .*; finished folds are kept, run again"):
            assemble(structures, design, FOLDS, scheduler=made.scheduler_address, folder=tmp_path, progress=progress)
        assert progress.acted
        monkeypatch.setattr(scheduler, "PATIENCE", 10.0)
        made.scale(1)
        with pytest.raises(SchedulerError, match=r"has no workers: start some .*; results are kept, run again"):
            list(in_order(time.sleep, items(), scheduler=made.scheduler_address))


def test_folds_that_are_whole_need_no_scheduler(
    design: DesignEvaluator, structures: list[Structure], tmp_path: Path
) -> None:
    serial = assemble(structures, design, FOLDS, folder=tmp_path)
    same_bytes(serial, assemble(structures, design, FOLDS, folder=tmp_path, scheduler=NOWHERE))


def test_a_scheduler_without_workers_is_told(
    design: DesignEvaluator, structures: list[Structure], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "PATIENCE", 0.5)
    with cluster(0) as made, pytest.raises(SchedulerError, match=r"has no workers: start some \(dask worker tcp://"):
        assemble(structures, design, FOLDS, scheduler=made.scheduler_address)


def test_a_scheduler_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    from test_fit import configuration

    path = configuration(tmp_path)
    (tmp_path / "train.extxyz").write_text("not to be read before the scheduler is known to be gone")
    done = command("fit", path, "--scheduler", NOWHERE)
    assert done.returncode == 2
    assert f"error: no Dask scheduler answers at {NOWHERE}: start one" in done.stderr
    assert "Traceback" not in done.stderr
    refused = pytest.raises(SchedulerError, match="no Dask scheduler answers at nonsense")
    with refused, scheduler.connected("nonsense", 1):
        pass


def test_a_missing_dask_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused = pytest.raises(
        ImportError, match="a scheduler needs Dask, which is not installed: pip install distributed"
    )
    with refused, scheduler.connected(NOWHERE, 1):
        pass
