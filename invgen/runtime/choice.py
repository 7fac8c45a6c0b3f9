"""Which of several implementations does a piece of work: the first, or on request the fastest, and why.

A decision is a function of a ``Situation`` (work, kernels, dtype, size class, processor, threads, candidates, versions)
and, with ``INVGEN_CHOICE=measured`` in the environment, of the times the candidates took in it. They are timed when the
first real call of a situation arrives, on synthetic data of its size class, for some hundredths of a second, and the
times are kept on disk. Never when something is imported, while torch traces (compile, export, ``torch.func``), or while
a CUDA graph is captured. Without it the first candidate works always.

Candidates agree to round-off, not to the bit, so what is measured may differ in its last bits from run to run: a
training writes what was decided into its checkpoint (``record``), and goes on with that (``as_recorded``). To add an
implementation, add its name and trial to the candidates that a caller passes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import statistics
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from invgen.errors import unknown
from invgen.files import write_text
from invgen.resources import cache_folder
from invgen.runtime.processor import processor_name, versions

Trial = Callable[[int], Callable[[], object]]
"""Given a number of items, what runs the work once on synthetic data of that size, made beforehand."""

FORMAT = "invgen choice 1"
SWITCH = "INVGEN_CHOICE"
SIZES = tuple(4**k for k in range(4, 9))
"""Size classes: the least that holds a call's items (atoms times features) is its class; the last holds more, too."""
ADVANTAGE = 1.1
"""Another candidate replaces the first if it is faster by this factor: noise does not change results."""
SECONDS, REPETITIONS = 0.03, 5
"""Each candidate is timed until either is reached, after one call that compiles and warms up."""

RECORDED = "recorded"

log = logging.getLogger("invgen.choice")
_known: dict[Situation, Decision] = {}
_held: bool | None = None
"""Whether the run that is being continued measured; ``None`` leaves it to the environment."""
_lock = threading.RLock()


@dataclass(frozen=True)
class Situation:
    """All that a decision depends on. ``candidates`` are in order of preference, ``size`` is a size class."""

    work: str
    key: str
    dtype: str
    size: int
    device: str
    processor: str
    threads: int
    candidates: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Decision:
    """What was picked and why; ``seconds`` holds the times in the order of the candidates where they were measured."""

    situation: Situation
    backend: str
    reason: str
    seconds: tuple[float, ...] = ()

    def __str__(self) -> str:
        s = self.situation
        times = zip(s.candidates, self.seconds, strict=False)
        measured = ", ".join(f"{name} {1e3 * seconds:.3g} ms" for name, seconds in times)
        threads = f", {s.threads} thread{'s' * (s.threads != 1)}" if s.device == "cpu" else ""
        where = f"{s.dtype}, {s.device} ({s.processor}{threads}), {s.size:,} items"
        return f"{s.key} {s.work}: {self.backend} for {where}: {measured or self.reason}"


def measuring() -> bool:
    """Whether measuring was asked for. Raises ``ValueError`` for an unknown value of ``INVGEN_CHOICE``."""
    if _held is not None:
        return _held
    word = os.environ.get(SWITCH) or "static"
    if word not in ("measured", "static"):
        raise ValueError(f"environment variable {SWITCH}: {unknown('value', word, ('measured', 'static'))}")
    return word == "measured"


def size_class(items: int) -> int:
    """The least of ``SIZES`` that holds so many items, or the last."""
    return SIZES[min(bisect_left(SIZES, items), len(SIZES) - 1)]


def choose(
    work: str, key: str, candidates: Mapping[str, Trial], *, dtype: str, items: int, device: str = "cpu",
    index: int | None = None, threads: int = 1,
) -> Decision:  # fmt: skip
    """The decision for a call with so many items.

    work, key
        What is done and on which kernels: a change of the kernels' text must change the key.
    candidates
        Name to ``Trial``, in order of preference: the first one works where nothing is measured.
    device, index
        ``"cpu"`` or ``"cuda"`` and the index of the GPU.
    """
    situation = Situation(
        work, key, dtype, size_class(items), device, processor_name(device, index), threads, tuple(candidates),
        tuple(versions().items()),
    )  # fmt: skip
    if len(candidates) == 1:
        return _remember(Decision(situation, situation.candidates[0], "nothing else is there"))
    if not measuring():
        return _remember(Decision(situation, situation.candidates[0], f"the rule ({SWITCH}=measured would measure)"))
    if not _measured(situation):
        if tracing():
            return Decision(situation, situation.candidates[0], "not measured while torch traces or captures")
        with _lock:
            if not _measured(situation):
                _remember(_decide(situation, candidates, index))
    return _known[situation]


def _measured(situation: Situation) -> bool:
    return situation in _known and bool(_known[situation].seconds)


def decisions(key: str) -> tuple[Decision, ...]:
    """What was decided in this process for kernels, in order of work, dtype and size."""
    found = [d for d in _known.values() if d.situation.key == key]
    return tuple(sorted(found, key=lambda d: (d.situation.work, d.situation.dtype, d.situation.size)))


def record() -> dict[str, Any]:
    """What was measured and decided in this process, for a file."""
    found = [asdict(decision) for decision in _known.values() if decision.seconds]
    return json.loads(json.dumps({"measured": measuring(), "decisions": found}))


@contextmanager
def as_recorded(recorded: Mapping[str, Any] | None) -> Iterator[None]:
    """Within the block decide as the process did that made a ``record``, if any, whatever the environment says."""
    global _held
    if recorded is None:
        yield
        return
    held, known = _held, dict(_known)
    _held = bool(recorded["measured"])
    _known.update(_recorded(recorded))
    try:
        yield
    finally:
        _held = held
        found = {s: d for s, d in _known.items() if d.reason != RECORDED}
        _known.clear()
        _known.update(found | known)


def _recorded(recorded: Mapping[str, Any]) -> Iterator[tuple[Situation, Decision]]:
    for entry in recorded["decisions"]:
        fields = dict(entry["situation"])
        fields["candidates"] = tuple(fields["candidates"])
        fields["versions"] = tuple(tuple(pair) for pair in fields["versions"])
        situation = Situation(**fields)
        yield situation, Decision(situation, entry["backend"], RECORDED, tuple(entry["seconds"]))


def _remember(decision: Decision) -> Decision:
    if _known.get(decision.situation) != decision:
        _known[decision.situation] = decision
        log.info("%s", decision)
    return decision


def _decide(situation: Situation, candidates: Mapping[str, Trial], index: int | None) -> Decision:
    path = _place(situation)
    seconds = _read(path, situation)
    if seconds is None:
        seconds = measure((trial(situation.size) for trial in candidates.values()), situation.device, index)
        try:
            write_text(path, _text(situation, seconds))
        except OSError as error:
            log.warning("times cannot be kept in %s (%s): they are measured again in the next process", path, error)
    return Decision(situation, situation.candidates[fastest(seconds)], "measured", seconds)


def fastest(seconds: tuple[float, ...]) -> int:
    """Position of the least time, unless the first comes within ``ADVANTAGE`` of it."""
    least = min(seconds)
    return 0 if seconds[0] <= ADVANTAGE * least else seconds.index(least)


def measure(works: Iterable[Callable[[], object]], device: str = "cpu", index: int | None = None) -> tuple[float, ...]:
    """Median seconds of each piece of work after one call to warm up; it is made when its turn comes."""
    found: list[float] = []
    wait = partial(sys.modules["torch"].cuda.synchronize, index) if device == "cuda" else lambda: None
    for work in works:
        _timed(work, wait)
        taken = [_timed(work, wait)]
        while len(taken) < REPETITIONS and sum(taken) < SECONDS:
            taken.append(_timed(work, wait))
        found.append(statistics.median(taken))
    return tuple(found)


def _timed(work: Callable[[], object], wait: Callable[[], None]) -> float:
    wait()
    started = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - started


def tracing() -> bool:
    """Whether torch only records what is called, or runs it under another interpreter."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return False
    from invgen.runtime.torch_private import interpreted

    return bool(
        torch.compiler.is_compiling()
        or interpreted()
        or (torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing())
    )


def _place(situation: Situation) -> Path:
    digest = hashlib.sha256(json.dumps([FORMAT, _plain(situation)]).encode()).hexdigest()
    return cache_folder() / "choices" / f"{digest[:32]}.json"


def _plain(situation: Situation) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(situation)))


def _text(situation: Situation, seconds: tuple[float, ...]) -> str:
    content = {"format": FORMAT, "situation": _plain(situation), "seconds": list(seconds)}
    return json.dumps({**content, "sha256": _checksum(content)}, indent=1) + "\n"


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read(path: Path, situation: Situation) -> tuple[float, ...] | None:
    """The times in a file, or ``None`` for one that is absent, damaged, or of another situation."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        wanted = content.pop("sha256")
        seconds = tuple(float(s) for s in content["seconds"])
        whole = wanted == _checksum(content) and content["situation"] == _plain(situation)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    sound = len(seconds) == len(situation.candidates) and all(math.isfinite(s) and s > 0 for s in seconds)
    return seconds if whole and content["format"] == FORMAT and sound else None
