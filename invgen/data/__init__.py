"""Structures, neighbour lists, labels and data sets of the runtime half. Units everywhere: Å, eV, eV/Å.

What holds torch's tensors is loaded when first used, so that files are read and looked at without torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from invgen.data.errors import CoincidentAtomsError, DataError, UnknownSpeciesError
from invgen.data.labels import LabelCheck, LabelFormat, check_elements, check_labels, label_format
from invgen.data.look import Look, look
from invgen.data.memory import check_memory, check_set_memory
from invgen.data.neighbours import NeighbourPairs, neighbour_pairs
from invgen.data.npz import write_npz
from invgen.data.recipes import RECIPES, Recipe, load_recipe, recipe
from invgen.data.structure import Structure
from invgen.data.structures import from_ase, read_structures
from invgen.lazy import lazy

if TYPE_CHECKING:
    from invgen.data.batch import Batch, Labels
    from invgen.data.dataset import Data, Dataset, batch_structures
    from invgen.data.streamed import StreamedDataset

_NAMES = {
    "Batch": "invgen.data.batch",
    "Data": "invgen.data.dataset",
    "Dataset": "invgen.data.dataset",
    "Labels": "invgen.data.batch",
    "StreamedDataset": "invgen.data.streamed",
    "batch_structures": "invgen.data.dataset",
}

__all__ = [
    "RECIPES",
    "Batch",
    "CoincidentAtomsError",
    "Data",
    "DataError",
    "Dataset",
    "LabelCheck",
    "LabelFormat",
    "Labels",
    "Look",
    "NeighbourPairs",
    "Recipe",
    "StreamedDataset",
    "Structure",
    "UnknownSpeciesError",
    "batch_structures",
    "check_elements",
    "check_labels",
    "check_memory",
    "check_set_memory",
    "from_ase",
    "label_format",
    "load_recipe",
    "look",
    "neighbour_pairs",
    "read_structures",
    "recipe",
    "write_npz",
]

__getattr__, __dir__ = lazy(__name__, _NAMES, __all__)
