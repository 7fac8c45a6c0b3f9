"""Structures, neighbour lists, labels and data sets of the runtime half. Units everywhere: Å, eV, eV/Å."""

from invgen.data.batch import Batch, Labels
from invgen.data.dataset import Data, Dataset, batch_structures
from invgen.data.errors import CoincidentAtomsError, DataError, UnknownSpeciesError
from invgen.data.labels import LabelCheck, LabelFormat, check_elements, check_labels, label_format
from invgen.data.look import Look, look
from invgen.data.memory import check_memory, check_set_memory
from invgen.data.neighbours import NeighbourPairs, neighbour_pairs
from invgen.data.npz import write_npz
from invgen.data.recipes import RECIPES, Recipe, load_recipe, recipe
from invgen.data.streamed import StreamedDataset
from invgen.data.structure import Structure
from invgen.data.structures import from_ase, read_structures

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
