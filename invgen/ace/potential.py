"""``LinearPotential``: E = sum_i (e_(z_i) + c_(z_i) . B(A_i)) + what repels, with forces and stress, in one file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from invgen.ace.abasis import ABasis, a_basis
from invgen.ace.crowding import Crowding
from invgen.ace.energy import Evaluator, contract
from invgen.ace.neighbourhoods import Neighbourhoods, element_numbers, neighbourhoods
from invgen.ace.radial import RadialBasis
from invgen.ace.repulsion import Repulsion
from invgen.data.errors import DataError
from invgen.data.files import LINEAR, read_archive, write_archive
from invgen.data.structures import Structure
from invgen.emitted.products import ProductBasis
from invgen.errors import InvgenError

if TYPE_CHECKING:
    from invgen.ace.torch_potential import TorchLinearPotential
    from invgen.data.calculator import StructureCalculator

KIND = LINEAR
FORMAT, READ = 3, (1, 2, 3)
"""The format of files that are written, and those that are read: 1 had no repulsion, 2 no crowding."""
UNITS = {"energy": "eV", "length": "Å"}


class Results(NamedTuple):
    """What a potential says of a structure."""

    energy: float
    """eV."""
    forces: np.ndarray
    """(atoms, 3) eV/Å."""
    stress: np.ndarray | None
    """(6,) eV/Å^3, ASE's sign and order xx, yy, zz, yz, xz, xy; ``None`` unless periodic in three directions."""


class Evaluated(NamedTuple):
    """As ``Results``, with the shares of the atoms."""

    energy: float
    energies: np.ndarray
    """(atoms,) eV: of an atom the reference, its functions, half of what repels it, and its crowding; the sum is
    ``energy``."""
    forces: np.ndarray
    stress: np.ndarray | None


@dataclass(frozen=True, eq=False)
class LinearPotential:
    """A linear ACE potential.

    products, radial, elements
        The functions: product basis, radial functions, and symbols of the species 0, 1, ... of its channels.
    coefficients
        (S, functions) eV: row z is for centres of element z.
    references
        (S,) eV: energy of a single atom of each element.
    labels
        Of the functions; by default those of ``products``.
    metadata
        JSON values that travel with the file, such as how the potential was fitted.
    repulsion
        Between nuclei at short range; none by default. It ends within the cutoff.
    crowding
        Of atoms with more neighbours than any that was fitted; none by default. It sees no farther than the cutoff.

    Raises ``DataError`` for elements that are none, shapes that do not fit, and values that are not finite.
    """

    products: ProductBasis
    radial: RadialBasis
    elements: tuple[str, ...]
    coefficients: np.ndarray
    references: np.ndarray
    labels: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    repulsion: Repulsion | None = None
    crowding: Crowding | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "elements", tuple(self.elements))
        object.__setattr__(self, "labels", tuple(self.labels or self.products.labels))
        shapes = {"coefficients": (len(self.elements), len(self.products)), "references": (len(self.elements),)}
        for name, shape in shapes.items():
            array = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            if array.shape != shape:
                raise DataError(
                    f"{name} of a linear potential of {self.elements} have shape {array.shape}, not {shape}"
                )
            if not np.isfinite(array).all():
                raise DataError(f"{name} of a linear potential are not finite; fit again")
            object.__setattr__(self, name, array)
        if len(self.labels) not in (0, len(self.products)):
            raise DataError(f"{len(self.labels)} labels for {len(self.products)} functions")
        if self.repulsion is not None:
            self._check_repulsion(self.repulsion)
        if self.crowding is not None:
            self._check_crowding(self.crowding)
        _ = self.basis

    def _check_repulsion(self, repulsion: Repulsion) -> None:
        if not np.array_equal(repulsion.numbers, self.numbers):
            raise DataError(
                f"the repulsion is between atomic numbers {repulsion.numbers.tolist()}, the potential is for "
                f"{self.numbers.tolist()}: give both the same elements in the same order"
            )
        if repulsion.outer.max() > self.radial.cutoff:
            raise DataError(
                f"the repulsion ends at {repulsion.outer.max()} Å, beyond the cutoff of {self.radial.cutoff} Å, where "
                "no neighbours are known: lower outer"
            )

    def _check_crowding(self, crowding: Crowding) -> None:
        if crowding.most.shape[1:] != (len(self.elements),) or crowding.ranges.max() > self.radial.cutoff:
            raise DataError(
                f"crowding is of {crowding.most.shape[-1]} elements within {crowding.ranges.max()} Å, the potential of "
                f"{len(self.elements)} within {self.radial.cutoff} Å: give it a number for each, and no longer range"
            )

    def __repr__(self) -> str:
        short = ", ZBL" if self.repulsion is not None else ""
        known = f"{', '.join(self.elements)}, {self.radial.cutoff} Å{short}"
        return f"LinearPotential({len(self.products)} functions, {known})"

    @cached_property
    def numbers(self) -> np.ndarray:
        """(S,) atomic numbers of the elements."""
        return element_numbers(self.elements)

    @cached_property
    def basis(self) -> ABasis:
        """Tables of the A-basis."""
        return a_basis(self.products.channels, self.radial, len(self.numbers))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the product basis: equal for equal functions in equal order."""
        return hashlib.sha256(self.products.to_bytes()).hexdigest()

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self.basis, contract(self.products, self.coefficients))

    def neighbourhoods(self, structure: Structure, skin: float = 0.0) -> Neighbourhoods:
        """Neighbours within the cutoff plus ``skin`` (Å); good for all positions within skin/2 of these.

        Raises ``UnknownSpeciesError`` naming a missing element, ``CoincidentAtomsError`` naming the atoms.
        """
        return neighbourhoods(structure, self.numbers, self.radial.cutoff + skin)

    def energy_forces_stress(self, structure: Structure, near: Neighbourhoods | None = None) -> Results:
        """Energy, forces and stress; ``near`` holds the neighbours where they are known already.

        Raises as ``neighbourhoods``. May run on several threads at once.
        """
        found = self.evaluate(structure, near)
        return Results(found.energy, found.forces, found.stress)

    def evaluate(self, structure: Structure, near: Neighbourhoods | None = None) -> Evaluated:
        """As ``energy_forces_stress``, with the energies of the atoms."""
        near = self.neighbourhoods(structure) if near is None else near
        found, references = self._evaluator.evaluate(near, structure.positions), self.references[near.species]
        if self.repulsion is not None:
            self.repulsion.add(near, structure.positions, *found)
        if self.crowding is not None:
            self.crowding.add(near, structure.positions, *found)
        energy = float(found.energies.sum() + references.sum())
        if not np.isfinite(energy):
            self.neighbourhoods(structure)  # atoms that met since ``near`` was found are named
        stress = found.virial / structure.volume if structure.volume else None
        return Evaluated(energy, found.energies + references, found.forces, stress)

    def calculator(self, skin: float = 0.5) -> StructureCalculator:
        """An ASE calculator; neighbours are looked for within ``skin`` (Å) more, and again when atoms have moved."""
        from invgen.data.calculator import StructureCalculator

        return StructureCalculator(self, skin)

    def torch(self) -> TorchLinearPotential:
        """The same potential as a torch module, on any device, to be differentiated by autograd."""
        from invgen.ace.torch_potential import TorchLinearPotential

        return TorchLinearPotential(self)

    def save(self, path: str | Path) -> Path:
        """Write one self-contained npz file, whole, with a checksum."""
        header = {
            "kind": KIND,
            "format": FORMAT,
            "elements": list(self.elements),
            "radial": self.radial.to_json(),
            "labels": list(self.labels),
            "digest": self.digest,
            "repulsion": None if self.repulsion is None else self.repulsion.to_json(),
            "crowding": None if self.crowding is None else self.crowding.to_json(),
            "units": UNITS,
            "metadata": dict(self.metadata),
        }
        tables = {f"products_{name}": getattr(self.products, name) for name in ProductBasis.DTYPES}
        return write_archive(path, header, {**tables, "coefficients": self.coefficients, "references": self.references})

    @classmethod
    def load(cls, path: str | Path) -> LinearPotential:
        """Read a file of ``save``.

        Raises ``DataError`` when it is missing, damaged, edited, of another kind or format, or does not fit together.
        """
        header, arrays = read_archive(path, KIND)
        if header.get("format") not in READ:
            known = f"{', '.join(map(str, READ[:-1]))} and {READ[-1]}"
            raise DataError(f"{path} has format {header.get('format')!r}, this version reads {known}: fit it again")
        try:
            tables = {name: arrays[f"products_{name}"] for name in ProductBasis.DTYPES}
            products = ProductBasis(**tables, labels=tuple(header["labels"]))
            radial = RadialBasis.from_json(header["radial"])
            elements = tuple(header["elements"])
            found = header["repulsion"] if header["format"] > 1 else None
            crowding = header["crowding"] if header["format"] > 2 else None
            return cls(
                products, radial, elements, arrays["coefficients"], arrays["references"], metadata=header["metadata"],
                repulsion=Repulsion.from_json(found, element_numbers(elements)),
                crowding=Crowding.from_json(crowding),
            )  # fmt: skip
        except KeyError as error:
            raise DataError(f"{path} lacks {error}; fit it again") from error
        except InvgenError as error:
            raise DataError(f"{path}: {error}") from error
