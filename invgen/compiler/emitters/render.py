"""Templates to text: strict about names, deterministic in bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
from jinja2 import meta

from invgen.compiler.kernels.program import Kernel
from invgen.resources import templates_folder
from invgen.version import __version__

OPERATORS = {"add": "+", "sub": "-", "mul": "*"}


def environment() -> jinja2.Environment:
    """The one Jinja environment: undefined names are errors, no blank lines left by tags."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_folder(), encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def template_keys(template: str) -> set[str]:
    """The names that ``template`` expects from its context."""
    env = environment()
    assert env.loader is not None
    source, _, _ = env.loader.get_source(env, template)
    return meta.find_undeclared_variables(env.parse(source))


def render(template: str, context: Mapping[str, Any]) -> str:
    """Fill ``template``. Raises ``ValueError`` unless its names and the context's keys are the same set."""
    wanted, given = template_keys(template), set(context)
    if wanted != given:
        raise ValueError(
            f"template {template} and its context disagree: missing {sorted(wanted - given)}, "
            f"unused {sorted(given - wanted)}; make the emitter's context and the template name the same things"
        )
    return environment().get_template(template).render(context)


def header(template: str, id: str, kernels: Mapping[str, Kernel], comment: str = "#") -> str:
    """Comment lines that open every emitted file: origin, kernel digests and operation counts."""
    lines = [f"{comment} Emitted by invgen {__version__} from templates/{template} for {id}. Do not edit: emit again."]
    for name, kernel in kernels.items():
        count = kernel.operations
        lines.append(
            f"{comment} {name}: {count['total']} operations ({count['additions']} additions, "
            f"{count['multiplications']} multiplications), kernel {kernel.digest[:16]}"
        )
    return "\n".join(lines)


def value_names(kernel: Kernel) -> list[str]:
    """A Python name for every value id: ``x3`` for an input, ``c0`` for a constant, ``v17`` for a statement."""
    names = [f"{array}{component}" for array, component in kernel.input_names()]
    names += [f"c{k}" for k in range(len(kernel.constants))]
    return names + [f"v{k}" for k in range(len(kernel.statements))]


def used_constants(kernel: Kernel, statements: Any, also: Any = ()) -> list[int]:
    """Indices of the constants that ``statements`` (pairs of id and statement) or the ids ``also`` read."""
    first = kernel.input_size
    read = {operand for _, s in statements for operand in s[1:]} | set(also)
    return [k for k in range(len(kernel.constants)) if first + k in read]
