"""What a basis was asked for, in words, and the terms that the page explains."""

from __future__ import annotations

from collections.abc import Iterable

from invgen.compiler.basis import Basis
from invgen.resources import generated_folder
from invgen.spec import BasisSpec

OBJECTIVES = {
    "independent": "as few functions as possible, chosen so that no other invariant of these orders adds anything new "
    "at an atom in a general environment",
    "flexible": "functions that fix every tensor by itself and every pair of tensors relative to each other, so that "
    "little is lost where some of the tensors vanish",
    "robust": "as few functions as the objective independent takes, chosen so that nothing is lost at sites with "
    "point-group symmetry either",
    "linear": "all linearly independent functions, products of others among them: what a linear model needs",
    "generators": "the fewest functions of which all invariants up to this order are polynomials",
}
PARITIES = {
    "proper": "unchanged under inversion (proper scalars)",
    "pseudo": "changing sign under inversion (pseudo-scalars, which tell left from right)",
    "both": "of both parities: unchanged under inversion, and changing sign",
}
ORDERINGS = {
    "degree": "from low order and rank to high",
    "cost": "from cheap to expensive",
    "rank": "from low rank to high",
    "program": "for what they add to the shared program of the values",
    "program_vjp": "for what they add to the shared programs of values and vector-Jacobian product",
    "program_all": "for what they add to the shared programs of all three kernels",
}
TERMS = (
    ("rank of a tensor, l", "0 for a number, 1 for a vector, 2 for a quadrupole, and so on: 2l+1 components."),
    (
        "order, n",
        "How many tensors are multiplied. An invariant of order n sees n neighbours of an atom at once; its body order "
        "is n+1.",
    ),
    (
        "independent",
        "No function of the set can be computed from the others: the derivatives by the components have full rank.",
    ),
    (
        "rank of a set",
        "How many independent functions there are in it. It cannot exceed the bound: the number of components less the "
        "three that a rotation of the whole environment changes.",
    ),
    ("complete", "The rank reaches the bound: every further invariant is a function of these, near a general point."),
    (
        "flexible",
        "Complete also where some of the tensors vanish, as symmetry makes them do.",
    ),
    (
        "symmetry number",
        "In how many ways equal tensors can change places without changing the invariant's picture.",
    ),
    ("singular values", "Of the derivatives: a small one is a direction in which all functions change little."),
)


def called(basis: Basis) -> str:
    """How commands in the page call the basis: its id if it is shipped, else ``BASIS`` for where the reader has it."""
    return basis.id if (generated_folder() / basis.id).is_dir() else "BASIS"


def asked(basis: Basis) -> list[str]:
    """The request in sentences."""
    spec = basis.spec
    lines = [f"Invariants of {_tensors(basis)}.", _orders(spec)]
    objective = OBJECTIVES.get(spec.objective, spec.objective)
    lines.append(f"Objective {spec.objective}: {objective}.")
    lines.append(f"Functions {PARITIES[spec.parity]}. Candidates were looked at {ORDERINGS[spec.ordering]}.")
    return lines


def paragraphs(statement: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The lines of a certificate's statement as headings, empty for what stands before the first, and their sentences.

    A heading is in capitals; a sentence begins with a dash, or without indent, and goes on in indented lines.
    """
    parts: list[tuple[str, list[str]]] = []
    for line in statement:
        if line.isupper():
            parts.append((line.capitalize(), []))
            continue
        if not parts:
            parts.append(("", []))
        sentences = parts[-1][1]
        if line.startswith("  ") and sentences:
            sentences[-1] += f" {line.strip()}"
        else:
            sentences.append(line.removeprefix("- ").strip())
    return parts


def _tensors(basis: Basis) -> str:
    spec, count = basis.spec, len(basis.channels)
    ranks = _listed([str(rank) for rank in spec.ranks])
    rank_word = "ranks" if len(spec.ranks) > 1 else "rank"
    if basis.family.atomic:
        species = f" for each of the elements {_listed(list(spec.elements))}" if spec.elements else ""
        head = f"{count} atomic base tensors A, sums over the neighbours of radial functions times spherical harmonics"
        if spec.total_degree is not None:
            return (
                f"{head}{species}, up to total degree {spec.total_degree} of n + {spec.w_L} l over all factors, "
                f"{rank_word} {ranks}"
            )
        return f"{head}{species}, in a box: {rank_word} {ranks}, {spec.channels // spec.species} radial functions each"
    each = "one tensor of each" if spec.channels == 1 else f"{spec.channels} tensors of each"
    return f"the neighbourhood of an atom, described by symmetric traceless tensors of {rank_word} {ranks}, {each}"


def _orders(spec: BasisSpec) -> str:
    orders = _listed([str(order) for order in spec.orders])
    if len(spec.orders) == 1:
        return f"Correlation order {orders} (body order {spec.n_max + 1})."
    return f"Correlation orders {orders} (body order up to {spec.n_max + 1})."


def _listed(names: list[str]) -> str:
    """``0, 1 and 2``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
