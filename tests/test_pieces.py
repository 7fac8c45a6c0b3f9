"""Selections in pieces: the bytes of one process, whoever sifts, is lost, or interrupts; and what they refuse."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from processes import invgen_process as command
from processes import python

import invgen
from invgen import BasisSpec
from invgen.compiler.algebra import modular
from invgen.compiler.candidates.family import family_of
from invgen.compiler.inspect.sizes import sizes
from invgen.compiler.selection import langbein, pieces, sieve
from invgen.compiler.selection.checkpoint import Checkpoint, Decisions
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.floating import FloatEchelon, may_be_new
from invgen.compiler.selection.langbein import Selection
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import Setting
from invgen.compiler.selection.sieve import Screen
from invgen.errors import SpecError, TooManyCandidates
from invgen.workers.memory import told as told_memory
from invgen.workers.ordered import WorkerError, in_order
from invgen.workers.scheduler import SchedulerError

PRIME = modular.DEFAULT_PRIME
LONG = BasisSpec(family="ace", total_degree=16, n_max=3)
"""668 candidates of rank 127."""
NOWHERE = "tcp://127.0.0.1:9"


def low_rank(rows: int, width: int, rank: int, seed: int = 0) -> np.ndarray:
    """Residues of this rank."""
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, PRIME, (rows, rank)), rng.integers(0, PRIME, (rank, width))
    return modular.matmul(left, right, PRIME)


# ---- elimination --------------------------------------------------------------------------------------------------


def test_rows_eliminated_in_any_groups_give_the_same_form():
    rows = np.concatenate([low_rank(150, 80, 30), low_rank(150, 80, 50, 1)])
    one = modular.Echelon(80, PRIME)
    pivots = [one.add(row) for row in rows]
    for together in (7, 64, 300):
        other = modular.Echelon(80, PRIME)
        parts = [other.add_block(rows[k : k + together]) for k in range(0, len(rows), together)]
        assert [p for part in parts for p in part] == pivots
        assert (other._rows == one._rows).all()
    assert one.rank == 80


def test_probes_are_orthogonal_to_all_rows_whenever_they_are_made():
    rows = low_rank(200, 90, 70)
    early, late = modular.Echelon(90, PRIME), modular.Echelon(90, PRIME)
    assert early.probes.all()
    for start in range(0, 200, 50):
        early.add_block(rows[start : start + 50])
        assert not modular.matmul(rows[: start + 50], early.probes, PRIME).any()
        assert early.probes.any()
    late.add_block(rows)
    assert (early.probes == late.probes).all()
    assert modular.matmul(low_rank(5, 90, 5, 2), late.probes, PRIME).any(axis=1).all()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_of_rows_is_estimated(seed):
    rng = np.random.default_rng(seed)
    echelon = FloatEchelon(3, 60)
    space = rng.normal(size=(3, 20, 60))
    echelon.add_block(space[:, :10])
    assert echelon.sketch.any()
    echelon.add_block(space[:, 10:])
    inside = np.einsum("ckr,crw->ckw", rng.normal(size=(3, 50, 20)), space)
    left = np.zeros((3, 50, 60))
    for c in range(3):
        outside = np.linalg.svd(space[c])[2][20:]
        left[c] = rng.normal(size=(50, 40)) @ outside
    norms = np.linalg.norm(inside, axis=-1, keepdims=True) / np.linalg.norm(left, axis=-1, keepdims=True)
    for share, found in ((0.0, False), (1e-9, False), (1e-6, True), (1.0, True)):
        rows = inside + share * norms * left
        assert (may_be_new(rows, echelon.sketch, 1e-7) == found).all()
    rows = inside.copy()
    rows[0] += 1e-3 * norms[0] * left[0]
    assert not may_be_new(rows, echelon.sketch, 1e-7).any(), "one of three configurations does not decide"
    assert not may_be_new(np.zeros((3, 2, 60)), echelon.sketch, 1e-7).any()


def run(spec: BasisSpec, lookahead: int = 64) -> Selection:
    found, family = Setting().selection(spec), family_of(spec)
    found.run(family.stream(spec, 10_000), family.bound(spec), lookahead=lookahead)
    return found


@pytest.mark.parametrize(
    "spec",
    [
        LONG,
        BasisSpec(family="ace", total_degree=10, n_max=4, elements=("Mo", "W")),
        BasisSpec(family="ace", l_max=2, n_max=3, channels=5),
        BasisSpec(family="ace", total_degree=11, n_max=4, ordering="cost", parity="both"),
    ],
)
def test_sifting_changes_no_decision(spec, monkeypatch):
    sifted = run(spec)
    assert len(sifted.decisions.examined) < sifted.decisions.offered
    monkeypatch.setattr(langbein, "LEAST", 10**9)
    whole = run(spec)
    assert len(whole.decisions.examined) == whole.decisions.offered
    assert sifted.decisions == whole.decisions
    assert sifted.echelon.pivots == whole.echelon.pivots
    assert sifted.disagreements == whole.disagreements


def test_a_sieve_that_loses_rows_is_noticed(monkeypatch):
    """Orthogonal to more than what was kept, it takes new rows for old ones."""
    wanted = run(LONG)
    probes = modular.Echelon.probes.fget

    def blind(self: Selection) -> Screen:
        found = probes(self.echelon).copy()
        found[::2] = 0
        return Screen(found, self.prime, self.float_echelon.sketch, self.tolerance)

    monkeypatch.setattr(Selection, "screen", property(blind))
    assert run(LONG).decisions != wanted.decisions


def test_an_early_screen_loses_nothing_that_a_later_one_keeps():
    spec = LONG
    selection, candidates = Setting().selection(spec), list(family_of(spec).stream(spec, 1000))
    screens = []
    for start in range(0, 512, 64):
        screens.append(selection.screen)
        selection.offer_block(candidates[start : start + 64])
    now = selection.screen
    wanted = sieve.sifted(selection.exact, selection.floating, candidates[512:], now)
    for screen in screens:
        early = sieve.sifted(selection.exact, selection.floating, candidates[512:], screen, sieve.EARLY_SHARE)
        assert len(early.exact_at) >= len(wanted.exact_at)
        found = early.again(now)
        assert found.exact_at == wanted.exact_at
        assert found.floats_at == wanted.floats_at
        assert (found.exact == wanted.exact).all()
        assert found.floats.tobytes() == wanted.floats.tobytes()


# ---- other processes ----------------------------------------------------------------------------------------------


class Told:
    """Progress, and ``action()`` once ``after`` candidates are done."""

    def __init__(self, action: Callable[[], None] | None = None, after: int = 0) -> None:
        self.done: list[int] = []
        self.acted, self._action, self._after = False, action, after

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.done.append(done)
        if self._action is not None and done >= self._after and not self.acted:
            self.acted = True
            self._action()


@pytest.fixture(scope="module")
def wanted() -> str:
    """What one process makes of ``LONG``, in pieces of the usual size."""
    return invgen.generate(LONG).to_json()


def labels_and_evidence(setting: Setting) -> tuple[list[str], Evidence]:
    chosen, evidence = select(LONG, setting)
    return [c.label for c in chosen], evidence


@pytest.fixture(scope="module")
def selected() -> tuple[list[str], Evidence]:
    """The same before kernels and checks."""
    return labels_and_evidence(Setting())


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(langbein, "PIECE", 64)


@pytest.mark.parametrize("piece", [64, 100, 1024])
def test_pieces_of_any_size_give_the_same_bytes(piece, wanted, monkeypatch):
    monkeypatch.setattr(langbein, "PIECE", piece)
    assert invgen.generate(LONG).to_json() == wanted


@pytest.mark.parametrize(("workers", "piece", "objective"), [(2, 64, "independent"), (3, 100, "linear")])
def test_any_number_of_workers_gives_the_bytes_of_one_process(workers, piece, objective, monkeypatch):
    spec = BasisSpec(family="ace", total_degree=16, n_max=3, objective=objective)
    wanted = invgen.generate(spec).to_json()
    monkeypatch.setattr(langbein, "PIECE", piece)
    told = Told()
    assert invgen.generate(spec, workers=workers, progress=told).to_json() == wanted
    assert told.done[-1] == (668 if objective == "independent" else 127)
    assert not multiprocessing.active_children()


def test_a_killed_worker_is_survived(selected, small_pieces):
    def kill() -> None:
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    told = Told(kill, 256)
    assert labels_and_evidence(Setting(progress=told, workers=2)) == selected
    assert told.acted
    assert told.done == sorted(told.done)


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("first", "then"), [(2, 1), (1, 2)])
def test_an_interrupted_selection_goes_on_with_other_workers(first, then, selected, small_pieces, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        select(LONG, Setting(checkpoints=tmp_path, workers=first, progress=Told(interrupt, 300)))
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text())["offered"] == 320
    told = Told()
    assert labels_and_evidence(Setting(checkpoints=tmp_path, workers=then, progress=told)) == selected
    assert told.done[0] == 384, "pieces that were finished are not done again"
    assert not list(tmp_path.iterdir())


def test_a_resumed_selection_has_the_float64_form_of_one_that_was_not_interrupted(tmp_path):
    """To the last bit, so that the float64 pass decides alike to the end."""
    family, forms = family_of(LONG), []
    for stop in (None, 300):
        found = Setting().selection(LONG)
        checkpoint = Checkpoint.of(tmp_path, LONG, prime=1, seed="")
        if stop is not None:
            with pytest.raises(KeyboardInterrupt):
                found.run(family.stream(LONG, 1000), 10**6, Told(interrupt, stop), lookahead=64, total=668,
                          checkpoint=checkpoint)  # fmt: skip
            found = Setting().selection(LONG)
        found.run(family.stream(LONG, 1000), 10**6, lookahead=64, total=668, checkpoint=checkpoint)
        forms.append(found.float_echelon._basis[:, : found.float_echelon.rank].tobytes())
    assert forms[0] == forms[1]


KILLED = """
import os, signal, sys
import invgen
from invgen.compiler.selection import checkpoint, langbein

def main():
    langbein.PIECE = 64
    checkpoint.Checkpoint.due = lambda self: True

    def progress(stage, done, total):
        if done >= 300:
            os.kill(os.getpid(), signal.SIGKILL)

    spec = invgen.BasisSpec(family="ace", total_degree=16, n_max=3)
    invgen.generate(spec, workers=2, progress=progress)

if __name__ == "__main__":
    main()
"""


def test_a_killed_process_goes_on_from_the_last_piece(tmp_path, wanted, small_pieces, monkeypatch):
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    cache = tmp_path / "cache"
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, "INVGEN_CACHE": str(cache)}, capture_output=True, timeout=300
    )
    assert done.returncode == -signal.SIGKILL
    (path,) = (cache / "selections").iterdir()
    assert json.loads(path.read_text())["offered"] == 320
    monkeypatch.setenv("INVGEN_CACHE", str(cache))
    told = Told()
    assert invgen.generate(LONG, progress=told).to_json() == wanted
    assert told.done[0] == 384


@pytest.mark.slow
def test_workers_of_dask_give_the_same_bytes_and_may_be_killed(wanted, small_pieces):
    from test_workers import cluster

    with cluster(2) as made:
        address, victim = made.scheduler_address, made.workers[0]
        assert invgen.generate(LONG, scheduler=address).to_json() == wanted
        told = Told(lambda: os.kill(victim.pid, signal.SIGKILL), 256)
        assert invgen.generate(LONG, scheduler=address, progress=told).to_json() == wanted
        assert told.acted


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_told(selected, small_pieces, tmp_path):
    from test_workers import cluster

    with cluster(1) as made:
        told = Told(made.close, 256)
        setting = Setting(scheduler=made.scheduler_address, progress=told, checkpoints=tmp_path)
        with pytest.raises(SchedulerError, match=r"went away; what was decided is kept, run again to continue"):
            select(LONG, setting)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text())["offered"] >= 256
    assert labels_and_evidence(Setting(checkpoints=tmp_path)) == selected


def test_results_come_in_order():
    assert list(in_order(abs, iter(range(-9, 0)), 2)) == list(range(9, 0, -1))
    assert list(in_order(abs, iter(()), 2)) == []
    with pytest.raises(TypeError, match="bad operand"):
        list(in_order(abs, iter(["one"]), 2))


def test_workers_that_are_lost_again_and_again_are_told(monkeypatch):
    monkeypatch.setattr("invgen.workers.ordered.LOSSES", 2)
    with pytest.raises(WorkerError, match=r"2 times one of 2 processes was lost .* take fewer workers; it is kept"):
        list(in_order(os._exit, iter([1, 1, 1]), 2, kept="it is"))


# ---- the command line, and what is refused ------------------------------------------------------------------------


def test_the_command_writes_the_same_file(tmp_path):
    options = ("generate", "--family", "ace", "--total-degree", 18, "--n-max", 3, "--backends", "none", "--output")
    for name, more in (("one", ()), ("two", ("--workers", 2))):
        done = command(*options, tmp_path / name, *more)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "one" / "basis.json").read_bytes() == (tmp_path / "two" / "basis.json").read_bytes()
    done = command(*options, tmp_path / "three", "--scheduler", NOWHERE)
    assert done.returncode == 2
    assert f"error: no Dask scheduler answers at {NOWHERE}: start one" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_dask_is_told_in_one_line():
    code = f"""
import sys
sys.modules["distributed"] = None
from invgen.workers.ordered import in_order
try:
    list(in_order(abs, iter([1]), scheduler="{NOWHERE}"))
except ImportError as error:
    print(error)
"""
    assert python(code).strip() == "a scheduler needs Dask, which is not installed: pip install distributed"


@pytest.mark.parametrize(
    ("request_", "options", "message"),
    [
        ({"l_max": 3}, {"workers": 2}, "nothing to do for .*: its candidates are few, and judged one by one"),
        ({"l_max": 3, "objective": "flexible"}, {"scheduler": "local"}, "only the objectives independent and linear"),
        ({"family": "ace", "l_max": 2, "ordering": "program"}, {"workers": 2}, "not by program"),
        ({"family": "ace", "l_max": 2}, {"workers": 0}, "workers must be a whole number of at least 1, got 0"),
        ({"family": "ace", "l_max": 2}, {"workers": 2, "scheduler": "local"}, "leave out workers=2, or the scheduler"),
    ],
)
def test_workers_without_work_are_refused(request_, options, message):
    with pytest.raises((SpecError, ValueError), match=message):
        invgen.generate(BasisSpec(**request_), **options)


def test_memory_is_told_and_refused_beforehand(monkeypatch):
    needed = pieces.selection_memory(668, 235, 235, 1)
    monkeypatch.setattr(pieces, "TOLD", 600)
    monkeypatch.setattr(pieces, "free_memory", lambda: 2 * needed)
    stages: list[str] = []
    select(LONG, Setting(progress=lambda stage, done, total: stages.append(stage)))
    assert stages[0].startswith("memory: about 0.3 GiB of memory needed, ")
    monkeypatch.setattr(pieces, "free_memory", lambda: needed // 2)
    with pytest.raises(TooManyCandidates, match=r"668 candidates of .* need 0\.3 GiB of memory, 0\.1 are free: lower"):
        select(LONG, Setting())
    with pytest.raises(TooManyCandidates, match=r"take fewer workers \(now 2\), or lower"):
        select(LONG, Setting(workers=2))
    cost = (
        r"raise max_candidates \(now 600; --max-candidates .*\), which takes at most 0\.3 GiB of memory and 1 piece of"
    )
    with pytest.raises(TooManyCandidates, match=cost):
        select(LONG, Setting(max_candidates=600))


@pytest.mark.parametrize("workers", [1, 2])
def test_count_tells_the_memory_that_a_selection_tells_and_its_pieces(workers, monkeypatch):
    monkeypatch.setattr(pieces, "TOLD", 600)
    stages: list[str] = []
    select(LONG, Setting(progress=lambda stage, done, total: stages.append(stage), workers=workers))
    found = sizes(LONG)
    assert found.memory(workers) == pieces.selection_memory(668, found.components, found.bound, workers)
    assert stages[0].startswith(f"memory: {told_memory(found.memory(workers), None)}")
    assert [pieces.pieces_of(candidates) for candidates in (668, 1024, 1025)] == [1, 1, 2]
    assert found.pieces == 1
    assert found.memory(2) > found.memory(1) + 2 * pieces.EACH
    for other in (BasisSpec(l_max=3), BasisSpec(family="ace", l_max=2, ordering="program")):
        assert (sizes(other).pieces, sizes(other).memory()) == (None, None)


def test_a_full_disk_is_told_once(tmp_path):
    (tmp_path / "file").write_text("in the way")
    checkpoint = Checkpoint.of(tmp_path / "file", LONG, prime=1, seed="")
    with pytest.warns(UserWarning, match="no checkpoint of the selection"):
        checkpoint.write(Decisions(1, (0,)))
    checkpoint.write(Decisions(2, (0,)))
    assert not list(tmp_path.iterdir())[1:]
