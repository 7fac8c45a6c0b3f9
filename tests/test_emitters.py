"""Kernels to sources: schedules keep the meaning, templates and contexts agree, bytes are reproducible."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from kernel_fixtures import naive_family, naive_vjp, polynomial
from tolerances import KERNEL

from invgen.compiler.emitters import BACKENDS, emit_folder, emit_sources
from invgen.compiler.emitters.render import render, template_keys
from invgen.compiler.emitters.schedule import Plan, live_statements, plan
from invgen.compiler.kernels.program import Kernel

METADATA = {"ranks": [0, 1], "channels": [1, 1], "components": 5, "size": 4, "labels": ["a", "b", "c", "d"]}


def execute(kernel: Kernel, steps: Plan, x: np.ndarray) -> np.ndarray:
    """Run a plan as a backend does: each pass sees only what it loads from the buffer. Values are poisoned by NaN."""
    buffer = np.full(steps.rows, np.nan)
    buffer[: len(x)] = x
    for step in steps.passes:
        local = {kernel.input_size + k: float(c) for k, c in enumerate(kernel.constants)}
        local |= {value: buffer[row] for value, row in step.loads.items()}
        for value, (op, left, right) in step.statements:
            a, b = local[left], local[right]
            local[value] = a * b if op == "mul" else a + b if op == "add" else a - b
        for value, row in step.stores.items():
            buffer[row] = local[value]
    return buffer[list(steps.output_rows)]


@pytest.mark.parametrize("limit", [1, 7, 50, 10_000])
def test_plan_keeps_the_program_for_every_pass_length(limit: int) -> None:
    kernel = polynomial(statements=200)
    x = np.random.default_rng(1).normal(size=16)
    result, expected = execute(kernel, plan(kernel, limit), x), kernel.evaluate(x)
    np.testing.assert_allclose(result, expected, rtol=0, atol=KERNEL["float64"] * np.abs(expected).max())


def test_execution_of_a_plan_notices_a_row_that_is_reused_too_early() -> None:
    kernel = polynomial(statements=200)
    steps = plan(kernel, 20)
    step = steps.passes[2]
    victim = next(iter(steps.passes[5].loads))
    row = steps.passes[5].loads[victim]
    broken = dict(step.stores) | {next(iter(step.stores)): row}
    passes = (*steps.passes[:2], type(step)(step.loads, step.statements, broken), *steps.passes[3:])
    x = np.random.default_rng(1).normal(size=16)
    assert not np.allclose(execute(kernel, Plan(passes, steps.rows, steps.output_rows), x), kernel.evaluate(x))


def test_rows_are_reused() -> None:
    kernel = polynomial(statements=400)
    crossing = {v for step in plan(kernel, 40).passes for v in step.stores}
    assert plan(kernel, 40).rows < 16 + len(crossing)


def test_dead_statements_are_left_out() -> None:
    kernel = Kernel("value", (("x", 2),), (), (("mul", 0, 1), ("add", 0, 0)), (("y", (3,)),))
    assert live_statements(kernel) == ((3, ("add", 0, 0)),)


def test_a_pass_needs_a_statement() -> None:
    with pytest.raises(ValueError, match="limit=0"):
        plan(polynomial(), 0)


def test_hand_made_derivatives_agree_with_exact_differences() -> None:
    """The fixture itself: derivative of a polynomial of degree 4 along u by the exact five-point rule in fractions."""
    kernel = polynomial(components=4, size=3, statements=30)
    x, g = ([Fraction(k, 7) for k in values] for values in ((1, -2, 3, 5), (2, 1, -3)))
    gradient = naive_vjp(kernel).evaluate(np.array(x, dtype=object), np.array(g, dtype=object))
    for c in range(4):

        def at(step: int, c: int = c) -> Fraction:
            moved = np.array([value + (step if k == c else 0) for k, value in enumerate(x)], dtype=object)
            return sum((a * b for a, b in zip(g, kernel.evaluate(moved), strict=True)), Fraction(0))

        assert gradient[c] == (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / 12


@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_template_keys_equal_context_keys(backend: str) -> None:
    module = BACKENDS[backend].kernels
    assert template_keys(module.TEMPLATE) == set(module.context("id", naive_family(polynomial(5, 4, 20))))


@pytest.mark.parametrize("change", ["missing", "unused"])
def test_a_context_that_differs_from_its_template_is_refused(change: str) -> None:
    module = BACKENDS["torch"].kernels
    context = module.context("id", naive_family(polynomial(5, 4, 20)))
    if change == "missing":
        del context["kernels"]
    else:
        context["colour"] = "blue"
    with pytest.raises(ValueError, match=f"{change} .*(kernels|colour)"):
        render(module.TEMPLATE, context)


@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_emitted_file_opens_with_its_origin_and_cost(backend: str) -> None:
    family = naive_family(polynomial(5, 4, 20))
    text = next(iter(emit_sources("some-id", family, (backend,)).values()))
    head = text.splitlines()[:4]
    assert "some-id" in head[0]
    assert f"templates/{backend}/" in head[0]
    for line, (name, kernel) in zip(head[1:], family.items(), strict=True):
        assert f"{name}: {kernel.operations['total']} operations" in line
        assert kernel.digest[:16] in line


def test_bytes_do_not_depend_on_the_process() -> None:
    code = (
        "import hashlib\nfrom kernel_fixtures import *\nfrom invgen.compiler.emitters import emit_sources\n"
        "s = emit_sources('id', naive_family(polynomial(5, 4, 40)), ('numba', 'torch'))\n"
        "print(hashlib.sha256(''.join(s.values()).encode()).hexdigest())"
    )
    text = "".join(emit_sources("id", naive_family(polynomial(5, 4, 40)), ("numba", "torch")).values())
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert run.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()


def test_manifest_lists_checksums_of_what_was_written(tmp_path: Path) -> None:
    family = naive_family(polynomial(5, 4, 20))
    folder = emit_folder(
        tmp_path / "new" / "x", id="x", kind="invariants", kernels=family, backends=("torch",), metadata=METADATA
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"] == {
        "torch_kernels.py": hashlib.sha256((folder / "torch_kernels.py").read_bytes()).hexdigest()
    }
    assert manifest["operations"]["vjp"] == family["vjp"].operations
    assert sorted(p.name for p in folder.iterdir()) == ["manifest.json", "torch_kernels.py"]


def test_unknown_backends_and_missing_kernels_are_refused() -> None:
    family = naive_family(polynomial(5, 4, 20))
    with pytest.raises(ValueError, match="did you mean 'numba'"):
        emit_sources("x", family, ("nubma",))
    with pytest.raises(ValueError, match="no backend"):
        emit_sources("x", family, ())
    with pytest.raises(ValueError, match="needs the kernels"):
        emit_sources("x", {"value": family["value"]}, ("torch",))
