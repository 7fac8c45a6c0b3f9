"""Formulas as MathML, from the LaTeX that families and relations write.

    formula = { atom [ "_" group ] [ "^" group ] }        group = atom | "{" formula "}"

Atoms are letters, numbers, signs, ``\\left( ... \\right)`` and the commands below. What is none of these stands in the
formula as text: nothing is lost, and nothing becomes markup.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

SIGNS = {"otimes": "⊗", "cdot": "·", "times": "×"}
LETTERS = {"epsilon": "ε"}
SPACES = (",", ";", " ", "quad")
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)


def mathml(latex: str) -> str:
    """The element ``math`` of a formula; its alternative text is the LaTeX."""
    return f'<math aria-label="{escape(latex, _QUOTES)}">{_Reader(latex).row(())}</math>'


_QUOTES = {'"': "&quot;"}


class _Reader:
    """Reads tokens one after another."""

    def __init__(self, latex: str) -> None:
        self._tokens = [t for t in _TOKEN.findall(latex) if not t.isspace()][::-1]

    def row(self, ends: tuple[str, ...]) -> str:
        """Atoms up to one of ``ends``, which is taken too, as one element."""
        parts = []
        while self._tokens:
            if self._tokens[-1] in ends:
                self._tokens.pop()
                break
            parts.append(self._scripted())
        return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"

    def _scripted(self) -> str:
        base, scripts = self._atom(), {}
        while self._tokens and self._tokens[-1] in ("_", "^"):
            place = self._tokens.pop()
            scripts[place] = self._group()
        below, above = scripts.get("_"), scripts.get("^")
        if below and above:
            return f"<msubsup>{base}{below}{above}</msubsup>"
        if below:
            return f"<msub>{base}{below}</msub>"
        return f"<msup>{base}{above}</msup>" if above else base

    def _group(self) -> str:
        if self._tokens and self._tokens[-1] == "{":
            self._tokens.pop()
            return self.row(("}",))
        return self._atom()

    def _atom(self) -> str:
        if not self._tokens:
            return "<mrow></mrow>"
        token = self._tokens.pop()
        if token == "{":
            return self.row(("}",))
        if token.startswith("\\"):
            return self._command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        return f"<mi>{escape(token)}</mi>" if token.isalpha() else f"<mo>{escape(_minus(token))}</mo>"

    def _command(self, name: str) -> str:
        if name == "frac":
            return f"<mfrac>{self._group()}{self._group()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self._group()}</msqrt>"
        if name == "mathrm":
            return f'<mi mathvariant="normal">{escape(self._plain())}</mi>'
        if name == "left":
            return self._bracketed()
        if name in SPACES:
            return '<mspace width="0.17em"/>'
        if name in SIGNS:
            return f"<mo>{SIGNS[name]}</mo>"
        return f"<mi>{LETTERS[name]}</mi>" if name in LETTERS else f"<mtext>{escape(name)}</mtext>"

    def _bracketed(self) -> str:
        opening = self._tokens.pop() if self._tokens else ""
        inner = self.row(("\\right",))
        closing = self._tokens.pop() if self._tokens else ""
        return f"<mrow><mo>{escape(opening)}</mo>{inner}<mo>{escape(closing)}</mo></mrow>"

    def _plain(self) -> str:
        """The text of a group, as it is."""
        if not self._tokens or self._tokens[-1] != "{":
            return self._tokens.pop() if self._tokens else ""
        self._tokens.pop()
        text = ""
        while self._tokens and (token := self._tokens.pop()) != "}":
            text += token
        return text


def _minus(sign: str) -> str:
    return "−" if sign == "-" else sign


def relation_latex(text: str) -> str:
    """The text of a relation, such as ``c = 1/2 f3^2``, in LaTeX with f3 as I_3."""
    text = re.sub(r"\bf(\d+)", r"I_{\1}", text)
    text = re.sub(r"\^(\d+)", r"^{\1}", text)
    text = re.sub(r"sqrt\((\d+)\)", r"\\sqrt{\1}", text)
    text = re.sub(r"(?<![\w{])(\d+)/(\d+)", r"\\frac{\1}{\2}", text)
    return re.sub(r"(?<=[\w})]) (?=[\\\w])", r" \\, ", text)
