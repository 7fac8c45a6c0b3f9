"""Descriptors of positions and components, right and wrong, and lists of contractions, for the tests of the audit."""

from __future__ import annotations

import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
NUMBER = 3
"""No function."""


def distances(x):
    """Exponentials of all distances: as many as pairs."""
    return np.exp(-pair_distances(x) / 3)


def distances_and_sum(x):
    """The same, and the sum of squares."""
    d = pair_distances(x)
    return np.append(np.exp(-d / 3), (d**2).sum())


def pair_distances(x):
    first, second = np.triu_indices(len(x), 1)
    return np.linalg.norm(x[first] - x[second], axis=-1)


def lengths(x):
    """Of neighbours of an atom at the origin, and their scalar products."""
    return (x @ x.T)[np.triu_indices(len(x))]


def by_species(x, species):
    """Sums of squared distances for every pair of species, one of them twice."""
    first, second = np.triu_indices(len(x), 1)
    d = ((x[first] - x[second]) ** 2).sum(axis=-1)
    kinds = ["".join(sorted((species[i], species[j]))) for i, j in zip(first, second, strict=True)]
    sums = [sum(d[k] for k, kind in enumerate(kinds) if kind == wanted) for wanted in ("CC", "CH", "HH")]
    return np.array([*sums, sum(sums)])


def squares(x):
    """Values and Jacobian."""
    return x**2, np.diag(2 * x)


def wrong_jacobian(x):
    return x**2, np.zeros((2, 2))


def rough(x):
    return np.array([np.abs(np.sin(1e5 * x[0])), x[1]])


def rounded(x):
    """Differences at steps of 0.1 and 0.05 agree."""
    return np.round([x.sum()], 1)


def complex_numbers(x):
    return x + 1j


def nothing(x):
    return None


def leaving(x):
    raise SystemExit(3)


def growing(x):
    """Another number of descriptors at every configuration."""
    return np.full(3 + int(1000 * abs(x[0])) % 7, x[0])


def not_finite(x):
    return np.array([x[0], np.inf * x[1]])


def raising(x):
    raise KeyError("no table of radii")


def words(x):
    return ["a", "b"]


def matrix(x):
    return np.outer(x, x)


def jumping_jacobian(x):
    return x, np.full((len(x), len(x)), np.nan)


def chain(rank: int, power: int, ends: int | None = None) -> str:
    """A tensor of even rank as a matrix, its power closed to a trace, or between two tensors of half the rank."""
    half, word = rank // 2, {2: "two", 4: "four"}[rank]
    groups = [LETTERS[half * k : half * (k + 1)] for k in range(power + 1)]
    if ends is None:
        groups[-1] = groups[0]
    factors = [groups[k] + groups[k + 1] for k in range(power)]
    names = [word] * power
    if ends is not None:
        factors, names = [groups[0], *factors, groups[-1]], ["two", *names, "two"]
    return ",".join(factors) + "->," + ",".join(names)
