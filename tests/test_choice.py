"""``backend="auto"``: what is measured, what is remembered, what is not believed, and when nothing is measured."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tolerances import KERNEL

from invgen.nn import Invariants
from invgen.runtime import backends, choice, load
from invgen.runtime.choice import ADVANTAGE, SIZES, Decision, choose, decisions, fastest, size_class
from invgen.runtime.cpu.invariants import Invariants as Compiled

ID = "cartesian-l2-n4-flexible"
WIDE = 9


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty memory and an empty cache on disk."""
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("INVGEN_CHOICE", "measured")
    monkeypatch.setattr(choice, "_known", {})
    monkeypatch.setattr(choice, "time", time)


class Clock:
    """Stands in for the module ``time``; work makes it go forward."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Trials:
    """Candidates that take the given seconds by ``Clock``, and count how often they are prepared and called."""

    def __init__(self, **seconds: float) -> None:
        choice.time = Clock()
        self.seconds, self.sizes, self.calls = seconds, [], dict.fromkeys(seconds, 0)

    def candidates(self) -> dict[str, choice.Trial]:
        def trial(name: str) -> choice.Trial:
            def prepare(items: int) -> Callable[[], object]:
                self.sizes.append(items)
                return lambda: self.work(name)

            return prepare

        return {name: trial(name) for name in self.seconds}

    def work(self, name: str) -> None:
        self.calls[name] += 1
        choice.time.now += self.seconds[name]

    def choose(self, items: int = 1000, key: str = "a@1") -> Decision:
        return choose("value", key, self.candidates(), dtype="float32", items=items)


def forget() -> None:
    """As in a new process."""
    choice._known.clear()


def only_file() -> Path:
    (path,) = (Path(os.environ["INVGEN_CACHE"]) / "choices").iterdir()
    return path


def test_the_fastest_is_picked_and_the_decision_explains_itself(caplog: pytest.LogCaptureFixture) -> None:
    trials = Trials(slow=0.01, quick=0.0005)
    with caplog.at_level(logging.INFO, "invgen.choice"):
        decision = trials.choose()
    assert decision.backend == "quick"
    assert trials.sizes == [1024, 1024]
    assert decision.seconds == pytest.approx((0.01, 0.0005))
    text = str(decision)
    assert all(
        word in text for word in ("a@1 value: quick for float32", "1,024 items", "slow 10", "ms, quick", "cpu (")
    )
    assert caplog.messages == [text]
    assert decisions("a@1") == (decision,)
    assert decisions("b@1") == ()


def test_the_first_candidate_stays_unless_another_is_clearly_faster() -> None:
    assert fastest((1.0, 1.0 / (0.99 * ADVANTAGE))) == 0
    assert fastest((1.0, 1.0 / (1.01 * ADVANTAGE))) == 1
    assert fastest((3.0, 2.0, 1.0)) == 2


def test_measured_once_in_a_process_and_once_on_disk() -> None:
    trials = Trials(slow=0.01, quick=0.0005)
    first = trials.choose()
    calls = dict(trials.calls)
    assert trials.choose() == first
    forget()
    assert trials.choose(items=900) == first
    assert trials.calls == calls
    assert trials.choose(items=5000).situation.size == 16384
    assert trials.calls != calls


def test_another_situation_is_measured_anew() -> None:
    Trials(slow=0.01, quick=0.0005).choose()
    other = Trials(slow=0.01, quick=0.0005)
    other.choose(key="a@2")
    assert other.calls["quick"] > 1
    turned = Trials(quick=0.0005, slow=0.01)
    assert turned.choose().backend == "quick"
    assert turned.calls["slow"] > 1


def tampered(content: dict[str, object]) -> str:
    """Other times under a checksum that fits them."""
    content = {k: v for k, v in content.items() if k != "sha256"}
    text = json.dumps(content, sort_keys=True)
    return json.dumps({**content, "sha256": hashlib.sha256(text.encode()).hexdigest()})


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: json.dumps(content)[:-40],
        lambda content: "[]",
        lambda content: "",
        lambda content: json.dumps({**content, "seconds": [1e-6, 1.0]}),
        lambda content: tampered({**content, "seconds": [0.0, 1.0]}),
        lambda content: tampered({**content, "seconds": [float("nan"), 1.0]}),
        lambda content: tampered({**content, "seconds": [1e-6]}),
        lambda content: tampered({**content, "seconds": None}),
        lambda content: tampered({**content, "format": "invgen choice 0"}),
        lambda content: tampered({**content, "situation": {**content["situation"], "processor": "another"}}),
    ],
)
def test_a_damaged_or_foreign_file_is_measured_again(damage: Callable[[dict[str, object]], str]) -> None:
    trials = Trials(slow=0.01, quick=0.0005)
    trials.choose()
    path = only_file()
    path.write_text(damage(json.loads(path.read_text())))
    forget()
    calls = trials.calls["slow"]
    assert trials.choose().backend == "quick"
    assert trials.calls["slow"] > calls
    assert json.loads(only_file().read_text())["seconds"][0] > 0.005


def test_a_sound_file_is_believed() -> None:
    """The twin of the test above: with times and checksum in order nothing is measured."""
    trials = Trials(slow=0.01, quick=0.0005)
    trials.choose()
    path = only_file()
    path.write_text(tampered({**json.loads(path.read_text()), "seconds": [1e-6, 1.0]}))
    forget()
    assert trials.choose().backend == "slow"


def test_a_cache_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("INVGEN_CACHE", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING, "invgen.choice"):
        assert Trials(slow=0.01, quick=0.0005).choose().backend == "quick"
    assert "measured again in the next process" in caplog.text


def test_a_record_counts_within_its_block_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = Trials(slow=0.01, quick=0.0005)
    measured = trials.choose()
    assert measured.backend == "quick"
    other = dataclasses.replace(measured, backend="slow", seconds=(0.0005, 0.01))
    recorded = json.loads(json.dumps({"measured": True, "decisions": [dataclasses.asdict(other)]}))
    monkeypatch.setenv("INVGEN_CHOICE", "static")
    calls = dict(trials.calls)
    with choice.as_recorded(recorded):
        assert choice.measuring()
        assert trials.choose().backend == "slow"
        with choice.as_recorded({"measured": False, "decisions": []}):
            assert not choice.measuring()
        assert choice.measuring()
        (kept,) = choice.record()["decisions"]
        assert (kept["backend"], kept["seconds"]) == ("slow", [0.0005, 0.01])
    assert not choice.measuring()
    monkeypatch.setenv("INVGEN_CHOICE", "measured")
    assert trials.choose() == measured
    assert trials.calls == calls
    with choice.as_recorded({"measured": False, "decisions": []}):
        assert "the rule" in trials.choose().reason
    assert trials.choose() == measured, "what the rule said is not taken for measured"


def test_one_candidate_is_not_measured() -> None:
    trials = Trials(only=0.01)
    decision = trials.choose()
    assert (decision.backend, trials.calls["only"], decision.reason) == ("only", 0, "nothing else is there")


def test_the_environment_switches_measuring_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVGEN_CHOICE", "static")
    trials = Trials(slow=0.01, quick=0.0005)
    decision = trials.choose()
    assert decision.backend == "slow"
    assert "the rule (INVGEN_CHOICE=measured would measure)" in str(decision)
    assert trials.calls == {"slow": 0, "quick": 0}
    monkeypatch.setenv("INVGEN_CHOICE", "sttic")
    with pytest.raises(ValueError, match=r"INVGEN_CHOICE.*did you mean 'static'"):
        trials.choose()


def test_size_classes() -> None:
    assert [size_class(n) for n in (0, 1, 256, 257, 1024)] == [256, 256, 256, 1024, 1024]
    assert size_class(10**9) == SIZES[-1]


def test_nothing_is_measured_while_torch_traces() -> None:
    trials = Trials(slow=0.01, quick=0.0005)
    found = []

    def function(x: torch.Tensor) -> torch.Tensor:
        found.append(trials.choose())
        return x.sum()

    torch.func.grad(function)(torch.ones(3))
    torch.fx.experimental.proxy_tensor.make_fx(function, tracing_mode="fake")(torch.ones(3))
    assert [d.backend for d in found] == ["slow", "slow"]
    assert sum(trials.calls.values()) == 0
    function(torch.ones(3))
    assert found[-1].backend == "quick"


# ---- kernels and layers -----------------------------------------------------------------------------------------


def components(atoms: int = 5, features: int = 7, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(atoms, WIDE, features, dtype=dtype, generator=torch.Generator().manual_seed(3))


def forced(monkeypatch: pytest.MonkeyPatch, winner: int) -> None:
    monkeypatch.setattr(choice, "fastest", lambda seconds: winner)


@pytest.mark.parametrize("winner", [0, 1])
def test_the_layer_runs_what_was_picked(monkeypatch: pytest.MonkeyPatch, winner: int) -> None:
    forced(monkeypatch, winner)
    layer, x = Invariants(ID), components().requires_grad_()
    y = layer(x)
    assert ("_Value" in y.grad_fn.name()) == (winner == 0)
    (decision,) = layer.kernels.choice
    assert decision.backend == ("numba", "torch")[winner]
    assert decision.situation.work == "value and gradient"
    assert f"{layer.key} value and gradient: {decision.backend} for float64" in str(layer)
    reference = Invariants(ID, backend="torch")(x)
    torch.testing.assert_close(y, reference, rtol=KERNEL["float64"], atol=10 * KERNEL["float64"])


@pytest.mark.parametrize("winner", [0, 1])
def test_kernels_run_what_was_picked(monkeypatch: pytest.MonkeyPatch, winner: int) -> None:
    forced(monkeypatch, winner)
    f, x = load(ID), components()
    g = torch.ones(5, f.size, 7, dtype=torch.float64)
    used: list[str] = []
    run = Compiled.run
    monkeypatch.setattr(Compiled, "run", lambda self, kernel, *a: used.append(kernel) or run(self, kernel, *a))
    plain = load(ID, backend="torch")
    torch.testing.assert_close(f(x), plain(x), rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(f.vjp(x, g), plain.vjp(x, g), rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(f.second_order(x, g, x), plain.second_order(x, g, x), rtol=1e-13, atol=1e-13)
    assert [d.situation.work for d in f.choice] == ["second_order", "value", "vjp"]
    assert {d.backend for d in f.choice} == {("numba", "torch")[winner]}
    measured = len(used)
    f(x)
    assert len(used) - measured == (winner == 0)


def test_a_named_backend_is_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "measure", lambda *_: pytest.fail("measured"))
    for backend in ("numba", "torch"):
        f = load(ID, backend=backend)
        f(components())
        assert f.choice == ()
        assert repr(backend) in repr(f)


def test_numpy_arrays_half_precision_and_tracing_measure_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "measure", lambda *_: pytest.fail("measured"))
    f = load(ID)
    assert f(np.ones((2, WIDE))).shape == (2, f.size)
    assert repr(f).endswith("backend='auto' ('numba'))")
    layer = Invariants(ID)
    torch.fx.experimental.proxy_tensor.make_fx(layer, tracing_mode="symbolic")(components())
    torch.func.vmap(layer)(components().unsqueeze(0))
    with pytest.raises(TypeError, match='use backend="torch"'):
        layer(components(dtype=torch.bfloat16))


def test_graphs_of_torch_compile_call_the_kernels_of_a_gpu_without_numba_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "has_numba", lambda: False)
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    half, single = (SimpleNamespace(device=torch.device("cuda", 0), dtype=d) for d in (torch.float16, torch.float32))
    assert [load(ID).backend_for("value", x) for x in (single, half, components())] == ["cuda", "torch", "torch"]
    assert load(ID, backend="torch").backend_for("value", single) == "torch"


def test_measuring_leaves_random_numbers_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    with torch.inference_mode():
        Invariants(ID)(components())
    assert torch.equal(torch.rand(3), expected)


def test_large_kernels_are_measured_on_fewer_items() -> None:
    """Torch keeps all intermediates for the gradient: some hundred megabytes at most."""
    for name, largest in ((ID, SIZES[-1]), ("cartesian-l4-n5-independent", SIZES[-2])):
        layer = Invariants(name)
        assert layer.kernels.chooser._largest == largest
        assert largest * layer.kernels.operations["value"]["total"] <= 2**25


def test_importing_and_constructing_measures_nothing(tmp_path: Path) -> None:
    code = f"""
import invgen, invgen.nn
layer = invgen.nn.Invariants({ID!r})
print(layer.kernels.choice, layer.kernels.folder.id)
"""
    environment = {**os.environ, "INVGEN_CACHE": str(tmp_path / "new")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["()", ID]
    assert not (tmp_path / "new").exists()
