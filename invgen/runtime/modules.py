"""The kernels of an emitted folder in every form that runs, each opened when it is first used."""

from __future__ import annotations

from typing import Any

from invgen.emitted.folder import EmittedFolder
from invgen.runtime.backends import BACKENDS, PLAIN


class Modules:
    """The forms of one emitted folder, by the name of the backend."""

    def __init__(self, folder: EmittedFolder) -> None:
        manifest = folder.manifest
        self.folder = folder
        self.id: str = manifest["id"]
        self.key = folder.key
        self.components: int = manifest["components"]
        self.size: int = manifest["size"]
        self.operations: dict[str, dict[str, int]] = manifest["operations"]
        self._forms: dict[str, Any] = {}
        self._interactions: dict[str, Any] = {}

    def form(self, backend: str) -> Any:
        """What runs the kernels, see ``Backend.form``.

        Raises ``ImportError`` for a library that is missing, ``EmittedFileError`` if the backend was not emitted or its
        file was edited.
        """
        if backend not in self._forms:
            self._forms[backend] = BACKENDS[backend].form(self.folder)
        return self._forms[backend]

    @property
    def plain(self) -> Any:
        """The kernels as functions of tensors and ``axis`` in plain tensor operations."""
        return self.form(PLAIN)

    def interaction(self, backend: str) -> Any:
        """What runs the fused interaction layer, see ``Backend.interaction``.

        Raises ``ValueError`` for a backend that has none, ``EmittedFileError`` if it was not emitted or its file was
        edited.
        """
        if backend not in self._interactions:
            make = BACKENDS[backend].interaction
            if make is None:
                raise ValueError(f"backend {backend!r} has no fused interaction layer: its row has no 'interaction'")
            self._interactions[backend] = make(self.folder)
        return self._interactions[backend]


def alone(results: tuple[Any, ...]) -> Any:
    """One result as itself, several as they are."""
    return results[0] if len(results) == 1 else results
