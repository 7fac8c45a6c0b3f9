"""Lists in text files: one member a line, ``#`` starts a comment, and a name may stand before ``=``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from invgen.errors import AuditError

_NAMED = re.compile(r"\s*([\w.'-]+)\s*=(?!=)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """A member as it was written: where, its name (the text itself where none is given), and the text."""

    where: str
    name: str
    text: str

    def error(self, reason: str) -> AuditError:
        """The error to raise for this line."""
        return AuditError(f"{self.where}: {self.text!r}: {reason}")


def read_lines(path: str | os.PathLike[str]) -> tuple[Line, ...]:
    """The members of a text file; raises ``AuditError`` if it is not UTF-8 text or holds none."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AuditError(
            f"{path} is not UTF-8 text (byte {error.start}); lists are text files, tables are .npz files"
        ) from None
    return parse_lines(text.splitlines(), str(path))


def parse_lines(texts: Iterable[str], source: str) -> tuple[Line, ...]:
    """The members among lines of text; raises ``AuditError`` if there is none, or a name stands twice."""
    found: list[Line] = []
    for number, text in enumerate(texts, start=1):
        content = text.partition("#")[0].strip()
        if not content:
            continue
        where, named = f"{source}, line {number}", _NAMED.fullmatch(content)
        name, body = (named.group(1), named.group(2).strip()) if named else (content, content)
        found.append(Line(where, name, body))
    if not found:
        raise AuditError(f"{source} holds no members; write one a line, such as ij,jk,ki->,two,two,two or x*y + z**2")
    _refuse_namesakes(found)
    return tuple(found)


def _refuse_namesakes(lines: list[Line]) -> None:
    seen: dict[str, Line] = {}
    for line in lines:
        if line.name != line.text and line.name in seen:
            raise line.error(f"the name {line.name!r} stands at {seen[line.name].where} already; choose another")
        seen.setdefault(line.name, line)
