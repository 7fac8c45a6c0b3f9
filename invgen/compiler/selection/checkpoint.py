"""Where an interrupted selection goes on: the decisions so far, in a file that is checked before it is used.

A decision is a position in the stream of candidates, which a spec determines; so the file is small, and the
echelon forms are rebuilt from the candidates that were kept, each of which must raise the rank again.
"""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invgen.files import write_text
from invgen.spec import BasisSpec
from invgen.version import __version__

FORMAT = 1
SECONDS = 15.0
"""Between two writings; a selection that takes less never touches the disk."""


@dataclass(frozen=True)
class Decisions:
    """How many candidates were offered, the positions of those kept, and of those that float64 decides otherwise."""

    offered: int = 0
    kept: tuple[int, ...] = ()
    disagreements: tuple[int, ...] = ()

    @property
    def float_kept(self) -> tuple[int, ...]:
        """What the float64 pass kept."""
        return tuple(sorted(set(self.kept) ^ set(self.disagreements)))


@dataclass
class Checkpoint:
    """The file of one selection: spec, prime, seed and version of this package are its key."""

    path: Path
    key: str
    seconds: float = SECONDS
    _written: float = field(default_factory=time.monotonic)

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
        return Decisions(body["offered"], tuple(body["kept"]), tuple(body["disagreements"]))

    def _refuse(self, reason: str) -> None:
        warnings.warn(f"the checkpoint {self.path} is not used, the selection starts anew: {reason}", stacklevel=4)

    def offer(self, decisions: Decisions) -> None:
        """Writes the decisions if the last writing is long enough ago."""
        if time.monotonic() - self._written >= self.seconds:
            self.write(decisions)

    def write(self, decisions: Decisions) -> None:
        """Writes the decisions whole; a disk that cannot take them is reported, and the selection goes on."""
        body = {"format": FORMAT, "key": self.key, "offered": decisions.offered}
        body |= {"kept": list(decisions.kept), "disagreements": list(decisions.disagreements)}
        self._written = time.monotonic()
        try:
            write_text(self.path, json.dumps({**body, "sha256": _digest(body)}))
        except OSError as error:
            warnings.warn(f"no checkpoint of the selection at {self.path}: {error}; it goes on without", stacklevel=4)

    def remove(self) -> None:
        """Removes the file of a finished selection."""
        self.path.unlink(missing_ok=True)


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
