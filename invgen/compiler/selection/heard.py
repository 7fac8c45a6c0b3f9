"""A selection that also tells every candidate that it was offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from invgen.compiler.candidates.family import Candidate
from invgen.compiler.selection.evidence import Evidence
from invgen.compiler.selection.langbein import Progress, Selection
from invgen.compiler.selection.objectives import select
from invgen.compiler.selection.setting import UNLIMITED, Setting
from invgen.spec import BasisSpec


def select_and_tell(
    spec: BasisSpec, progress: Progress | None = None, found: tuple[str, ...] | None = None
) -> tuple[Sequence[Candidate], Evidence, list[Candidate]]:
    """What ``select`` gives without a limit, and the candidates in the order in which they were offered.

    found
        Members that a search by program has found.
    """
    setting = _Listening(max_candidates=UNLIMITED, progress=progress, found=found)
    chosen, evidence = select(spec, setting)
    return chosen, evidence, setting.heard


class _Heard(Selection):
    heard: list[Candidate]

    def _note(self, candidates: Sequence[Candidate], raised: list[bool], in_floats: list[bool]) -> None:
        self.heard += candidates
        super()._note(candidates, raised, in_floats)


@dataclass(frozen=True)
class _Listening(Setting):
    """A setting whose selections all leave their candidates in ``heard``."""

    heard: list[Candidate] = field(default_factory=list)

    def selection(self, spec: BasisSpec) -> Selection:
        plain = super().selection(spec)
        listening = _Heard(plain.exact, plain.floating, plain.prime)
        listening.heard = self.heard
        return listening

    def consider(self, candidates: Sequence[Candidate]) -> None:
        self.heard.extend(candidates)
