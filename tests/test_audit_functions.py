"""The audit of functions and tables: float64 decides where it can and says where it cannot; bad input has a name."""

from __future__ import annotations

import audit_functions as functions
import numpy as np
import pytest

import invgen
from invgen.compiler.algebra.channels import channel_slices
from invgen.compiler.algebra.components import full_tensor, reduced_components
from invgen.compiler.auditing import numeric
from invgen.compiler.auditing.functions import central_differences
from invgen.compiler.auditing.sampling import Space
from invgen.compiler.auditing.symmetry import motions_of_tensors
from invgen.errors import AuditError

# ---- float64 ---------------------------------------------------------------------------------------------------


def spectrum(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Three Jacobians with these singular values."""
    rng = np.random.default_rng(seed)
    turn = lambda: np.linalg.qr(rng.normal(size=(len(values), len(values))))[0]  # noqa: E731
    return np.stack([turn() * values @ turn() for _ in range(3)])


def test_a_gap_decides_and_a_slope_does_not():
    decided = numeric.measure(spectrum(np.r_[np.logspace(0, -2, 6), np.full(4, 1e-9)]), range(10), 1e-9, 10)
    assert decided.clear
    assert decided.rank == len(decided.kept) == 6
    sloping = numeric.measure(spectrum(np.logspace(0, -14, 10)), range(10), 0.0, 10)
    assert not sloping.clear
    audit = invgen.audit(spectrum(np.logspace(0, -8, 30)))
    assert not audit.independent
    assert "NO CLEAR GAP" in str(audit)


def test_two_gaps_alike_do_not_decide():
    values = np.r_[np.ones(3), np.full(3, 1e-5), np.full(3, 2e-10)]
    assert not numeric.measure(spectrum(values), range(9), 2e-10, 9).clear


def test_noise_is_not_rank():
    rng = np.random.default_rng(1)
    jacobians = rng.normal(size=(3, 5, 8))
    whole = np.concatenate([jacobians, jacobians[:, :2] + jacobians[:, 2:4]], axis=1)
    noisy = whole + 1e-7 * rng.normal(size=whole.shape)
    assert invgen.audit({"jacobian": noisy, "noise": np.array(1e-7)}).dependent == (5, 6)
    assert invgen.audit(noisy).rank == 5
    assert invgen.audit(whole[:, :5]).independent


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_distances_of_atoms_have_the_rank_of_positions(number):
    audit = invgen.audit(functions.distances, atoms=number)
    pairs = number * (number - 1) // 2
    assert audit.bound == (1 if number == 2 else 3 * number - 6)
    assert audit.rank == min(pairs, audit.bound)
    assert audit.independent == (pairs <= audit.bound)
    assert not audit.degenerate


def test_a_sum_of_descriptors_is_caught():
    audit = invgen.audit(functions.distances_and_sum, atoms=4, labels=("a", "b", "c", "d", "e", "f", "sum"))
    assert [audit.members[k].label for k in audit.dependent] == ["sum"]
    assert audit.members[6].depends_on == tuple(range(6))
    assert not audit.members[0].proven


def test_the_bound_counts_only_motions_that_change_nothing():
    assert invgen.audit(functions.lengths, neighbours=4).bound == 9
    assert invgen.audit(functions.lengths, neighbours=4).rank == 9
    assert invgen.audit(lambda x: x.ravel(), atoms=4).bound == 12
    assert invgen.audit(lambda x: np.diff(x[:, 0]), atoms=4).bound == 9
    assert "neither translations nor rotations" in str(invgen.audit(lambda x: x.ravel(), atoms=4))


def test_fewer_in_a_plane_than_could_be_seen():
    """Volumes are all that is seen of four atoms; in a plane there are none."""

    def volume(x):
        return np.array([np.linalg.det(x[1:] - x[0]) ** 2])

    names = {p.name: (p.rank, p.attainable) for p in invgen.audit(volume, atoms=4).degenerate}
    assert names == {"planar": (0, 5), "collinear": (0, 3)}
    assert not invgen.audit(lambda x: functions.distances(x)[:2], atoms=4).degenerate


def test_components_have_the_bound_of_tensors():
    def invariants(x):
        q = full_tensor(x[3:], 2)
        return np.array(
            [x[:3] @ x[:3], np.trace(q @ q), np.trace(q @ q @ q), x[:3] @ q @ x[:3], np.trace(q @ q @ q @ q)]
        )

    audit = invgen.audit(invariants, ranks=(1, 2))
    assert audit.bound == 5
    assert audit.dependent == (4,)
    assert audit.members[4].depends_on == (1,)
    assert invgen.audit(lambda x: x, ranks=(1, 2)).bound == 8
    assert invgen.audit(invariants, components=8).bound == 8


def test_motions_of_tensors_are_turns():
    space = Space(ranks=(1, 3, 2))
    x = space.sample(2, "turn")
    found = motions_of_tensors(x, space.tensors)["rotations"]
    angle = 1e-6
    turn = np.array([[1.0, -angle, 0.0], [angle, 1.0, 0.0], [0.0, 0.0, 1.0]])
    moved = np.zeros_like(x)
    for tensor, where in channel_slices(space.tensors).items():
        full = full_tensor(x[:, where], tensor.rank)
        for axis in range(tensor.rank):
            full = np.moveaxis(np.tensordot(full, turn, axes=(axis + 1, 1)), -1, axis + 1)
        moved[:, where] = reduced_components(full, tensor.rank)
    np.testing.assert_allclose(found[:, 2], (moved - x) / angle, atol=1e-5)


def test_species_are_the_second_argument():
    audit = invgen.audit(functions.by_species, atoms=5, species=("C", "H"))
    assert audit.dependent == (3,)
    assert audit.members[3].depends_on == (0, 1, 2)
    np.testing.assert_allclose(audit.members[3].coefficients, 1.0, atol=1e-8)


def test_torch_differentiates_what_takes_tensors():
    torch = pytest.importorskip("torch")

    def squared(x):
        first, second = torch.triu_indices(len(x), len(x), 1)
        d = ((x[first] - x[second]) ** 2).sum(-1)
        return torch.cat([d, d.sum()[None], d.detach()[:1] * 0])

    audit = invgen.audit(squared, atoms=4)
    assert audit.how == "by torch"
    assert audit.dependent == (6, 7)
    assert audit.members[7].status == "constant"
    np.testing.assert_allclose(audit.members[6].coefficients, 1.0, atol=1e-12)
    assert invgen.audit(functions.distances, atoms=4).how == "by differences"
    with pytest.raises(AuditError, match="must return a torch tensor"):
        invgen.audit(lambda x: x.detach().numpy().ravel(), atoms=4, derivatives="autograd")


def test_differences_are_exact_to_round_off():
    def function(x):
        return np.array([np.exp(-x @ x), np.sin(3 * x[0]) * x[1] ** 3, 1e-9 * x[2], 7.0])

    x = np.array([0.4, -0.8, 1.1])
    found, noise = central_differences(function, x)
    true = np.array(
        [
            -2 * x * np.exp(-x @ x),
            [3 * np.cos(1.2) * x[1] ** 3, 3 * np.sin(1.2) * x[1] ** 2, 0.0],
            [0.0, 0.0, 1e-9],
            np.zeros(3),
        ]
    )
    np.testing.assert_allclose(found, true, atol=1e-11, rtol=0)
    assert noise < 1e-9
    assert not np.any(found[3])


def test_given_jacobians_are_taken():
    audit = invgen.audit(functions.squares, components=4, derivatives="given")
    assert audit.independent
    assert audit.rank == 4


# ---- tables ----------------------------------------------------------------------------------------------------


def test_tables_are_read_stacked_or_one_by_one(tmp_path):
    rng = np.random.default_rng(3)
    jacobians = rng.normal(size=(2, 3, 6))
    jacobians = np.concatenate([jacobians, jacobians[:, :1] * 2], axis=1)
    labels, costs = np.array(["a", "b", "c", "a2"]), np.array([5, 1, 1, 1])
    np.savez(tmp_path / "one.npz", jacobian=jacobians, labels=labels, costs=costs, values=np.ones((2, 4)))
    np.savez(tmp_path / "two.npz", jacobian_0=jacobians[0], jacobian_1=jacobians[1])
    one, two = invgen.audit(tmp_path / "one.npz"), invgen.audit(tmp_path / "two.npz")
    assert one.kept == two.kept == (0, 1, 2)
    assert one.members[3].label == "a2"
    assert one.members[3].depends_on == (0,)
    np.testing.assert_allclose(one.members[3].coefficients, 2.0)
    assert invgen.audit(tmp_path / "one.npz", ordering="cost").kept == (1, 2, 3)
    with pytest.raises(AuditError, match="costs of these descriptors are not known"):
        invgen.audit(tmp_path / "two.npz", ordering="cost")


def test_a_degenerate_configuration_is_told():
    rng = np.random.default_rng(4)
    jacobians = rng.normal(size=(4, 3, 5))
    jacobians[2, 2] = jacobians[2, 0]
    audit = invgen.audit(jacobians)
    assert audit.rank == 3
    assert [(p.name, p.rank) for p in audit.degenerate] == [("configuration 2", 2)]


def test_positions_of_a_table_give_the_bound():
    x = Space(atoms=4).sample(3, "table")
    jacobians = np.stack([central_differences(functions.distances, p)[0] for p in x])
    assert invgen.audit({"jacobian": jacobians, "positions": x}).bound == 6
    assert invgen.audit({"jacobian": jacobians}).bound == 12


# ---- errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("no_such_module:f", {"atoms": 3}, "cannot import the module 'no_such_module'"),
        ("audit_functions:distance", {"atoms": 3}, "unknown function 'distance'; did you mean 'distances'"),
        ("audit_functions:NUMBER", {"atoms": 3}, "is no function but a int"),
        ("audit_functions:distances", {}, "exactly one of atoms"),
        ("audit_functions:distances", {"atoms": 3, "components": 4}, "got atoms and components"),
        ("audit_functions:distances", {"atoms": 0}, "atoms must be a whole number, 1 or more"),
        ("audit_functions:distances", {"atoms": 2.5}, "atoms must be a whole number, 1 or more, got 2.5"),
        ("audit_functions:squares", {"ranks": (-1,)}, "ranks must be whole numbers"),
        ("audit_functions:squares", {"ranks": (50,)}, r"whole numbers in 0\.\.12"),
        ("audit_functions:squares", {"ranks": "12"}, "ranks must be whole numbers"),
        ("audit_functions:distances", {"components": 3, "species": ("C",)}, "species go with atoms"),
        ("audit_functions:raising", {"atoms": 3}, "raised KeyError at configuration 0"),
        ("audit_functions:not_finite", {"components": 3}, "descriptor 1 is -?inf"),
        ("audit_functions:words", {"components": 3}, "must return numbers"),
        ("audit_functions:matrix", {"components": 3}, "one number for each descriptor"),
        ("audit_functions:growing", {"components": 3}, "returned .* descriptors, then"),
        ("audit_functions:rough", {"components": 2}, "descriptor 0 do not converge"),
        ("audit_functions:rounded", {"atoms": 4}, "descriptor 0 do not converge"),
        ("audit_functions:complex_numbers", {"components": 2}, "real numbers, got complex128"),
        ("audit_functions:nothing", {"components": 2}, "real numbers, got None"),
        ("audit_functions:leaving", {"components": 2}, "raised SystemExit"),
        ("audit_functions:squares", {"components": 3}, "must return numbers|one number"),
        ("audit_functions:wrong_jacobian", {"components": 3, "derivatives": "given"}, "must have shape"),
        ("audit_functions:distances", {"atoms": 3, "derivatives": "given"}, "must return its values and"),
        ("audit_functions:jumping_jacobian", {"components": 3, "derivatives": "given"}, "by variable 0 is nan"),
        ("audit_functions:distances", {"atoms": 3, "derivatives": "numeric"}, "unknown kind 'numeric'"),
        ("audit_functions:distances", {"atoms": 3, "labels": ("a",)}, "1 labels for 3"),
        ("audit_functions:distances", {"atoms": 3, "labels": ("a", "b\x1b[31m", "c")}, "cannot be printed"),
        ("audit_functions:distances", {"atoms": 3, "configurations": 0}, "configurations must be"),
        ("audit_functions:distances", {"atoms": 3, "configurations": 2.5}, "configurations must be"),
        ("audit_functions:distances", {"atoms": 3, "traces": True}, "traces go with kind 'contractions'"),
        ("audit_functions:distances", {"atoms": 3, "points": np.zeros((2, 4, 3))}, "points must be finite"),
        ("audit_functions:distances", {"atoms": 3, "ordering": "cost"}, "costs of these descriptors"),
        ("audit_functions:distances", {"atoms": 3, "ordering": "size"}, "unknown ordering 'size'"),
        ("audit_functions:distances", {"atoms": 3, "kind": "functoin"}, "did you mean 'function'"),
    ],
)
def test_malformed_functions_are_named(name, arguments, words):
    with pytest.raises(AuditError, match=words):
        invgen.audit(name, **arguments)


GOOD = np.random.default_rng(0).normal(size=(2, 3, 4))


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        (
            {"jacobian": np.where(GOOD[1, 2, 3] == GOOD, np.nan, GOOD)},
            "descriptor 2 by variable 3 at configuration 1 is nan",
        ),
        ({"jacobian_0": GOOD[0], "jacobian_1": GOOD[1, :2]}, r"shapes differ.*jacobian_1 \(2, 4\)"),
        ({"jacobian_0": GOOD}, "must have shape \\(descriptors, variables\\)"),
        ({"jacobian": GOOD[0]}, "must have shape \\(configurations"),
        ({"jacobian": GOOD[:, :0]}, "must have shape"),
        ({"jacobian": GOOD.astype(complex)}, "must hold real numbers"),
        ({"jacobain": GOOD}, "unknown array 'jacobain'; did you mean 'jacobian'"),
        ({"values": GOOD[0]}, "holds no array jacobian"),
        ({}, "holds no array jacobian"),
        ({"jacobian": GOOD, "labels": np.array(["a"])}, "labels must have shape"),
        ({"jacobian": GOOD, "values": np.full((2, 3), np.inf)}, "value of descriptor 0 at configuration 0 is inf"),
        ({"jacobian": GOOD, "values": np.ones(3)}, "values must have shape"),
        ({"jacobian": GOOD, "positions": np.ones((2, 2, 3))}, "positions must have shape"),
        ({"jacobian": GOOD[:, :, :3], "positions": np.full((2, 1, 3), np.nan)}, "positions must be finite"),
        ({"jacobian": GOOD, "noise": np.array(np.nan)}, "noise must be finite"),
        ({"jacobian": GOOD, "noise": np.array(-1.0)}, "noise must be 0 or more"),
        ({"jacobian": GOOD, "costs": np.array([1, np.nan, 2])}, "costs must be finite"),
        ({"jacobian": GOOD, "costs": np.array(["1", "2", "x"])}, "costs must hold real numbers"),
        ({"jacobian": GOOD, "jacobian_0": GOOD[0]}, "both jacobian and jacobian_0"),
        ({"jacobian": GOOD, "labels": np.array(["a", "b\n", "c"])}, "cannot be printed"),
    ],
)
def test_malformed_tables_are_named(arrays, words, tmp_path):
    np.savez(tmp_path / "table.npz", **arrays)
    with pytest.raises(AuditError, match=words):
        invgen.audit(tmp_path / "table.npz")


@pytest.mark.parametrize("scale", [1e-200, 1e307])
def test_squares_of_derivatives_may_leave_float64(scale):
    """The scale of all descriptors is no part of what they say."""
    jacobian = np.concatenate([GOOD, GOOD[:, :1] + GOOD[:, 1:2]], axis=1) / 10
    small, unscaled = invgen.audit(jacobian * scale), invgen.audit(jacobian)
    assert small.dependent == unscaled.dependent == (3,)
    np.testing.assert_allclose(small.members[3].coefficients, unscaled.members[3].coefficients, rtol=1e-9)


def test_options_that_a_source_has_no_use_for_are_refused():
    with pytest.raises(AuditError, match="labels go with kind 'function', and this is 'table'"):
        invgen.audit(GOOD, labels=("a", "b", "c"))
    with pytest.raises(AuditError, match="atoms go with kind 'function', and this is 'polynomials'"):
        invgen.audit(["x"], atoms=3)
    with pytest.raises(AuditError, match="traces go with kind 'contractions', and this is 'polynomials'"):
        invgen.audit(["x"], traces=True)


def test_single_precision_is_refused_or_counted_as_noise():
    torch = pytest.importorskip("torch")
    with pytest.raises(AuditError, match="returned float32"):
        invgen.audit(lambda x: x.astype(np.float32), components=3)

    def squared(x):
        first, second = torch.triu_indices(len(x), len(x), 1)
        d = ((x[first] - x[second]) ** 2).sum(-1).float()
        return torch.cat([d, torch.exp(-d.sum())[None]])

    assert invgen.audit(squared, atoms=4).dependent == (6,)


def test_nothing_but_constants():
    audit = invgen.audit(lambda x: np.ones(3), components=2)
    assert audit.rank == 0
    assert [m.status for m in audit.members] == ["constant"] * 3
    assert "3 constant; keep 0" in str(audit)
    assert "no singular value is above the noise" in str(audit)
