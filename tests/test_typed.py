"""Networks in typed statements: TorchScript's energies and gradients are those of the network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from network_fixtures import BUILDERS, build, crystal, graph, molecule
from processes import python
from tolerances import LAW, close

from invgen.data.batch import pair_vectors
from invgen.engines.errors import EngineError
from invgen.engines.typed import TypedNetwork

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize("name", BUILDERS)
def test_the_same_function(name: str) -> None:
    model, batch = build(name), graph(molecule(), crystal(), molecule(3, 1))
    typed = torch.jit.script(TypedNetwork(model))
    found = []
    for compute in (
        lambda v: model(batch, v),
        lambda v: typed(batch.numbers, batch.first, batch.second, v),
        lambda v: typed(batch.numbers, batch.first, batch.second, v),
    ):
        vectors = pair_vectors(batch, batch.positions).requires_grad_()
        energies = compute(vectors)
        (gradient,) = torch.autograd.grad(energies.sum(), vectors)
        found.append((energies.detach(), gradient))
    for energies, gradient in found[1:]:
        close(energies, found[0][0], LAW["float64"])
        close(gradient, found[0][1], LAW["float64"])


def test_saved_it_needs_nothing_of_this_package(tmp_path: Path) -> None:
    model, batch = build("hip-hop-nn"), graph(molecule())
    torch.jit.script(TypedNetwork(model)).save(str(tmp_path / "model.pt"))
    vectors = pair_vectors(batch, batch.positions)
    torch.save((batch.numbers, batch.first, batch.second, vectors), tmp_path / "input.pt")
    code = f"""
import sys, warnings; warnings.simplefilter("ignore")
sys.modules["invgen"] = None
import torch
model = torch.jit.load({str(tmp_path / "model.pt")!r})
print(repr(float(model(*torch.load({str(tmp_path / "input.pt")!r})).sum())))
"""
    close(torch.tensor(float(python(code)), dtype=torch.float64), model(batch, vectors).sum(), LAW["float64"])


def test_unknown_elements_and_layers_are_named() -> None:
    model, batch = build("hip-nn"), graph(molecule())
    typed = torch.jit.script(TypedNetwork(model))
    with pytest.raises(torch.jit.Error, match="an element that the model was not made for"):
        typed(batch.numbers * 0 + 7, batch.first, batch.second, pair_vectors(batch, batch.positions))

    class Other(torch.nn.Module):
        environment = model.blocks[0].interaction.layer.environment

    model.blocks[0].interaction.layer = Other()
    with pytest.raises(EngineError, match="layers of the class Other"):
        TypedNetwork(model)
