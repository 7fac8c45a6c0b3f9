"""The fused interaction: operators, plain reference, and the emitted CUDA text run on the CPU, races counted."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from cuda_fixtures import Host, HostCompiler, needs_compiler, needs_host_compiler, run_last_block, sparse
from interaction_fixtures import COUNTS, lists, messages, pair_by_pair
from kernel_fixtures import ORDERS
from network_fixtures import build, crystal, graph, molecule, trained
from tensor_fixtures import same_derivatives
from tolerances import DIRECT_SUM, KERNEL, LAW, all_close

import invgen
from invgen.cli.checking import interaction_problem
from invgen.compiler.emitters import cuda as cuda_emitter
from invgen.compiler.emitters import cuda_interaction as emitter
from invgen.emitted.folder import EmittedFolder, open_folder
from invgen.errors import CudaError, EmittedFileError
from invgen.gpu import Usage, find_compiler
from invgen.nn import EnergyForces
from invgen.nn.interaction import ScalarInteraction
from invgen.runtime import backends, cuda, load
from invgen.runtime.cuda_interaction import PASSES, CudaInteraction
from invgen.runtime.operators import interaction, invariants, pair_sums, pairs_torch
from invgen.runtime.pair_lists import lists_from_slots, pair_lists

IDS = ("cartesian-l2-n4-flexible", "cartesian-l3-n4-flexible")
DTYPES = {"float32": torch.float32, "float64": torch.float64}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def edited(tmp_path: Path, id: str, old: str, new: str) -> CudaInteraction:
    """The fused kernels of a basis with one change in their text."""
    folder = open_folder(invgen.resources.generated_folder() / id)

    class Edited(EmittedFolder):
        def read(self, file: str) -> bytes:
            text = super().read(file).decode()
            assert file != emitter.FILE or old in text
            return text.replace(old, new, 1).encode()

    return CudaInteraction(Edited(folder.path, folder.manifest))


# ---- operators and reference ------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("id", IDS)
def test_plain_tensor_operations_agree_with_autograd_pair_by_pair(id: str, order: str) -> None:
    of = lists()
    arrays = messages(id, of, features=4)
    key = load(id, backend="torch").key
    found = getattr(pair_sums, order)(*arrays[: COUNTS[order]], lists=of, key=key)
    all_close(found if order != "value" else (found,), pair_by_pair(order, arrays, of, id), DIRECT_SUM["float64"])


def test_the_comparison_notices_pairs_turned_round() -> None:
    of = lists()
    arrays = messages(IDS[0], of, features=4)
    turned = pair_lists(of.second, of.first, 5, 5)
    found = pair_sums.value(*arrays[:3], turned, load(IDS[0], backend="torch").key)
    with pytest.raises(AssertionError):
        all_close((found,), pair_by_pair("value", arrays, of, IDS[0]), DIRECT_SUM["float64"])


def test_operators_under_opcheck_and_gradcheck() -> None:
    of = lists(atoms=3, pairs=5)
    m, s, t, g, *u = messages(IDS[0], of, features=2, sensitivities=2)
    key = load(IDS[0], backend="numba").key
    for x in (m, s, t, g):
        x.requires_grad_()
    for operator, arguments in (
        (interaction.VALUE, (m, s, t)),
        (interaction.VJP, (m, s, t, g)),
        (interaction.SECOND_ORDER, tuple(x.detach() for x in (m, s, t, g, *u))),
    ):
        assert set(torch.library.opcheck(operator, (*arguments, *of, key)).values()) == {"SUCCESS"}
    assert torch.autograd.gradcheck(lambda *x: interaction.VALUE(*x, *of, key), (m, s, t))
    assert torch.autograd.gradgradcheck(lambda *x: interaction.VALUE(*x, *of, key), (m, s, t))


def test_higher_derivatives_are_those_of_plain_operations() -> None:
    of, key = lists(atoms=3, pairs=5), load(IDS[0], backend="torch").key
    inputs = messages(IDS[0], of, features=2)[:3]
    plain = load(IDS[0], backend="torch", component_axis=-2)

    def reference(m: torch.Tensor, s: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return plain(pairs_torch.value(s, t, m, of.first, of.second, 3))

    same_derivatives(lambda *x: interaction.VALUE(*x, *of, key), reference, inputs, order=3)


def test_vmap_takes_slices() -> None:
    of, key = lists(atoms=3, pairs=5), load(IDS[0], backend="torch").key
    m, s, t, g, *_ = messages(IDS[0], of, features=2)
    several = torch.stack([s, 2 * s, -s])
    found = torch.func.vmap(lambda x: interaction.VJP(m, x, t, g, *of, key))(several)
    for k, x in enumerate(several):
        all_close(tuple(f[k] for f in found), interaction.VJP(m, x, t, g, *of, key), DIRECT_SUM["float64"])


def test_lists_group_pairs_by_either_end_in_order() -> None:
    of = pair_lists(torch.tensor([2, 0, 2, 0]), torch.tensor([1, 1, 0, 1]), 4, 2)
    assert of.centre_start.tolist() == [0, 2, 2, 4, 4]
    assert of.centre_order.tolist() == [1, 3, 0, 2]
    assert of.neighbour_start.tolist() == [0, 1, 4]
    assert of.neighbour_order.tolist() == [2, 0, 1, 3]


def test_lists_refuse_what_is_no_pair() -> None:
    two = torch.tensor([0, 1])
    with pytest.raises(ValueError, match=r"must be \(pairs,\) int64, got \(2,\) torch.int64 and \(2,\) torch.int32"):
        pair_lists(two, two.int(), 2, 2)
    with pytest.raises(ValueError, match=r"must be \(pairs,\) int64"):
        pair_lists(two, two[:1], 2, 2)
    with pytest.raises(ValueError, match=r"second must lie in 0\.\.0, got 0 to 1"):
        pair_lists(two, two, 2, 1)
    with pytest.raises(ValueError, match="second is on meta, first on cpu: move them"):
        pair_lists(two, two.to("meta"), 2, 2)


def test_wrong_tensors_are_named() -> None:
    of, key = lists(), load(IDS[0], backend="torch").key
    m, s, t, g, um, us, ut = messages(IDS[0], of, features=4)
    for wrong, message in (
        ((m[:, :, 0], s, t), r"m must be \(neighbours, sensitivities, features\), got \(5, 3\)"),
        ((m[:, :0], s[:, :0], t), "m must be"),
        ((m, s[:, :2], t), r"s must be \(23, 3\), got \(23, 2\)"),
        ((m, s, t[:, :8]), r"t must be \(23, 9\), got \(23, 8\)"),
        ((m[:4], s, t), "pairs were listed for 5 neighbours, m has 4"),
        ((m, s, t.to("meta")), "t is on meta, m on cpu: move them"),
    ):
        with pytest.raises(ValueError, match=message):
            interaction.check(load(IDS[0], backend="torch"), wrong, of)
    with pytest.raises(ValueError, match="first is on meta, m on cpu"):
        interaction.check(load(IDS[0], backend="torch"), (m, s, t), of._replace(first=of.first.to("meta")))
    with pytest.raises(TypeError, match=r"s is torch\.float32, m is torch\.float64"):
        interaction.VALUE(m, s.float(), t, *of, key)
    with pytest.raises(TypeError, match=r"float32 or float64, got torch\.float16"):
        interaction.VALUE(m.half(), s.half(), t.half(), *of, key)
    with pytest.raises(ValueError, match=r"g must be \(5, 6, 4\), got \(4, 6, 4\)"):
        interaction.VJP(m, s, t, g[:4], *of, key)
    with pytest.raises(ValueError, match=r"us must be \(23, 3\)"):
        interaction.SECOND_ORDER(m, s, t, g, um, us[:2], ut, *of, key)


# ---- the emitted text on the CPU --------------------------------------------------------------------------------


@needs_host_compiler
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", ORDERS)
def test_emitted_text_agrees_with_autograd(order: str, dtype: str, host: Host) -> None:
    """Less than a warp, several warps with a rest, several slabs; more pairs than a block holds at once."""
    id = IDS[1]
    found = load(id, backend="torch").interaction("cuda")
    for features, of in ((5, lists()), (70, lists(atoms=4, pairs=40)), (131, lists(atoms=3, pairs=4))):
        arrays = tuple(a.to(DTYPES[dtype]) for a in messages(id, of, features))
        results = getattr(found, order)(arrays[: COUNTS[order]], of)
        assert all(r.dtype == DTYPES[dtype] and r.is_contiguous() for r in results)
        all_close(results, pair_by_pair(order, arrays, of, id), KERNEL[dtype])


@needs_host_compiler
def test_bases_whose_derivatives_come_in_parts(host: Host) -> None:
    id = "cartesian-l4-n4-flexible"
    found = load(id, backend="torch").interaction("cuda")
    assert "second_order_1_statements" in found.source.text
    of = lists(atoms=3, pairs=6)
    arrays = messages(id, of, features=3, sensitivities=2)
    all_close(found.second_order(arrays, of), pair_by_pair("second_order", arrays, of, id), KERNEL["float64"])


@needs_host_compiler
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("total += __shfl", "total -= __shfl"),
        ("ha += tile.ut[k][c] * g;", ""),
        ("hs[tile.pair[q] * SENSITIVITIES + n]", "hs[q * SENSITIVITIES + n]"),
        ("slab ? target + sum : sum", "sum"),
    ],
)
def test_the_comparison_notices_a_wrong_text(old: str, new: str, host: Host, tmp_path: Path) -> None:
    of = lists(atoms=3, pairs=9)
    arrays = messages(IDS[0], of, features=131)
    results = edited(tmp_path, IDS[0], old, new).second_order(arrays, of)
    with pytest.raises(AssertionError):
        all_close(results, pair_by_pair("second_order", arrays, of, IDS[0]), KERNEL["float64"])


@needs_host_compiler
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_check_of_a_basis_passes(dtype: str, host: Host) -> None:
    found = load(IDS[0], backend="torch").interaction("cuda")
    assert interaction_problem(found, invgen.find_basis(IDS[0]), dtype, "cpu") is None


@needs_host_compiler
@pytest.mark.parametrize(
    ("old", "new", "order"),
    [("ha += tile.ut[k][c] * g;", "", "second_order"), ("total += __shfl", "total -= __shfl", "vjp")],
)
def test_the_check_of_a_basis_notices_a_wrong_text(
    old: str,
    new: str,
    order: str,
    host: Host,
    tmp_path: Path,
) -> None:
    problem = interaction_problem(edited(tmp_path, IDS[0], old, new), invgen.find_basis(IDS[0]), "float64", "cpu")
    assert problem is not None
    assert problem.startswith(f"{order} deviates by")


def tracked(host: Host, found: CudaInteraction, orders: tuple[str, ...] = ORDERS) -> tuple[int, bool]:
    """Races in a value, its vector-Jacobian product and second order, and whether one thread wrote each number."""
    compiler = host[0]
    compiler.tracked = True
    of = lists(atoms=3, pairs=21)
    arrays = messages(IDS[0], of, features=40, sensitivities=2)
    races, single = 0, True
    for order in orders:
        results = getattr(found, order)(arrays[: COUNTS[order]], of)
        library = ctypes.CDLL(str(compiler.folder / f"kernels{compiler.calls}.so"))
        races += library.races_found()
        for r in results:
            single &= bool(library.written_by_one_thread(ctypes.c_void_p(r.data_ptr()), ctypes.c_longlong(r.numel())))
    return races, single


@needs_host_compiler
def test_no_two_threads_touch_a_number_without_a_barrier_and_one_writes_each_result(host: Host) -> None:
    assert tracked(host, load(IDS[0], backend="torch").interaction("cuda")) == (0, True)


@needs_host_compiler
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    __syncthreads();\n    if (threadIdx.x < count) {", "    if (threadIdx.x < count) {"),
        ("            __syncthreads();\n            for (int k = threadIdx.x", "            for (int k = threadIdx.x"),
        ("k < count * WIDTH; k += THREADS", "k < count * WIDTH; k += THREADS / 2"),
    ],
)
def test_races_are_noticed(old: str, new: str, host: Host, tmp_path: Path) -> None:
    assert tracked(host, edited(tmp_path, IDS[0], old, new), ("vjp",))[0] > 0


@needs_host_compiler
def test_indices_beyond_32_bits(tmp_path: Path) -> None:
    """Messages and results of more than 2^31 numbers: the last atom alone, which hears itself twice."""
    found, features, sensitivities = load(IDS[0], backend="torch").interaction("cuda"), 64, 2
    atoms = 2**31 // (sensitivities * features) + 9
    m = sparse(tmp_path, "m", (atoms, sensitivities, features))
    gx, gm = (sparse(tmp_path, name, (atoms, width, features)) for name, width in (("gx", 9), ("gm", sensitivities)))
    y, start = sparse(tmp_path, "y", (atoms, 6, features)), sparse(tmp_path, "start", (atoms + 1,), "int64")
    start[-1] = 2
    of = pair_lists(*torch.zeros(2, 2, dtype=torch.int64), 1, 1)
    small = tuple(a.float() for a in messages(IDS[0], of, features, sensitivities))
    m[-1], end = small[0][0].numpy(), np.full(2, atoms - 1)
    s, t = small[1].numpy(), small[2].numpy()
    sizes = [ctypes.c_uint(features), ctypes.c_uint(1)]
    definitions = ("STATEMENTS", "REAL=float", f"SENSITIVITIES={sensitivities}", "THREADS=64")
    compiler, order = HostCompiler(tmp_path), np.arange(2)
    images = [compiler.compile(found.source.text, "sm_90", (*definitions, f"ORDER={k}")).image for k in (0, 1)]
    libraries = [Path(image[:-1].decode()) for image in images]
    run_last_block(libraries[0], "interaction_value", atoms, 64, [m, s, t, start, order, end, y, *sizes])
    (expected,) = pair_by_pair("value", small[:3] + small[3:], of, IDS[0])
    all_close((torch.from_numpy(y[-1:].copy()),), (expected,), KERNEL["float32"])
    gx[-1] = small[2][0, :, None].numpy()
    gs, gt = np.zeros_like(s), np.zeros_like(t)
    run_last_block(
        libraries[1], "interaction_vjp_neighbours", atoms, 64, [m, s, t, gx, start, order, end, gm, gs, gt, *sizes]
    )
    heard = torch.einsum("pc,c->p", small[2], small[2][0])
    expected = torch.einsum("ps,p->s", small[1], heard)[None, :, None].expand(1, -1, features)
    all_close((torch.from_numpy(gm[-1:].copy()),), (expected.double(),), KERNEL["float32"])


# ---- launches ---------------------------------------------------------------------------------------------------


@needs_host_compiler
def test_nothing_and_isolated_atoms(host: Host) -> None:
    found = load(IDS[0], backend="torch").interaction("cuda")
    for atoms, pairs, features in ((0, 0, 4), (3, 0, 4), (3, 2, 0)):
        of = pair_lists(*torch.zeros(2, pairs, dtype=torch.int64), atoms, atoms)
        arrays = messages(IDS[0], of, features)
        for order in ORDERS:
            results = getattr(found, order)(arrays[: COUNTS[order]], of)
            shapes = [a.shape for a in arrays[:4]]
            assert [r.shape for r in results] == ([arrays[3].shape] if order == "value" else shapes[: len(results)])
            assert all(not r.abs().max() for r in results if r.numel()), "no pair, no feature: all invariants vanish"


@needs_host_compiler
def test_launches_use_the_current_stream_and_are_refused_in_a_first_capture(
    host: Host,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, of = load(IDS[0], backend="torch").interaction("cuda"), lists()
    m, s, t, *_ = messages(IDS[0], of, features=4)
    monkeypatch.setattr(cuda, "capturing", lambda: True)
    with pytest.raises(CudaError, match=r"interaction_value is not compiled with .*call it once before the capture"):
        found.value((m, s, t), of)
    monkeypatch.setattr(cuda, "capturing", lambda: False)
    before = found.value((m, s, t), of)[0]
    monkeypatch.setattr(cuda, "capturing", lambda: True)
    strided = m.transpose(0, 2).contiguous().transpose(0, 2)
    assert not strided.is_contiguous()
    torch.testing.assert_close(found.value((strided, s, t), of)[0], before, rtol=0, atol=0)
    assert ctypes.c_ulonglong.in_dll(host[1]._library, "last_stream").value == 77
    monkeypatch.setattr(cuda, "MOST_BLOCKS", 4)
    with pytest.raises(CudaError, match="5 blocks are more than one launch holds"):
        found.value((m, s, t), of)


def test_memory_that_is_needed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    of = lists(atoms=64, pairs=64)
    arrays = messages(IDS[0], of, features=1024)
    monkeypatch.setattr(torch.Tensor, "new_empty", full)
    with pytest.raises(torch.OutOfMemoryError, match=r"3\.0 MiB of GPU memory are needed for the results"):
        load(IDS[0], backend="torch").interaction("cuda").value(arrays[:3], of)


def test_blocks_shrink_until_shared_memory_holds_them() -> None:
    found = load("cartesian-l4-n4-flexible", backend="torch").interaction("cuda")
    m = torch.zeros(1, 20, 128, dtype=torch.float64)
    assert found._blocks("value", m) == (128, 1)
    assert found._blocks("second_order", m) == (64, 2)
    assert found._blocks("second_order", m[..., :33].float()) == (64, 1)
    with pytest.raises(CudaError, match="500 sensitivities need more shared memory"):
        found._blocks("second_order", torch.zeros(1, 500, 4, dtype=torch.float64))


def test_an_edited_text_is_not_used(tmp_path: Path) -> None:
    basis = invgen.find_basis(IDS[0])
    folder = invgen.emit(basis, into=tmp_path)
    kernels = load(folder, backend="torch")
    (folder / emitter.FILE).write_text((folder / emitter.FILE).read_text().replace("+=", "-="))
    with pytest.raises(EmittedFileError, match="checksum"):
        kernels.interaction("cuda")


def test_bases_of_several_channels_and_folders_without_cuda_have_no_fused_kernels(tmp_path: Path) -> None:
    several = invgen.generate(invgen.BasisSpec(l_max=1, n_max=2, channels=2))
    assert not open_folder(invgen.emit(several, into=tmp_path / "several")).interactions
    plain = open_folder(invgen.emit(invgen.find_basis(IDS[0]), ("torch",), into=tmp_path / "plain"))
    assert not plain.interactions
    with pytest.raises(EmittedFileError, match=r"cuda_interaction\.cu .*emit again"):
        load(tmp_path / "plain", backend="torch").interaction("cuda")
    alone = open_folder(invgen.emit(invgen.find_basis(IDS[0]), ("cuda",), into=tmp_path / "cuda"))
    assert alone.interactions == ("cuda",)


def test_only_gpus_get_the_fused_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    key = load(IDS[0], backend="torch").key
    monkeypatch.setattr(cuda, "unusable", lambda device: None)
    assert interaction.fused(key, "cuda", 0)
    assert not interaction.fused(key, "cpu", None)
    assert not interaction.fused(load("harmonics-l2", backend="torch").key, "cuda", 0)
    monkeypatch.setattr(cuda, "unusable", lambda device: "too old")
    monkeypatch.setattr(invariants, "_TOLD", {torch.device("cuda", 0)})
    assert not interaction.fused(key, "cuda", 0)


# ---- compilers --------------------------------------------------------------------------------------------------


@cache
def usage(
    id: str, architecture: str, real: str, sensitivities: int, threads: int, orders: tuple[int, ...] = (0, 1, 2)
) -> dict[str, Usage]:
    """What ``ptxas`` says of the passes of some orders."""
    text = "".join(open_folder(invgen.resources.generated_folder() / id).read(f).decode() for f in FILES)
    found = {}
    for order in orders:
        definitions = (
            "STATEMENTS", f"REAL={real}", f"SENSITIVITIES={sensitivities}", f"THREADS={threads}", f"ORDER={order}"
        )  # fmt: skip
        found |= find_compiler().compile(text, architecture, definitions).usage
    return found


FILES = (cuda_emitter.FILE, emitter.FILE)


@needs_compiler
@pytest.mark.parametrize("architecture", ["sm_80", "sm_90", "sm_100"])
@pytest.mark.parametrize("real", ["float", "double"])
def test_for_rank_three_and_order_four_nothing_spills_but_the_second_order_of_float64(
    real: str, architecture: str
) -> None:
    found = usage(IDS[1], architecture, real, 20, 128)
    assert set(found) == {name for names in PASSES.values() for name in names}
    for name, used in found.items():
        words = 16 + 13 + 16 + 16 + 13  # of an atom and feature, which the passes read and write
        allowed = 8 * words if (name, real) == ("interaction_second_order_centres", "double") else 0
        assert used.spill_stores + used.spill_loads <= allowed, name
        assert used.registers <= 255


@needs_compiler
def test_many_sensitivities_are_seen_to_spill_in_double_precision() -> None:
    assert usage(IDS[1], "sm_90", "double", 64, 64, (1,))["interaction_vjp_neighbours"].spill_stores > 0


@needs_compiler
def test_shared_memory_is_what_the_launch_counts_on() -> None:
    for id, sensitivities, threads in ((IDS[0], 7, 64), (IDS[1], 20, 128)):
        module = load(id, backend="torch").interaction("cuda")
        found = usage(id, "sm_90", "double", sensitivities, threads)
        for order, names in PASSES.items():
            most = max(found[name].shared for name in names)
            counted = module.shared_bytes(order, sensitivities, threads, 8)
            assert most <= counted <= most + 512


# ---- layers -----------------------------------------------------------------------------------------------------


def test_slots_and_sorting_give_the_same_lists() -> None:
    batch = graph(molecule(0), molecule(1, atoms=1), crystal())
    found = lists_from_slots(batch.first, batch.first_slot, batch.second, batch.second_slot, len(batch.numbers))
    for a, b in zip(found, pair_lists(batch.first, batch.second, *2 * [len(batch.numbers)]), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("compiled", [False, True])
def test_networks_with_fused_layers_train_as_those_without(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The layer is told that the CPU has the fused kernels; there the operator runs plain tensor operations."""
    batch = graph(molecule(0), molecule(1, atoms=1), crystal())
    expected = trained(build("hip-hop-nn", backend="torch"), batch)
    told = torch.compiler.assume_constant_result(lambda key, kind, index: True)
    monkeypatch.setattr(interaction, "fused", told)
    model = build("hip-hop-nn")
    monkeypatch.undo()
    monkeypatch.setattr(ScalarInteraction, "forward", None)
    for a, b in zip(trained(model, batch, compiled), expected, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=LAW["float64"] * float(b.abs().max()))


def test_layers_of_backend_torch_are_not_fused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interaction, "fused", None)
    assert torch.isfinite(EnergyForces(build("hip-hop-nn", backend="torch"))(graph(molecule(0))).forces).all()
    with pytest.raises(TypeError, match="not callable"):
        EnergyForces(build("hip-hop-nn"))(graph(molecule(0)))


def test_layers_are_fused_without_numba_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "has_numba", lambda: False)
    monkeypatch.setattr(interaction, "fused", None)
    with pytest.raises(TypeError, match="not callable"):
        EnergyForces(build("hip-hop-nn"))(graph(molecule(0)))


def test_dtypes_that_the_kernels_do_not_compute_in_are_not_fused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interaction, "fused", None)
    monkeypatch.setattr(ScalarInteraction, "forward", lambda self, features, *context: features)
    layer, batch = build("hip-hop-nn").blocks[0].interaction.layer, graph(molecule(0))
    half = torch.ones(6, 3, dtype=torch.bfloat16)
    assert layer(half, batch, half, half) is half
    with pytest.raises(TypeError, match="not callable"):
        layer(half.float(), batch, half, half)


@pytest.mark.slow
def test_the_benchmark_of_networks_runs_through_on_a_cpu() -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "cuda_networks.py"
    done = subprocess.run([sys.executable, str(script), "--cpu"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[:3]] == list(ORDERS)
    assert all("'training_step':" in line for line in lines[3:])
    assert len(lines) == 5
