"""What is public, and what docstrings leave untold: shapes of arrays, units of numbers, parameters.

An entry is a line with names and deeper lines that tell of them; a field may have a text below it instead. What is
told of a name elsewhere counts as well, sentence by sentence.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

PUBLIC = ("invgen", "invgen.ace", "invgen.data", "invgen.nn", "invgen.potentials", "invgen.runtime")
"""The modules whose names are public, see docs/architecture.md."""
ARRAY = re.compile(r"\b(ndarray|Tensor)\b")
NUMBER = re.compile(r"\bfloat\b")
SHAPE = re.compile(r"\([\w+ .]+(, ?[\w+ .]*)+\)|[Ss]haped? (like|of)|\(\d?\w+,\)")
UNIT = re.compile(r"Å|eV|\bamu\b|\bfs\b|\bbytes\b|\bseconds\b|[Nn]o unit|without unit|[Ss]hare\b|[Pp]ower")


def public_names() -> Iterator[tuple[str, Any]]:
    """All public names with what they stand for."""
    for module in PUBLIC:
        loaded = importlib.import_module(module)
        for name in sorted(loaded.__all__):
            yield f"{module}.{name}", getattr(loaded, name)


def untold(name: str, thing: Any) -> list[str]:
    """What the documentation of a public name leaves out."""
    if not callable(thing) or (inspect.isclass(thing) and issubclass(thing, Exception)):
        return []
    if not inspect.getdoc(thing):
        return [f"{name} has no docstring"]
    told = entries(thing)
    problems = [] if is_protocol(thing) else list(_of_signature(name, thing, told))
    if inspect.isclass(thing):
        for key, member in vars(thing).items():
            function = _function(member)
            if not key.startswith("_") and function is not None:
                problems += _of_member(f"{name}.{key}", function, isinstance(member, property), told.get(key, ""))
    return problems


def entries(thing: Any) -> dict[str, str]:
    """For every name of a signature, what is told of it."""
    text = inspect.cleandoc(thing.__doc__ or "")
    found: dict[str, str] = {}
    for match in re.finditer(r"^(\w+(?:, \w+)*)\n((?: {4}.*\n?)+)", text, flags=re.MULTILINE):
        for name in match[1].split(", "):
            found[name] = match[2]
    for sentence in re.split(r"(?<=[.:;])\s|\n\n", text):
        for name in set(re.findall(r"\w+", sentence)):
            found[name] = f"{found.get(name, '')} {sentence}"
    return {**found, **{k: f"{found.get(k, '')} {v}" for k, v in below_fields(thing).items()}}


def below_fields(thing: Any) -> dict[str, str]:
    """The texts below the fields of a class and of the classes that it comes from."""
    found: dict[str, str] = {}
    for kind in reversed(inspect.getmro(thing)) if inspect.isclass(thing) else ():
        if kind.__module__.startswith("invgen"):
            body = ast.parse(dedent(inspect.getsource(kind))).body[0]
            assert isinstance(body, ast.ClassDef)
            for field, text in zip(body.body, body.body[1:], strict=False):
                match field, text:
                    case ast.AnnAssign(), ast.Expr(value=ast.Constant(value=str() as told)):
                        found[ast.unparse(field.target)] = inspect.cleandoc(told)
    return found


def is_protocol(kind: Any) -> bool:
    """Whether nobody makes one of it."""
    return bool(getattr(kind, "_is_protocol", False))


def _of_signature(name: str, thing: Any, told: dict[str, str]) -> Iterator[str]:
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD and parameter.name != "misspelt":
            yield f"{name} hides its keywords behind **{parameter.name}"
        elif parameter.name not in ("self", "progress", "misspelt"):
            yield from _lacking(f"{name}({parameter.name})", _spelled(parameter.annotation), told.get(parameter.name))
    if not inspect.isclass(thing):
        returned = _spelled(inspect.signature(thing).return_annotation)
        yield from _lacking(f"{name} -> {returned}", returned, inspect.getdoc(thing))


def _of_member(name: str, function: Callable[..., Any], is_property: bool, told: str) -> Iterator[str]:
    own = inspect.cleandoc(function.__doc__ or "")
    text = f"{own} {told}"
    if not text.strip():
        yield f"{name} has no docstring"
        return
    parameters = [] if is_property else list(inspect.signature(function).parameters.values())[1:]
    for annotation in (*(p.annotation for p in parameters), inspect.signature(function).return_annotation):
        yield from _lacking(f"{name} {_spelled(annotation)}", _spelled(annotation), text)


def _lacking(name: str, annotation: str, text: str | None) -> Iterator[str]:
    if not text:
        yield f"{name} is not mentioned"
    elif ARRAY.search(annotation) and not SHAPE.search(text):
        yield f"{name} is told without a shape"
    elif NUMBER.search(annotation) and not UNIT.search(text):
        yield f"{name} is told without a unit"


def _spelled(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__forward_arg__", str(annotation))


def _function(member: Any) -> Callable[..., Any] | None:
    if isinstance(member, property):
        return member.fget
    inner = getattr(member, "__func__", getattr(member, "func", member))
    return inner if inspect.isfunction(inner) else None
