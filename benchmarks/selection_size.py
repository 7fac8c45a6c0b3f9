"""The selection of many ACE candidates: where the time goes, what sifting saves, and one process beside two.

Every measurement is a process of its own on one thread of BLAS. Seconds are those of the processor, of all processes
together, because other programs share the machine; stages are told apart by clocks around their functions. ``whole`` is
a selection that eliminates every row, as it was done before there was a sieve.

    python benchmarks/selection_size.py                   -> results/selection_size.json
    python benchmarks/selection_size.py --only NAME       (that request alone; the others stay as they are)
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import record

import invgen
from invgen.compiler.algebra import modular
from invgen.compiler.candidates.ace.chains import AceEvaluator
from invgen.compiler.candidates.family import family_of
from invgen.compiler.selection import floating, langbein, setting, sieve
from invgen.workers.memory import peak_memory

REQUESTS: dict[str, dict[str, Any]] = {
    "one element, order 3": {"total_degree": 24, "w_L": "1", "n_max": 3},
    "four elements, order 4": {"total_degree": 12, "n_max": 4, "elements": ("Mo", "Nb", "Ta", "W")},
    "four elements, order 4, large": {"total_degree": 15, "n_max": 4, "elements": ("Mo", "Nb", "Ta", "W")},
}
LARGE = ("four elements, order 4, large",)
"""Measured without ``whole``."""
MOST = 10**6


@dataclass
class Clocks:
    """Processor seconds in functions of this process, by stage; nested ones are not counted twice."""

    seconds: dict[str, float] = field(default_factory=dict)
    _inside: int = 0

    def around(self, place: Any, name: str, stage: Callable[..., str] | str) -> None:
        """From now on ``place.name`` is timed."""
        function = getattr(place, name)

        def timed(*arguments: Any, **options: Any) -> Any:
            if self._inside:
                return function(*arguments, **options)
            self._inside += 1
            start = time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self._inside -= 1
                key = stage if isinstance(stage, str) else stage(*arguments)
                self.seconds[key] = self.seconds.get(key, 0.0) + time.process_time() - start

        setattr(place, name, timed)


def kind(evaluator: AceEvaluator, *_: Any) -> str:
    """Which rows an evaluator makes."""
    return "rows modulo the prime" if evaluator.arithmetic.array([0]).dtype.kind == "i" else "rows in float64"


def measured(name: str, workers: int, whole: bool) -> dict[str, Any]:
    """One selection in this process, and others that it starts."""
    spec = invgen.BasisSpec(family="ace", objective="independent", **REQUESTS[name])
    if whole:
        langbein.LEAST = langbein.PIECE = 10**9
    clocks = Clocks()
    clocks.around(AceEvaluator, "gradients", kind)
    clocks.around(modular.Echelon, "add_block", "elimination modulo the prime")
    clocks.around(floating.FloatEchelon, "add_block", "orthogonalisation")
    clocks.around(sieve, "_may_raise", "sieve")
    clocks.around(sieve, "may_be_new", "sieve")
    clocks.around(setting, "extreme_singular_values", "singular values")
    told: list[str] = []
    start = time.process_time()
    basis = invgen.generate(spec, max_candidates=MOST, workers=workers, progress=lambda stage, *_: told.append(stage))
    seconds = time.process_time() - start
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    evidence = basis.evidence
    return {
        "candidates": evidence.candidates,
        "components": basis.components,
        "kept": len(basis),
        "float_agrees": evidence.float_agrees,
        "smallest_singular_value": evidence.singular_values[1],
        "digest": basis.digest,
        "processor_seconds": seconds + others.ru_utime + others.ru_stime,
        "of_other_processes": others.ru_utime + others.ru_stime,
        "stages": {**clocks.seconds, "the rest": seconds - sum(clocks.seconds.values())},
        "peak_memory_gib": peak_memory(),
        "peak_memory_of_another_gib": others.ru_maxrss * 1024 / 2**30,
        "memory_told": next((stage for stage in told if stage.startswith("memory")), None),
    }


def enumeration(name: str) -> dict[str, float]:
    """Processor seconds of counting and of making the candidates."""
    spec = invgen.BasisSpec(family="ace", objective="independent", **REQUESTS[name])
    family = family_of(spec)
    counting = record.processor_seconds(lambda: family.counts(spec))
    return {"counting": counting, "making": record.processor_seconds(lambda: list(family.stream(spec, MOST)))}


def apart(*arguments: str) -> Any:
    """What this script says in a process of its own, with a cache of its own."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "INVGEN_CACHE": cache, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, __file__, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return json.loads(done.stdout)


def compared(name: str) -> dict[str, Any]:
    """A request selected in every way."""
    ways = {"one process": ("1",), "two processes": ("2",), "whole": ("1", "whole")}
    found = {}
    for way, arguments in ways.items():
        if way != "whole" or name not in LARGE:
            found[way] = apart("--measure", name, *arguments)
            print(name, way, json.dumps(found[way]), flush=True)
    digests = {way: run.pop("digest") for way, run in found.items()}
    return {
        "request": REQUESTS[name],
        "enumeration": apart("--enumerate", name),
        **found,
        "same_bytes": len(set(digests.values())) == 1,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=REQUESTS)
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--enumerate", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        name, workers, *whole = arguments.measure
        print(json.dumps(measured(name, int(workers), bool(whole))))
        return
    if arguments.enumerate:
        print(json.dumps(enumeration(arguments.enumerate)))
        return
    path = record.RESULTS / "selection_size.json"
    before = json.loads(path.read_text())["requests"] if path.exists() else {}
    names = [arguments.only] if arguments.only else list(REQUESTS)
    record.write("selection_size", {"requests": {**before, **{name: compared(name) for name in names}}})


if __name__ == "__main__":
    main()
