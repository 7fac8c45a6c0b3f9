"""Warnings about labels that look as if in another unit or of another sign, each with its reason."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from invgen.data.labels import LabelFormat
from invgen.data.references import symbols
from invgen.data.statistics import Outlier, References, Surroundings, duplicates
from invgen.data.structure import Structure
from invgen.data.units import unit_value
from invgen.errors import counted

LENGTHS = ("Ang", "Bohr", "nm", "pm")
ENERGIES = ("eV", "kcal/mol", "kJ/mol", "Hartree", "Rydberg", "meV")
BOND = 0.87
"""Nearest distance of 5 % of the atoms over the sum of covalent radii: from 0.72 (molybdenum) to 0.97 in real sets."""
OVERLAP = 0.25
"""Distance of two atoms over the sum of covalent radii: the closest pair of 10,000 random methanes has 0.47."""
HARTREE = 27.211386
NUCLEAR_CHARGE = 36
"""Heavier elements have relativistic energies, which the formula of ``all_electron_energy`` does not know."""
LARGEST_FORCE = 10.0
"""eV/Å: medians of real sets are up to 2.6 (randomly displaced methane)."""
LARGEST_STRESS = 0.6
"""eV/Å^3, or 100 GPa: medians of real sets are below 0.1."""
LEAST_HYDROGEN = -25.0
"""eV: an atom has -13.6, and a bond adds less than 5."""
NET_FORCE = 0.02
"""Share of the sum of all lengths of forces; real sets stay below 1e-4."""
FAR = 25.0
"""Robust z of an energy: thermal and random sets have up to 10, alloys with surfaces 18."""
BONDED = (6, 7, 8)
"""Elements whose bonds with hydrogen ``bonds_of_hydrogen`` looks at."""
STRETCHED = (0.85, 1.2)
"""Lengths of such a bond over the sum of covalent radii that are near enough to its minimum."""
SOFTEST, STIFFEST = 8.0, 120.0
"""eV/Å^2: real bonds of hydrogen with C, N and O have 25 to 50, and every usual unit is a factor of 13 or more off."""
BONDS, LEAST_SPREAD, LEAST_CORRELATION = 30, 0.01, 0.8
"""Least number of bonds, deviation of their lengths (Å), and correlation of force and length, to say anything."""


def suspicions(
    structures: Sequence[Structure],
    labels: LabelFormat,
    relative: np.ndarray,
    found: References | None,
    far: Sequence[Outlier],
) -> list[str]:
    """All warnings of this module but those of ``distances`` and ``repeated``.

    relative
        Nearest distances over sums of covalent radii.
    found
        E⁰ of the structures with energies, ``None`` if there are none.
    far
        Outliers.
    """
    warnings = [
        *lengths(relative, labels),
        *energies(structures, labels),
        *([] if found is None else hydrogen(found)),
        *sizes(structures),
        *bonds_of_hydrogen(structures, labels),
        *net_forces(structures),
    ]
    strange = [o for o in far if o.what.startswith("energy") and abs(o.z) > FAR]
    if strange:
        names = ", ".join(f"{o.frame} ({o.value:.3g} eV, z = {o.z:.0f})" for o in strange)
        warnings.append(f"energies per atom after E0 far from all others: {names}; look whether they converged")
    return warnings


def distances(structures: Sequence[Structure], near: Surroundings, labels: LabelFormat, cutoff: float) -> list[str]:
    """Atoms that overlap, and atoms without any neighbour.

    structures, near, cutoff
        Frames whose neighbours within ``cutoff`` (Å) are ``near``.
    """
    if all(s.atoms == 1 for s in structures) and not near.pairs.any():
        return ["all frames are single atoms: nothing but energies of atoms can be learnt; add frames of several"]
    if not near.pairs.any():
        return [f"no atom has a neighbour within {cutoff:g} Å: only energies of atoms can be learnt; raise the cutoff"]
    overlap = np.flatnonzero(near.closest[:, 1] < OVERLAP)
    if not len(overlap) or lengths(near.relative, labels):
        return []
    worst = int(near.closest[:, 1].argmin())
    return [
        f"atoms overlap in {counted(len(overlap), 'frame')}: {near.closest[worst, 0]:.2g} Å, "
        f"{near.closest[worst, 1]:.2g} times the sum of covalent radii, in {structures[worst].name}; repair its cell "
        "and positions, or remove it"
    ]


def lengths(relative: np.ndarray, labels: LabelFormat) -> list[str]:
    """Nearest distances against sums of covalent radii."""
    if not len(relative):
        return []
    ratio = float(np.quantile(relative, 0.05))
    declared = labels.units.get("length", "Ang")
    unit = _true_unit(ratio / BOND, LENGTHS, "length", declared, 0.3)
    if unit is not None and math.isclose(unit_value(unit, "length"), unit_value(declared, "length")):
        return []
    guess = f"as if lengths in {unit} had been read in {declared}" if unit else "which no usual unit explains"
    return [f"nearest atoms are {ratio:.2g} times the sum of covalent radii apart (usual: 0.7 to 1.2), {guess}"]


def all_electron_energy(numbers: np.ndarray) -> float:
    """eV: sum over atoms of the energy of all electrons, by the asymptotic series of Schwinger, good to 2 %."""
    z = np.asarray(numbers, dtype=np.float64)
    series = HARTREE * (-0.768745 * z ** (7 / 3) + z**2 / 2 - 0.2699 * z ** (5 / 3))
    return float(np.where(z == 1, -HARTREE / 2, np.where(z == 2, -79.0, series)).sum())


def energies(structures: Sequence[Structure], labels: LabelFormat) -> list[str]:
    """Total energies against those of all electrons: a factor of 23 or 27 is a unit."""
    rows = [s for s in structures if s.energy and s.numbers.max() <= NUCLEAR_CHARGE]
    if not rows:
        return []
    ratios = np.array([s.energy for s in rows]) / [all_electron_energy(s.numbers) for s in rows]
    low, ratio, high = np.quantile(ratios, [0.05, 0.5, 0.95])
    if not (ratio > 0 and high - low < 0.05 * ratio):
        return []
    declared = labels.units.get("energy", "eV")
    unit = _true_unit(float(ratio), ENERGIES, "energy", declared, 0.035)
    if unit is None or math.isclose(unit_value(unit, "energy"), unit_value(declared, "energy")):
        return []
    return [
        f"energies are {ratio:.4g} times those of all electrons (median), as if energies in {unit} had been read in "
        f'{declared}: say units = {{energy = "{unit}"}} if so'
    ]


def _true_unit(ratio: float, units: Sequence[str], quantity: str, declared: str, tolerance: float) -> str | None:
    """The unit of numbers that, read in ``declared``, come out as ``ratio`` times what they should be."""
    values = {unit: unit_value(declared, quantity) / unit_value(unit, quantity) for unit in units}
    unit = min(values, key=lambda name: abs(math.log(ratio / values[name])))
    return unit if abs(ratio / values[unit] - 1) < tolerance else None


def hydrogen(found: References) -> list[str]:
    """E⁰ of hydrogen, which has no core that could be left out: in eV it lies between -18 and 0."""
    energy = found.energies.get(1)
    if energy is None or not found.determined or energy > LEAST_HYDROGEN:
        return []
    return [
        f"E0 of H is {energy:.4g} eV by least squares, and no hydrogen is bound by so much (-13.6 eV alone, less "
        "than 5 for the bond): are energies in kcal/mol or kJ/mol?"
    ]


def sizes(structures: Sequence[Structure]) -> list[str]:
    """Forces and stresses that are larger than any in eV/Å and eV/Å^3, and forces that are zero."""
    warnings = []
    forces = [s.forces for s in structures if s.forces is not None]
    if forces:
        median = float(np.median(np.linalg.norm(np.concatenate(forces), axis=1)))
        if median > LARGEST_FORCE:
            warnings.append(
                f"forces have a median length of {median:.3g} eV/Å, and real ones are below 5: are they (and the "
                "energies) in kcal/mol or kJ/mol?"
            )
    stresses = [s.stress for s in structures if s.stress is not None]
    if stresses and float(np.median(np.abs(stresses).max(axis=1))) > LARGEST_STRESS:
        median = float(np.median(np.abs(stresses).max(axis=1)))
        warnings.append(
            f"stresses have a median of {median:.3g} eV/Å^3, {160.2 * median:.0f} GPa: are they in GPa or kbar?"
        )
    molecules = [s for s in structures if s.forces is not None and s.atoms > 2 and not s.periodic.any()]
    zero = [s.name for s in molecules if not np.any(s.forces)]
    if zero:
        warnings.append(f"all forces are zero in {len(zero)} molecules, such as {zero[0]}: is this a missing label?")
    return warnings


def stiffness_of_hydrogen(structures: Sequence[Structure], sample: int = 500) -> dict[int, float]:
    """eV/Å^2: slope of the force that pulls a hydrogen back along its bond by the length of the bond.

    For C, N and O as the other atom, where there are enough bonds that vary enough and pull as bonds do: frames of one
    geometry or minima say nothing. Negative if forces have the other sign. At most ``sample`` frames are looked at, at
    even steps; images of periodic cells are not.
    """
    having = [s for s in structures if s.forces is not None and np.any(s.numbers == 1) and np.any(s.numbers > 1)]
    rows = [_hydrogens(s) for s in having[:: max(1, -(-len(having) // sample))]]
    if not rows:
        return {}
    partner, length, pull = np.concatenate(rows, axis=1)
    found = {}
    for z in BONDED:
        x, y = length[partner == z], pull[partner == z]
        if len(x) < BONDS or np.std(x) < LEAST_SPREAD or not np.std(y) > 0:
            continue
        if abs(np.corrcoef(x, y)[0, 1]) > LEAST_CORRELATION:
            found[z] = float(np.cov(x, y)[0, 1] / np.var(x, ddof=1))
    return found


def _hydrogens(structure: Structure) -> np.ndarray:
    """(3, hydrogens with a bond): number of the nearest heavier atom, distance, force along the vector to it."""
    from ase.data import covalent_radii

    light, heavy = np.flatnonzero(structure.numbers == 1), np.flatnonzero(structure.numbers > 1)
    vectors = structure.positions[heavy] - structure.positions[light][:, None]
    lengths = np.linalg.norm(vectors, axis=2)
    rows, nearest = np.arange(len(light)), lengths.argmin(axis=1)
    length, numbers = lengths[rows, nearest], structure.numbers[heavy][nearest]
    assert structure.forces is not None
    with np.errstate(invalid="ignore", divide="ignore"):  # coincident atoms are refused elsewhere
        pull = (structure.forces[light] * vectors[rows, nearest]).sum(axis=1) / length
    relative = length / (covalent_radii[numbers] + covalent_radii[1])
    bonds = (relative > STRETCHED[0]) & (relative < STRETCHED[1])
    return np.stack([numbers, length, pull])[:, bonds]


def bonds_of_hydrogen(structures: Sequence[Structure], labels: LabelFormat) -> list[str]:
    """Bonds that are too soft or too stiff by far, or pushed apart: forces in another unit, or of the other sign."""
    strange = {z: k for z, k in stiffness_of_hydrogen(structures).items() if not SOFTEST < k < STIFFEST}
    if not strange:
        return []
    told = ", ".join(f"{symbols([z])[0]}-H {k:.3g}" for z, k in strange.items())
    if min(strange.values()) < 0:
        return [
            "forces push long bonds of hydrogen apart and short ones together, by force against length in eV/Å^2: "
            f"{told} (real ones have 25 to 50): have they the other sign, as gradients have?"
        ]
    soft = max(strange.values()) < SOFTEST
    guess = "Hartree or Rydberg" if soft else "kcal/mol or kJ/mol"
    if {"energy", "forces"} & set(labels.units):
        guess = f"eV, {guess}, and not in the units that were declared"
    return [
        f"bonds are too {'soft' if soft else 'stiff'}, by force against length in eV/Å^2: {told} (real ones have 25 to "
        f"50, wherever energies count from): are forces (and energies) in {guess}?"
    ]


def net_forces(structures: Sequence[Structure]) -> list[str]:
    """Frames whose forces do not cancel."""
    found = []
    for s in structures:
        if s.forces is not None and s.atoms > 1:
            total = float(np.linalg.norm(s.forces, axis=1).sum())
            net = float(np.linalg.norm(s.forces.sum(axis=0)))
            if net > NET_FORCE * total and net > 1e-3:
                found.append((net, s.name))
    if not found:
        return []
    net, name = max(found)
    return [
        f"forces of {counted(len(found), 'frame')} do not cancel; the largest sum is {net:.3g} eV/Å in "
        f"{name}: are atoms missing, forces of fixed atoms set to zero, or an external field or drift left in?"
    ]


def repeated(structures: Sequence[Structure]) -> list[str]:
    """Frames that are there twice."""
    groups = duplicates(structures)
    if not groups:
        return []
    more = sum(len(group) - 1 for group in groups)
    many = "1 frame repeats another" if more == 1 else f"{more:,} frames repeat others"
    text = f"{many}, such as {groups[0][1].name} repeats {groups[0][0].name}"
    return [f"{text}{energies_apart(groups)}: keep one of each, or they sit in training and test"]


def energies_apart(groups: Sequence[Sequence[Structure]]) -> str:
    """What to say if energies of the frames of a group differ; empty if they do not."""
    apart = [max(e) - min(e) for g in groups if len(e := [s.energy for s in g if s.energy is not None]) > 1]
    return f"; their energies differ by up to {max(apart):.3g} eV" if apart and max(apart) > 1e-3 else ""
