"""Where an interrupted selection goes on: the decisions so far, in a file that is checked before it is used.

A decision is a position in the stream of candidates, which a spec determines; so the file is small, and the
echelon forms are rebuilt from the candidates that were eliminated, which must be kept again or not as before.
"""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invgen.files import write_text
from invgen.spec import BasisSpec
from invgen.version import __version__

FORMAT = 2
SECONDS = 15.0
"""Until the first writing; a selection that takes less never touches the disk."""
AGAIN = 1.0
"""Seconds between two writings."""


@dataclass(frozen=True)
class Decisions:
    """How many candidates were offered, the positions of those kept, and of those that float64 decides otherwise.

    examined
        Those that were eliminated in float64, by whose order its round-off is determined.
    """

    offered: int = 0
    kept: tuple[int, ...] = ()
    disagreements: tuple[int, ...] = ()
    examined: tuple[int, ...] = field(default=(), compare=False)

    @property
    def float_kept(self) -> tuple[int, ...]:
        """What the float64 pass kept."""
        return tuple(sorted(set(self.kept) ^ set(self.disagreements)))

    def positions(self) -> Positions:
        """The same, to go on with."""
        return Positions(self.offered, list(self.kept), list(self.disagreements), list(self.examined))


@dataclass
class Positions:
    """Decisions while they grow; ``offered`` grows last, so that they are whole at any moment."""

    offered: int = 0
    kept: list[int] = field(default_factory=list)
    disagreements: list[int] = field(default_factory=list)
    examined: list[int] = field(default_factory=list)

    def decisions(self) -> Decisions:
        """The decisions so far."""
        offered = self.offered
        parts = (self.kept, self.disagreements, self.examined)
        return Decisions(offered, *(tuple(part[: bisect_left(part, offered)]) for part in parts))


@dataclass
class Checkpoint:
    """The file of one selection: spec, prime, seed and version of this package are its key."""

    path: Path
    key: str
    seconds: float = SECONDS
    _begun: float = field(default_factory=time.monotonic)
    _written: float = 0.0
    _failed: bool = False

    @classmethod
    def of(cls, folder: Path, spec: BasisSpec, **setting: Any) -> Checkpoint:
        """In a folder, named by the id of the spec and a digest of everything that determines the decisions."""
        key = _digest({"version": __version__, "spec": spec.to_json(), **setting})
        return cls(folder / f"{spec.id}-{key[:16]}.json", key)

    def load(self) -> Decisions | None:
        """The decisions of the file; ``None`` if there is none. A damaged one is reported and not used."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._refuse(str(error))
            return None
        body = {name: value for name, value in data.items() if name != "sha256"} if isinstance(data, dict) else {}
        if not body or data.get("sha256") != _digest(body) or (body["format"], body["key"]) != (FORMAT, self.key):
            self._refuse("it fails its checksum, or belongs to another selection")
            return None
        return Decisions(body["offered"], *(tuple(body[name]) for name in ("kept", "disagreements", "examined")))

    def _refuse(self, reason: str) -> None:
        warnings.warn(f"the checkpoint {self.path} is not used, the selection starts anew: {reason}", stacklevel=4)

    def due(self) -> bool:
        """Whether the first or the last writing is long enough ago."""
        now = time.monotonic()
        return now - self._begun >= self.seconds and now - self._written >= min(AGAIN, self.seconds)

    def offer(self, decisions: Decisions) -> None:
        """Writes the decisions if it is due."""
        if self.due():
            self.write(decisions)

    def write(self, decisions: Decisions) -> None:
        """Writes the decisions whole; a disk that cannot take them is reported once, and the selection goes on."""
        body: dict[str, Any] = {"format": FORMAT, "key": self.key, "offered": decisions.offered}
        body |= {name: list(getattr(decisions, name)) for name in ("kept", "disagreements", "examined")}
        try:
            write_text(self.path, json.dumps({**body, "sha256": _digest(body)}))
        except OSError as error:
            if not self._failed:
                warnings.warn(
                    f"no checkpoint of the selection at {self.path}: {error}; it goes on without", stacklevel=4
                )
            self._failed = True
        self._written = time.monotonic()

    def remove(self) -> None:
        """Removes the file of a finished selection."""
        self.path.unlink(missing_ok=True)


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
