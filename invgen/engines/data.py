"""The data file of a potential for C++, which ``cpp/data.hpp`` reads: named words and numbers under a checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

HEAD = "invgen potential data 1"
WORDS_PER_LINE = 8


def data_text(entries: Mapping[str, Any]) -> str:
    """The text of a file.

    entries
        Name to a word, a list of words, a number, or an array of numbers. Numbers of floating point are written in
        hexadecimal, so that they are read as they are.
    """
    body = "".join(_entry(name, _words(value)) for name, value in entries.items())
    return f"{HEAD}\nsha256 {hashlib.sha256(body.encode()).hexdigest()}\n{body}"


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, Sequence) and all(isinstance(word, str) for word in value):
        return list(value)
    array = np.asarray(value).ravel()
    if array.dtype.kind in "iu":
        return [str(n) for n in array.tolist()]
    return [x.hex() for x in array.astype(np.float64).tolist()]


def _entry(name: str, words: list[str]) -> str:
    lines = [" ".join(words[k : k + WORDS_PER_LINE]) for k in range(0, len(words), WORDS_PER_LINE)]
    return "\n".join([f"{name} {len(words)}", *lines]) + "\n"
