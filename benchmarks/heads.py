"""Nonlinear heads on the descriptors of a Langbein basis, against linear potentials of equal cost: molybdenum, copper.

The energy of an atom is a linear part and a head, E_i = e + c . x_i + f(x_i), of the 84 functions B of a Langbein basis
(order <= 3, D = 14, w_L = 3/2), each divided by its spread. Heads:

    embedding   f = sum_h a_h F(d_h . x + b_h) with one or two h, F(u) = sign(u) (sqrt(|u| + 1/4) - 1/2): linear for
                small u, a root for large ones, as the embedding of Finnis and Sinclair
    network     the same with sixteen h and F = tanh
    inducing    f = sum_m a_m exp(-|W (x - x_m)|^2 / 2 l^2), 400 points of the training set far from each other; W is
                one, or whitens

Forces are -sum_i df/dx_i . dx_i/dr, with dx/dA by the vector-Jacobian products of the generated kernel. The d, b are
trained on energies and forces by L-BFGS, starting at random, then a and c are found by ridge together, as those of the
inducing points, with the weights and the four folds of the linear fit. Which head of each kind is taken (``settings``)
is decided by what is held out: one fold that training did not see, or all four in turn. Test structures choose nothing.

Cost: a head needs the values of all functions and the pull-back of its derivatives, which cost more than the contracted
evaluation of the linear potential of the same basis; ``us_per_atom`` is that, plus the head alone, and so a lower
bound. Beside it is the linear potential of least held-out errors in ``materials.py`` among those of at most that cost.
Copper has a third of its training structures here; the linear potential of equal cost is then fitted to the same third.

    python benchmarks/heads.py DATA [Mo Cu]       -> results/heads.json
    python benchmarks/heads.py DATA cost [Mo Cu]  -> the same file, only costs measured again
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import materials_cost
import numpy as np
import record
import torch
from materials import FOLDER, FOLDS, MATERIALS, best_cutoff, read, score
from materials_bases import LANGBEIN, LARGE, SERIES, Truncation, functions
from torch import Tensor

from invgen.ace.fitting.assembly import assemble
from invgen.ace.fitting.balance import balanced
from invgen.ace.fitting.design import DesignEvaluator
from invgen.ace.fitting.factors import Accumulator, Factor, Factors
from invgen.ace.fitting.fit import degrees
from invgen.ace.fitting.onebody import OneBodyDesign, OneBodyFactors
from invgen.ace.fitting.ridge import ridge
from invgen.ace.fitting.rows import Weights, reference_energies_of
from invgen.ace.fitting.validation import ALL, error_table, fold_numbers, predict
from invgen.ace.potential import LinearPotential
from invgen.ace.radial import RadialBasis
from invgen.ace.torch_potential import real_harmonics
from invgen.compiler.kernels.ace.products import product_basis
from invgen.data.structures import Structure

BASIS = (LANGBEIN, Truncation(3, w_L="3/2"), 14)
THINNED = {"Cu": 3}
"""Every how manyth training structure is taken, of elements that would take too long with all."""
POINTS, STILL = 400, 1e-6
"""Inducing points; eV/Å below which all forces of a structure vanish by symmetry, for any potential."""
STEPS = 60
"""Of L-BFGS."""
HIDDEN = {"embedding": ((1, "root"), (2, "root")), "network": ((16, "tanh"),)}
LENGTHS = (0.5, 1.0, 2.0)
"""In units of the median distance of inducing points."""
torch.set_num_threads(1)


class Descriptors(NamedTuple):
    """Of one structure: descriptors, and their derivatives by neighbours (float32, none where all forces vanish)."""

    structure: Structure
    x: Tensor
    """(atoms, K)."""
    slopes: Tensor | None
    """(atoms, 3 P, K), zero behind the last neighbour of an atom."""
    target: Tensor
    """(atoms, P) neighbours, padded by the atom itself."""


class Described(NamedTuple):
    """Descriptors of the training and test structures, in units of their spread; mean energy per atom (eV)."""

    train: list[Descriptors]
    test: list[Descriptors]
    folds: np.ndarray
    degrees: np.ndarray
    mean: float


class Head(NamedTuple):
    """Features of descriptors (atoms, K).

    features
        (atoms, M), and their derivatives (atoms, M, K).
    energy
        With a (M,): the sum of all features times a, and its derivatives (atoms, K); what an evaluation needs.
    """

    features: Callable[[Tensor], tuple[Tensor, Tensor]]
    energy: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def described(model: LinearPotential, structure: Structure) -> Descriptors:
    """Values by the torch tables, dx/dA by their vector-Jacobian products."""
    near, module = model.neighbourhoods(structure), model.torch()
    counts = near.start[:, -1] - near.start[:, 0]
    first = torch.from_numpy(np.repeat(np.arange(structure.atoms), counts))
    second = torch.from_numpy(near.second)
    vectors = (
        torch.from_numpy(structure.positions[near.second] + near.shift) - torch.from_numpy(structure.positions)[first]
    )

    def pairs(v: Tensor) -> Tensor:
        r = v.norm(dim=1)
        harmonics = real_harmonics(v / r.unsqueeze(1), module.ranks - 1)
        radial = torch.stack(model.radial.values(r), dim=1)
        parts = [radial[:, n - 1, None] * harmonics[:, l * l : (l + 1) ** 2] for _, n, l in module.channels]  # noqa: E741
        return torch.cat(parts, dim=1)

    with torch.no_grad():
        each = pairs(vectors)
        a = each.new_zeros(structure.atoms, each.shape[1]).index_add(0, first, each)
        x = module.products.value(a, axis=1)
        widest, size = int(counts.max(initial=1)), x.shape[1]
        place = torch.arange(len(first)) - torch.from_numpy(near.start[:, 0])[first]
        target = torch.arange(structure.atoms)[:, None].repeat(1, widest)
        target[first, place] = second
        if np.abs(structure.forces).max() < STILL:
            return Descriptors(structure, x, None, target)
        units = torch.eye(size, dtype=x.dtype)[:, None, :].expand(-1, structure.atoms, -1)
        by_a = module.products.vjp(a.T[:, :, None].expand(-1, -1, size).contiguous(), units.contiguous(), axis=0)
        slopes = torch.zeros(structure.atoms, 3, widest, size)
        by_a = by_a.permute(1, 0, 2).float()
        for axis in range(3):
            along = torch.zeros_like(vectors)
            along[:, axis] = 1.0
            _, moved = torch.func.jvp(pairs, (vectors,), (along,))
            padded = torch.zeros(structure.atoms, widest, moved.shape[1])
            padded[first, place] = moved.float()
            slopes[:, axis] = torch.bmm(padded, by_a)
    return Descriptors(structure, x, slopes.reshape(structure.atoms, -1, size), target)


def forces_of(d: Descriptors, by_x: Tensor) -> Tensor:
    """(atoms, 3, M) of derivatives (atoms, M, K) of atomic energies."""
    assert d.slopes is not None
    atoms, widest = d.target.shape
    moved = torch.bmm(d.slopes, by_x.transpose(1, 2).float()).to(by_x.dtype).reshape(atoms, 3, widest, -1)
    own = moved.sum(dim=2)
    at = moved.permute(0, 2, 1, 3).reshape(atoms * widest, 3, -1)
    return own.index_add(0, d.target.reshape(-1), -at)


def structures_of(data: Path, element: str) -> tuple[list[Structure], list[Structure]]:
    """Training and test structures."""
    train, test = read(data, element)
    return train[:: THINNED.get(element, 1)], test


def problem(data: Path, element: str) -> Described:
    """All descriptors of one element."""
    train, test = structures_of(data, element)
    products = product_basis(functions(*BASIS))
    radial = RadialBasis(best_cutoff(element), int(products.channels[:, 1].max()), MATERIALS[element].r0)
    model = LinearPotential(products, radial, (element,), np.ones((1, len(products))), np.zeros(1))
    sets = [[described(model, s) for s in part] for part in (train, test)]
    compare(sets[0], products, radial, element)
    x = torch.cat([d.x for d in sets[0]])
    mean, spread = x.mean(dim=0), x.std(dim=0)
    scaled = [
        [
            d._replace(x=(d.x - mean) / spread, slopes=None if d.slopes is None else d.slopes.div_(spread.float()))
            for d in part
        ]
        for part in sets
    ]
    energy = float(np.mean([s.energy / s.atoms for s in train]))
    return Described(*scaled, fold_numbers(train, FOLDS), degrees(products, 1.5), energy)


def compare(described_: Sequence[Descriptors], products: Any, radial: RadialBasis, element: str) -> None:
    """Stops unless descriptors and derivatives give the rows of the design matrix."""
    d = next(d for d in described_ if d.slopes is not None)
    wanted = DesignEvaluator(products, radial, (element,)).rows(d.structure)
    size = d.x.shape[1]
    force = forces_of(d, torch.eye(size, dtype=d.x.dtype).expand(len(d.x), -1, -1)).reshape(-1, size).numpy()
    np.testing.assert_allclose(
        d.x.sum(dim=0).numpy(), wanted.energy, rtol=1e-10, atol=1e-10 * np.abs(wanted.energy).max()
    )
    scale = np.abs(wanted.forces).max(axis=0)
    np.testing.assert_allclose(force / scale, wanted.forces / scale, atol=1e-5, rtol=0)


def rows(d: Descriptors, head: Head | None, mean: float) -> dict[str, np.ndarray]:
    """Energy and force rows, the right-hand side last: one-body energy, descriptors, features of the head."""
    size = d.x.shape[1]
    values, slopes = (
        [torch.ones(len(d.x), 1, dtype=d.x.dtype), d.x],
        [torch.eye(size, dtype=d.x.dtype).expand(len(d.x), -1, -1)],
    )
    if head is not None:
        value, slope = head.features(d.x)
        values.append(value)
        slopes.append(slope)
    energy = torch.cat(values, dim=1).sum(dim=0).numpy()
    root, s = np.sqrt(d.structure.atoms), d.structure
    found = {"energy": np.append(energy, s.energy - mean * s.atoms)[None, :] / root}
    if d.slopes is not None:
        force = forces_of(d, torch.cat(slopes, dim=1)).reshape(3 * s.atoms, -1).numpy()
        nothing = np.zeros((len(force), 1))
        found["forces"] = np.hstack([nothing, force, s.forces.reshape(-1, 1)])
    return found


def condensed(p: Described, head: Head | None) -> OneBodyFactors:
    """The training rows by fold."""
    parts = []
    for fold in range(FOLDS):
        collected: dict[str, Accumulator] = {}
        for d, number in zip(p.train, p.folds, strict=True):
            for kind, made in rows(d, head, p.mean).items() if number == fold else ():
                accumulator = collected.setdefault(kind, Accumulator(made.shape[1]))
                accumulator.add(made)
                if kind == "forces":
                    accumulator.fold()
        for accumulator in collected.values():
            accumulator.fold()
        none = Factor(np.zeros((0, collected["energy"].width)), 0)
        parts.append({**{k: a.factor() for k, a in collected.items()}, "stress": none})
    return OneBodyFactors.of(Factors(tuple(parts), {"energy": 1.0, "forces": 1.0, "stress": 0.0}), 1)


def solved(p: Described, head: Head | None, weights: dict[str, float] | None) -> dict[str, Any]:
    """Ridge of descriptors and features, with held-out and test errors; features count as of the largest degree."""
    factors = condensed(p, head)
    scales = np.append(p.degrees, np.full(factors.size - len(p.degrees), p.degrees.max()))
    factors = balanced(factors, Weights(stress=0.0), scales) if weights is None else factors.reweighted(**weights)
    solution = ridge(factors, scales, smoothness=(1.0, 2.0), normalise=True)
    curve = next(c for c in solution.details["curve"] if c["smoothness"] == solution.details["smoothness"])
    held_out = {kind: values[int(np.argmin(curve["error"]))] for kind, values in curve["kinds"].items()}
    coefficients = np.append(factors.energies(solution.coefficients), solution.coefficients)
    energy, force = [], []
    for d in p.test:
        for kind, made in rows(d, head, p.mean).items():
            error = np.abs(made[:, :-1] @ coefficients - made[:, -1])
            (energy if kind == "energy" else force).append(
                error / (np.sqrt(d.structure.atoms) if kind == "energy" else 1)
            )
        if d.slopes is None:
            force.append(np.zeros(3 * d.structure.atoms))
    test = {"energy_mae": 1e3 * float(np.concatenate(energy).mean()), "force_mae": float(np.concatenate(force).mean())}
    return {"held_out": held_out, "weights": dict(factors.weights), **test, "coefficients": coefficients}


def product(row: dict[str, Any]) -> float:
    """Of the held-out errors."""
    return float(row["held_out"]["energy"] * row["held_out"]["forces"])


# ---- heads ------------------------------------------------------------------------------------------------------


def curved(kind: str, u: Tensor) -> tuple[Tensor, Tensor]:
    """F and its derivative."""
    if kind == "tanh":
        value = torch.tanh(u)
        return value, 1 - value**2
    root = torch.sqrt(u.abs() + 0.25)
    return torch.sign(u) * (root - 0.5), 0.5 / root


def hidden_head(d: Tensor, b: Tensor, kind: str) -> Head:
    """F(d_h . x + b_h): d (h, K)."""

    def features(x: Tensor) -> tuple[Tensor, Tensor]:
        value, slope = curved(kind, x @ d.T.to(x) + b.to(x))
        return value, slope[:, :, None] * d.to(x)

    def energy(x: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        value, slope = curved(kind, x @ d.T + b)
        return (value @ a).sum(), (slope * a) @ d

    return Head(features, energy)


def inducing_head(points: Tensor, metric: Tensor, length: float) -> Head:
    """exp(-|W (x - x_m)|^2 / 2 l^2): points (M, K), W (K, K)."""
    placed = points @ metric / length

    def features(x: Tensor) -> tuple[Tensor, Tensor]:
        z = x @ metric / length
        value = torch.exp(-0.5 * torch.cdist(z, placed) ** 2)
        away = (placed[None] - z[:, None]) @ metric.T / length
        return value, value[:, :, None] * away

    def energy(x: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        z = x @ metric / length
        weighted = torch.exp(-0.5 * torch.cdist(z, placed) ** 2) * a
        away = weighted @ placed - weighted.sum(dim=1, keepdim=True) * z
        return weighted.sum(), away @ metric.T / length

    return Head(features, energy)


def trained(p: Described, which: Sequence[int], hidden: int, kind: str, start: np.ndarray, weight: float) -> Head:
    """L-BFGS on energies and forces of these training structures, from the linear coefficients ``start``."""
    generator = torch.Generator().manual_seed(0)
    size = p.train[0].x.shape[1]
    d = (torch.randn(hidden, size, generator=generator) / size**0.5).requires_grad_()
    b = torch.randn(hidden, generator=generator).requires_grad_()
    a = torch.zeros(hidden, requires_grad=True)
    e, c = (torch.tensor(v, dtype=torch.float32) for v in (start[:1], start[1:]))
    parts = [p.train[k] for k in which]
    moving = [part for part in parts if part.slopes is not None]
    count = sum(3 * part.structure.atoms for part in moving)
    left = [part.structure.energy - p.mean * part.structure.atoms - start[0] * part.structure.atoms
            - float(part.x.sum(0).numpy() @ start[1:]) for part in parts]  # fmt: skip
    with torch.no_grad():
        linear = {
            id(part): torch.from_numpy(part.structure.forces).float()
            - forces_of(part, c.expand(len(part.x), 1, -1)).squeeze(2)
            for part in moving
        }
    optimiser = torch.optim.LBFGS([d, b, a], max_iter=STEPS, history_size=20, line_search_fn="strong_wolfe")
    xs = [part.x.float() for part in parts]

    def loss() -> Tensor:
        optimiser.zero_grad()
        total = 0.0
        for part, x, energy in zip(parts, xs, left, strict=True):
            value, slope = curved(kind, x @ d.T + b)
            lost = (weight * ((value @ a).sum() - energy)) ** 2 / part.structure.atoms
            if part.slopes is not None:
                force = forces_of(part, ((slope * a) @ d)[:, None, :]).squeeze(2)
                lost = lost + ((force - linear[id(part)]) ** 2).sum()
            (lost / count).backward()
            total += float(lost.detach()) / count
        return torch.tensor(total)

    with torch.no_grad():
        a.normal_(0, 1e-3, generator=generator)
    optimiser.step(loss)
    assert e.shape == (1,)
    return hidden_head(d.detach().double(), b.detach().double(), kind)


def spread_points(x: Tensor) -> Tensor:
    """``POINTS`` rows, each as far as can be from those before."""
    rng = np.random.default_rng(0)
    x = x[torch.from_numpy(rng.permutation(len(x))[:6000])]
    chosen = [0]
    near = torch.full((len(x),), float("inf"), dtype=x.dtype)
    for _ in range(POINTS - 1):
        near = torch.minimum(near, ((x - x[chosen[-1]]) ** 2).sum(dim=1))
        chosen.append(int(near.argmax()))
    return x[chosen]


def inducing(p: Described, weights: dict[str, float]) -> tuple[dict[str, Any], Head]:
    """The best of all lengths, and of both metrics at the best length."""
    x = torch.cat([d.x for d in p.train])
    covariance = torch.linalg.eigh(x.T @ x / len(x))
    white = covariance.eigenvectors / torch.sqrt(
        covariance.eigenvalues.clamp(min=1e-6 * float(covariance.eigenvalues[-1]))
    )
    tried: list[tuple[dict[str, Any], Head]] = []

    def attempt(name: str, metric: Tensor, factor: float) -> None:
        points = spread_points(x @ metric) @ torch.linalg.inv(metric)
        length = factor * float(torch.pdist(points @ metric).median())
        head = inducing_head(points, metric, length)
        tried.append(({"metric": name, "length": factor, **solved(p, head, weights)}, head))
        told("inducing", tried[-1][0])

    for factor in LENGTHS:
        attempt("one", torch.eye(x.shape[1], dtype=x.dtype), factor)
    best = min(tried, key=lambda pair: product(pair[0]))[0]["length"]
    attempt("white", white, best)
    found, head = min(tried, key=lambda pair: product(pair[0]))
    return {**found, "tried": [{k: v for k, v in row.items() if k != "coefficients"} for row, _ in tried]}, head


def hidden(p: Described, name: str, linear: dict[str, Any]) -> tuple[dict[str, Any], Head]:
    """The number of hidden units with the least error on the first fold, then trained on all."""
    tried, weight = [], linear["weights"]["energy"]
    inside = np.flatnonzero(p.folds > 0)
    for size, kind in HIDDEN[name] if len(HIDDEN[name]) > 1 else ():
        head = trained(p, inside, size, kind, linear["coefficients"], weight)
        factors = condensed(p, head).reweighted(**linear["weights"])
        scales = np.append(p.degrees, np.full(factors.size - len(p.degrees), p.degrees.max()))
        solution = ridge(factors, scales, smoothness=(2.0,), normalise=True, held_out=(0,), refit=False)
        curve = solution.details["curve"][0]
        held_out = {kind: v[int(np.argmin(curve["error"]))] for kind, v in curve["kinds"].items()}
        tried.append({"hidden": size, "kind": kind, "held_out": held_out})
        print(tried[-1], flush=True)
    size, kind = HIDDEN[name][0]
    if tried:
        best = min(tried, key=product)
        size, kind = best["hidden"], best["kind"]
    head = trained(p, range(len(p.train)), size, kind, linear["coefficients"], weight)
    return {"hidden": size, "kind": kind, "tried": tried, **solved(p, head, linear["weights"])}, head


# ---- cost -------------------------------------------------------------------------------------------------------


def microseconds(action: Callable[[], Any], atoms: int) -> float:
    """Processor time per atom, the least of many: other programs only add to it."""
    action()
    return 1e6 * min(record.processor_seconds(action) for _ in range(100)) / atoms


def head_cost(head: Head, m: int, size: int) -> float:
    """Energy of 108 atoms and its derivatives by the descriptors; of the head alone."""
    x, a = torch.randn(108, size, dtype=torch.float64), torch.randn(m, dtype=torch.float64)
    value, slope = head.features(x)
    found, by_x = head.energy(x, a)
    torch.testing.assert_close(found, (value @ a).sum())
    torch.testing.assert_close(by_x, torch.einsum("amk,m->ak", slope, a))
    return microseconds(lambda: head.energy(x, a), 108)


def of_equal_cost(element: str, most: float) -> dict[str, Any]:
    """The linear potential of least product of held-out errors among those of at most so many microseconds."""
    found, structure = json.loads((FOLDER / f"{element}.json").read_text()), materials_cost.crystal(element)
    fixed = {s.name for s in SERIES if s.fixed}
    ordered = sorted((row for row in found["rows"] if row["series"] not in fixed), key=score)
    for row in ordered:
        model = materials_cost.potential(element, row, found["settings"])
        near = model.neighbourhoods(structure)
        cost = microseconds(partial(model.energy_forces_stress, structure, near), structure.atoms)
        if cost <= most:
            known = {key: row[key] for key in ("series", "size", "functions", "energy_mae", "force_mae")}
            return {**known, "us_per_atom": cost}
    raise ValueError(f"no linear potential of {element} costs at most {most:.1f} µs per atom")


def refitted(data: Path, element: str, row: dict[str, Any]) -> dict[str, float]:
    """Test errors of a linear potential that is fitted to the training structures of the heads."""
    train, test = structures_of(data, element)
    series = next(s for s in (*SERIES, *LARGE) if s.name == row["series"])
    products = product_basis(functions(series.objective, series.truncation, row["size"]))
    radial = RadialBasis(best_cutoff(element), int(products.channels[:, 1].max()), MATERIALS[element].r0)
    references, scales = reference_energies_of(train, (element,)), degrees(products, 1.5)
    design = OneBodyDesign(DesignEvaluator(products, radial, (element,)))
    factors = OneBodyFactors.of(assemble(train, design, fold_numbers(train, FOLDS), references=references), 1)
    factors = balanced(factors, Weights(stress=0.0), scales)
    solution = ridge(factors, scales, smoothness=(1.0, 2.0), normalise=True)
    energies = np.array(list(references.values())) + factors.energies(solution.coefficients)
    potential = LinearPotential(products, radial, (element,), solution.coefficients[None], energies)
    errors = error_table(test, predict(potential, test))[ALL]
    return {"energy_mae": errors["energy_mae"], "force_mae": errors["forces_mae"]}


def told(name: str, row: dict[str, Any]) -> None:
    """One line."""
    held = ", ".join(f"{kind} {value:.5f}" for kind, value in row["held_out"].items())
    print(f"{name}: held out {held}; test {row['energy_mae']:.3f} meV/atom, {row['force_mae']:.4f} eV/Å", flush=True)


def measured(data: Path, element: str) -> None:
    """All heads of one element; the file is written after each."""
    started = time.process_time()
    p = problem(data, element)
    print(f"{element}: descriptors after {time.process_time() - started:.0f} s", flush=True)
    linear = solved(p, None, None)
    told("linear", linear)
    keep(element, "linear", linear)
    for name in (*HIDDEN, "inducing"):
        begin = time.process_time()
        row, _ = inducing(p, linear["weights"]) if name == "inducing" else hidden(p, name, linear)
        features = len(row["coefficients"]) - 1 - p.train[0].x.shape[1]
        keep(element, name, {**row, "features": features, "processor_seconds": time.process_time() - begin})
        told(f"{element} {name}", row)
    cost(data, element)


def cost(data: Path, element: str) -> None:
    """What the heads of one element cost, and the linear potentials of equal cost; it does not depend on parameters."""
    products, structure = product_basis(functions(*BASIS)), materials_cost.crystal(element)
    radial = RadialBasis(best_cutoff(element), int(products.channels[:, 1].max()), MATERIALS[element].r0)
    model = LinearPotential(products, radial, (element,), np.ones((1, len(products))), np.zeros(1))
    near, size = model.neighbourhoods(structure), len(products)
    base = microseconds(partial(model.energy_forces_stress, structure, near), structure.atoms)
    here = {"timed_on": record.stamp()["processor"]}
    keep(element, "linear", {"us_per_atom": base, **here})
    for name, row in kept()[element].items():
        if name not in (*HIDDEN, "inducing"):
            continue
        m, kind = row["features"], row.get("kind")
        numbers = torch.randn(m, size, dtype=torch.float64)
        metric = torch.eye(size, dtype=torch.float64)
        head = hidden_head(numbers, numbers[:, 0], kind) if kind else inducing_head(numbers, metric, float(size))
        mine = base + head_cost(head, m, size)
        other = of_equal_cost(element, mine)
        if element in THINNED:
            other |= refitted(data, element, other)
        keep(element, name, {"us_per_atom": mine, "equal_cost": other, **here})
        print(f"{element} {name}: {mine:.1f} µs per atom, of equal cost {other}", flush=True)


def kept() -> dict[str, Any]:
    """What was measured before, by element."""
    path = record.RESULTS / "heads.json"
    return json.loads(path.read_text())["elements"] if path.exists() else {}


def keep(element: str, name: str, row: dict[str, Any]) -> None:
    """Add to the row of one head."""
    found = kept()
    mine = found.setdefault(element, {"thinned": THINNED.get(element, 1)})
    mine[name] = {**mine.get(name, {}), **{key: value for key, value in row.items() if key != "coefficients"}}
    about = {"basis": [BASIS[0], BASIS[1].name, BASIS[2]], "steps": STEPS}
    record.write("heads", {**about, "elements": found})


def table(elements: dict[str, Any]) -> list[str]:
    """Rows of the table in ``docs/materials.md``."""
    made = []
    for element, found in elements.items():
        for name, row in found.items():
            if name == "thinned":
                continue
            cells = [element, name, f"{row['energy_mae']:.2f}, {row['force_mae']:.4f}", f"{row['us_per_atom']:.1f}"]
            other = row.get("equal_cost")
            cells += (
                [
                    f"{other['functions']}",
                    f"{other['energy_mae']:.2f}, {other['force_mae']:.4f}",
                    f"{other['us_per_atom']:.1f}",
                ]
                if other
                else ["", "", ""]
            )
            made.append(f"| {' | '.join(cells)} |")
    return made


def main(data: str, *words: str) -> None:
    """Measures the elements that are named, or both; with the word ``cost`` their cost again."""
    for element in [w for w in words if w != "cost"] or ("Mo", "Cu"):
        (cost if "cost" in words else measured)(Path(data), element)


if __name__ == "__main__":
    main(*sys.argv[1:])
