"""The 36 linear ACE invariants of (3,4) on one thread: construction and evaluation, beside MACE and e3nn.

Construction: functions and coefficient tables of orders 1 to 4 with l_max = 3 beside MACE's reduced U matrices for the
same content; l_max = 6 beside nothing (order 4 there would be a matrix of 49^4 rows); with --descriptor also
cuEquivariance's descriptor of the symmetric contraction (minutes).

Evaluation: 1,000 atoms x 128 channels, float32, in one process: values; values and gradient; values, gradient and the
double backward that training on forces needs. Contenders, each in the layout it prefers:

    invgen autograd   the emitted Numba kernels as torch operators; all 36 functions of every channel
    invgen kernels    the same on NumPy arrays, without autograd
    invgen summed     autograd, with the functions contracted by weights to one number per channel: what MACE returns
    invgen tables     the table-driven kernels of the same functions, autograd
    mace              SymmetricContraction with use_reduced_cg: one weighted sum of the functions per channel
    e3nn              two o3.TensorProduct layers: pair covariants, then scalars; all 36 functions

Before any timing the peers' functions are compared with ours as spans (least squares; residuals are reported), and
their values, gradients and second derivatives by numbers.

    pip install '.[numba,torch,peers]' && pip install --no-deps mace-torch==0.3.16
    python benchmarks/ace_kernels.py [--quick]     -> results/ace_kernels.json
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import resource
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numba
import numpy as np
import record
import torch
from torch import Tensor

import invgen
from invgen.compiler.algebra.harmonics import spherical_matrix
from invgen.compiler.basis import Basis
from invgen.compiler.candidates.ace.coupling import Coupling
from invgen.compiler.emitters import emit_tables
from invgen.compiler.kernels.ace.products import product_basis
from invgen.nn import Invariants

BASIS = "ace-l3-n4-linear"
TASKS = ("value", "value + gradient", "value + gradient + double backward")
SPAN_RESIDUAL = 1e-5
"""float32 tables of the peers; values of 36 functions at random points, columns scaled to one."""
AGREEMENT = 2e-5
"""float32 on both sides, polynomials of degree 4 in 16 variables summed in different orders."""

Steps = dict[str, Callable[[], Any]]


def seconds(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def spec(l_max: int) -> invgen.BasisSpec:
    return invgen.BasisSpec(family="ace", l_max=l_max, n_max=4, objective="linear")


# ---- construction ---------------------------------------------------------------------------------------------------


def construction(highest: int, descriptor: bool) -> dict[str, Any]:
    """Seconds, each a first call in this process; the peers come last."""
    results: dict[str, Any] = {}
    for l_max in (3, highest):
        start = time.perf_counter()
        basis = invgen.generate(spec(l_max))
        generated = time.perf_counter()
        products = product_basis(basis)
        tables = time.perf_counter()
        results[f"invgen l_max={l_max}"] = row = {
            "functions": len(basis), "entries": len(products.value), "generate_s": generated - start,
            "tables_s": tables - generated, "total_s": tables - start,
        }  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            row["emit_s"] = seconds(lambda b=basis, f=folder: invgen.emit(b, into=f))
        print(f"invgen l_max={l_max}", {k: round(v, 3) for k, v in row.items()}, flush=True)
    results["mace reduced U, l_max=3"] = row = {"total_s": seconds(u_matrices)}
    row["times_slower"] = row["total_s"] / results["invgen l_max=3"]["total_s"]
    print("mace reduced U, l_max=3", row, flush=True)
    if descriptor:
        results["cuequivariance descriptor, l_max=3"] = {"total_s": seconds(cue_descriptor)}
        print(results["cuequivariance descriptor, l_max=3"], flush=True)
    return results


def u_matrices() -> list[Tensor]:
    """MACE's reduced tables of orders 1 to 4."""
    from mace.tools.cg import U_matrix_real

    irreps = "1x0e+1x1o+1x2e+1x3o"
    return [U_matrix_real(irreps, "0e", nu, dtype=torch.float32, use_cueq_cg=True)[-1] for nu in (1, 2, 3, 4)]


def cue_descriptor() -> Any:
    import cuequivariance as cue

    irreps = cue.Irreps("O3", "128x0e+128x1o+128x2e+128x3o")
    return cue.descriptors.symmetric_contraction(irreps, cue.Irreps("O3", "128x0e"), (1, 2, 3, 4))


# ---- contenders -----------------------------------------------------------------------------------------------------


def to_e3nn() -> np.ndarray:
    """The matrix from our 16 components to e3nn's, whose polar axis is y."""
    blocks = [spherical_matrix(rank, "e3nn") @ np.linalg.inv(spherical_matrix(rank)) for rank in range(4)]
    whole = np.zeros((16, 16))
    for rank, block in enumerate(blocks):
        whole[rank**2 : (rank + 1) ** 2, rank**2 : (rank + 1) ** 2] = block
    return whole


def mace_layer(features: int) -> torch.nn.Module:
    """``(atoms, features, 16), (atoms, 1) -> (atoms, features)``."""
    from e3nn import o3
    from mace.modules.symmetric_contraction import SymmetricContraction

    irreps = o3.Irreps("+".join(f"{features}x{ir}" for ir in ("0e", "1o", "2e", "3o")))
    return SymmetricContraction(
        irreps_in=irreps, irreps_out=o3.Irreps(f"{features}x0e"), correlation=4, num_elements=1, use_reduced_cg=True
    )


def mace_functions(layer: Any, x: Tensor) -> Tensor:
    """The functions that the layer adds up, from its U tensors: ``(points, 16) -> (points, 36)``."""
    found = []
    for nu in (1, 2, 3, 4):
        table = layer.contractions[0].U_tensors(nu)
        table = table.reshape(*(16,) * nu, -1).double()
        value = torch.einsum("...ik,bi->b...k", table, x)
        for _ in range(nu - 1):
            value = torch.einsum("b...ik,bi->b...k", value, x)
        found.append(value)
    return torch.cat(found, dim=1)


class PairProducts(torch.nn.Module):
    """All functions by e3nn: ``[A_1 A_2]^L`` first, then scalars of these with each other and with A.

    Takes ``(atoms, 16 * features)`` by channels of rank 0, 1, 2, 3 and returns ``(atoms, functions * features)``.
    """

    def __init__(self, functions: tuple[Coupling, ...], features: int) -> None:
        super().__init__()
        from e3nn import o3

        self.features = features
        ranks = [tuple(c.rank for c in f.factors) for f in functions]
        irreps = [(features, (rank, (-1) ** rank)) for rank in range(4)]
        self.pairs: list[tuple[int, int, int]] = []
        plan: list[tuple[str, int, int]] = []
        for function, factors in zip(functions, ranks, strict=True):
            plan.append(self._planned(function, factors))
        middle = [(features, (rank, (-1) ** (a + b))) for a, b, rank in self.pairs]
        self.first = o3.TensorProduct(
            irreps, irreps, middle, [(a, b, k, "uuu", False) for k, (a, b, _) in enumerate(self.pairs)]
        )
        joined = o3.Irreps(irreps) + o3.Irreps(middle)
        scalars = [(features, (0, 1))] * len(plan)
        numbered = [(i, j, k, "uuu", False) for k, (kind, i, j) in enumerate(plan) if kind == "product"]
        self.second = o3.TensorProduct(joined, joined, scalars, numbered)
        self.linear = [(k, i) for k, (kind, i, _) in enumerate(plan) if kind == "input"]

    def _planned(self, function: Coupling, ranks: tuple[int, ...]) -> tuple[str, int, int]:
        if len(ranks) == 1:
            return "input", ranks[0], 0
        if len(ranks) == 2:
            return "product", ranks[0], ranks[1]
        if len(ranks) == 3:
            return "product", self._pair(ranks[0], ranks[1], ranks[2]), ranks[2]
        middle = function.chain[1]
        return "product", self._pair(ranks[0], ranks[1], middle), self._pair(ranks[2], ranks[3], middle)

    def _pair(self, a: int, b: int, rank: int) -> int:
        if (a, b, rank) not in self.pairs:
            self.pairs.append((a, b, rank))
        return 4 + self.pairs.index((a, b, rank))

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([x, self.first(x, x)], dim=1)
        result = self.second(joined, joined)
        for k, rank in self.linear:
            start, n = k * self.features, self.features
            width = slice(sum(2 * r + 1 for r in range(rank)) * n, sum(2 * r + 1 for r in range(rank + 1)) * n)
            result[:, start : start + n] = x[:, width]
        return result


# ---- comparison and timing ----------------------------------------------------------------------------------------


def span_residual(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest relative residual of our functions as combinations of theirs and the other way round."""
    worst = 0.0
    for source, target in ((theirs, ours), (ours, theirs)):
        source, target = source / np.linalg.norm(source, axis=0), target / np.linalg.norm(target, axis=0)
        found = source @ np.linalg.lstsq(source, target, rcond=None)[0]
        worst = max(worst, float(np.linalg.norm(found - target, axis=0).max()))
    return worst


def autograd_steps(layer: Callable[[Tensor], Tensor], x: Tensor, w: Tensor, u: Tensor) -> Steps:
    """The three tasks by plain autograd, with energy E = sum(w * y) and loss = sum(u * dE/dx)."""
    leaf = x.detach().requires_grad_()

    def value() -> Tensor:
        with torch.no_grad():
            return layer(x)

    def gradient() -> Tensor:
        return torch.autograd.grad((layer(leaf) * w).sum(), leaf)[0]

    def double() -> Tensor:
        (first,) = torch.autograd.grad((layer(leaf) * w).sum(), leaf, create_graph=True)
        return torch.autograd.grad((first * u).sum(), leaf)[0]

    return dict(zip(TASKS, (value, gradient, double), strict=True))


def direct_steps(layer: Invariants, x: Tensor, w: Tensor, u: Tensor) -> Steps:
    """The kernels without autograd, on NumPy views of the same memory."""
    f = layer.kernels
    a, g, v = x.numpy(), w.numpy(), u.numpy()

    def gradient() -> Any:
        f(a)
        return f.vjp(a, g)

    def double() -> Any:
        gradient()
        return f.second_order(a, g, v)[0]

    return dict(zip(TASKS, (lambda: f(a), gradient, double), strict=True))


def timed(steps: Steps, repeats: int) -> dict[str, dict[str, float]]:
    """Milliseconds for each task: median and least of ``repeats`` after a first call; that call itself with none."""
    results = {}
    for task, step in steps.items():
        first = seconds(step)
        times = [seconds(step) for _ in range(repeats)] or [first]
        results[task] = {"median_ms": statistics.median(times) * 1e3, "min_ms": min(times) * 1e3, "first_call_s": first}
        print(f"   {task:36s} median {results[task]['median_ms']:10.2f} ms", flush=True)
    return results


def table_layer(basis: Basis, folder: str) -> Invariants:
    metadata = {
        "family": "ace", "ranks": [0, 1, 2, 3], "channels": [1, 1, 1, 1], "components": basis.components,
        "size": len(basis), "labels": list(basis.labels),
    }  # fmt: skip
    emit_tables(folder, id=basis.id, products=product_basis(basis), backends=("numba", "torch"), metadata=metadata)
    return Invariants(folder, backend="numba")


@dataclass(frozen=True)
class Inputs:
    """Components x, a direction u and weights w of all functions, (atoms, components or functions, features) each."""

    x: Tensor
    u: Tensor
    w: Tensor

    @classmethod
    def random(cls, atoms: int, features: int, functions: int) -> Inputs:
        generator = torch.Generator().manual_seed(0)
        x, u = (torch.randn(atoms, 16, features, generator=generator) * 0.7 for _ in range(2))
        return cls(x, u, torch.randn(atoms, functions, features, generator=generator))


class Contenders:
    """All layers for one number of features, checked to agree on a few atoms before anything is timed."""

    def __init__(self, features: int, folder: str, check_atoms: int = 40) -> None:
        self.features = features
        self.basis = invgen.find_basis(BASIS)
        self.layer = Invariants(BASIS, backend="numba")
        self.tables = table_layer(self.basis, folder)
        self.turn = torch.from_numpy(to_e3nn()).float()
        self.mace = mace_layer(features)
        self.e3nn = PairProducts(self.basis.invariants, features)
        inputs = Inputs.random(check_atoms, features, len(self.basis))
        self.factors, span = self._e3nn_factors(inputs)
        self.residuals = {"e3nn span": span, **self._mace_span()}
        self.residuals |= self._errors(inputs)
        self._judge()

    def by_channel(self, planes: Tensor) -> Tensor:
        """(atoms, 16, features) to MACE's (atoms, features, 16) in e3nn's components."""
        return torch.einsum("ij,ajf->afi", self.turn, planes).contiguous()

    def by_rank(self, planes: Tensor) -> Tensor:
        """(atoms, 16, features) to e3nn's (atoms, 16 features): ranks, features inside, components inside these."""
        turned = self.by_channel(planes)
        parts = [turned[:, :, rank**2 : (rank + 1) ** 2].reshape(len(planes), -1) for rank in range(4)]
        return torch.cat(parts, dim=1).contiguous()

    def _e3nn_factors(self, inputs: Inputs) -> tuple[Tensor, float]:
        """e3nn's functions are multiples of ours: the multiples, and the largest relative residual."""
        ours = self.layer(inputs.x)
        theirs = self.e3nn(self.by_rank(inputs.x)).reshape(ours.shape)
        factors = (theirs * ours).sum((0, 2)) / (ours**2).sum((0, 2))
        scaled = ours * factors[None, :, None]
        return factors, float(((theirs - scaled).norm(dim=(0, 2)) / scaled.norm(dim=(0, 2))).max())

    def _mace_span(self) -> dict[str, float]:
        """Also finds the weights with which our functions add up to what MACE's layer returns."""
        points = torch.randn(400, 16, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        ours = self.basis.evaluate(points.numpy())
        theirs = mace_functions(self.mace, points @ self.turn.double().T).numpy()
        if theirs.shape != ours.shape:
            raise SystemExit(f"MACE has {theirs.shape[1]} functions, not {ours.shape[1]}: nothing is timed")
        contraction = self.mace.contractions[0]
        weights = [*reversed(list(contraction.weights)), contraction.weights_max]
        stacked = torch.cat([w[0] for w in weights]).detach().double().numpy()
        change = np.linalg.lstsq(ours, theirs, rcond=None)[0]
        self.mixing = torch.from_numpy(change @ stacked).float()
        return {"mace span": span_residual(ours, theirs)}

    def _errors(self, inputs: Inputs) -> dict[str, float]:
        """Values and derivatives of both peers against ours, relative to the largest entry."""
        steps = self.steps(inputs)
        found = {}
        for peer, own, layout in (
            ("e3nn", "invgen autograd", self.by_rank),
            ("mace", "invgen summed", self.by_channel),
        ):
            for task in TASKS[1:] if peer == "e3nn" else TASKS:
                a, b = steps[own][task]().detach(), steps[peer][task]().detach()
                a = a if task == TASKS[0] else layout(a)
                found[f"{peer} {task}"] = float((a - b).abs().max() / b.abs().max())
        return found

    def _judge(self) -> None:
        for name, residual in self.residuals.items():
            print(f"{name}: {residual:.1e}", flush=True)
            if not residual < (SPAN_RESIDUAL if "span" in name else AGREEMENT):
                raise SystemExit(f"{name}: {residual:.1e} is too much: nothing is timed")

    def steps(self, inputs: Inputs) -> dict[str, Steps]:
        """The three tasks of every contender; the peers last."""
        x, u, w = inputs.x, inputs.u, inputs.w
        one = torch.ones(len(x), 1)
        summed_w = w[:, 0, :].contiguous()
        e3nn_w = (w / self.factors[None, :, None]).reshape(len(w), -1)

        def summed(planes: Tensor) -> Tensor:
            return (self.layer(planes) * self.mixing).sum(1)

        def mace(rows: Tensor) -> Tensor:
            return self.mace(rows, one)

        return {
            "invgen autograd": autograd_steps(self.layer, x, w, u),
            "invgen kernels": direct_steps(self.layer, x, w, u),
            "invgen summed": autograd_steps(summed, x, summed_w, u),
            "invgen tables": autograd_steps(self.tables, x, w, u),
            "e3nn": autograd_steps(self.e3nn, self.by_rank(x), e3nn_w, self.by_rank(u)),
            "mace": autograd_steps(mace, self.by_channel(x), summed_w, self.by_channel(u)),
        }


def evaluation(atoms: int, features: int, repeats: int, peer_repeats: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        contenders = Contenders(features, folder)
        inputs = Inputs.random(atoms, features, len(contenders.basis))
        timings = {}
        for name, steps in contenders.steps(inputs).items():
            print(name, flush=True)
            timings[name] = timed(steps, repeats if name.startswith("invgen") else peer_repeats)
        operations = {"unrolled": contenders.layer.kernels.operations, "tables": contenders.tables.kernels.operations}
    ours = timings["invgen autograd"]
    ratios = {
        name: {task: row[task]["median_ms"] / ours[task]["median_ms"] for task in TASKS}
        for name, row in timings.items()
    }
    return {
        "residuals": contenders.residuals, "timings": timings, "times_slower_than_invgen_autograd": ratios,
        "operations": operations,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atoms", type=int, default=1000)
    parser.add_argument("--features", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--peer-repeats", type=int, default=1)
    parser.add_argument("--descriptor", action="store_true", help="also build cuEquivariance's descriptor (minutes)")
    parser.add_argument(
        "--quick", action="store_true", help="50 atoms x 16 channels, l_max 4 instead of 6; no result file"
    )
    options = parser.parse_args()
    record.need("mace", "e3nn", "cuequivariance")
    if options.quick:
        options.atoms, options.features, options.repeats = 50, 16, 3
    torch.set_num_threads(1)
    numba.set_num_threads(1)
    warnings.filterwarnings("ignore")
    built = construction(4 if options.quick else 6, options.descriptor)
    data = {
        "basis": BASIS, "atoms": options.atoms, "features": options.features, "dtype": "float32", "threads": 1,
        "repeats": {"invgen": options.repeats, "peers": options.peer_repeats},
        "peers": {name: version(name) for name in ("mace-torch", "e3nn", "cuequivariance")},
        "construction": built,
        **evaluation(options.atoms, options.features, options.repeats, options.peer_repeats),
        "largest_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        "load_average_at_end": os.getloadavg(),
    }  # fmt: skip
    for name, row in data["times_slower_than_invgen_autograd"].items():
        print(f"{name:20s}", {task: round(value, 2) for task, value in row.items()})
    if not options.quick:
        print(record.write("ace_kernels", data))


if __name__ == "__main__":
    main()
