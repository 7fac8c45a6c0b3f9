"""Structures, neighbour lists, labels and data sets of the runtime half. Units everywhere: Å, eV, eV/Å."""

from invgen.data.batch import Batch, Labels
from invgen.data.dataset import Dataset, batch_structures
from invgen.data.errors import CoincidentAtomsError, DataError, UnknownSpeciesError
from invgen.data.labels import LabelCheck, LabelFormat, check_elements, check_labels, label_format
from invgen.data.look import Look, look
from invgen.data.memory import check_memory, check_set_memory
from invgen.data.neighbours import NeighbourPairs, neighbour_pairs
from invgen.data.npz import write_npz
from invgen.data.structure import Structure
from invgen.data.structures import from_ase, read_structures

__all__ = [
    "Batch",
    "CoincidentAtomsError",
    "DataError",
    "Dataset",
    "LabelCheck",
    "LabelFormat",
    "Labels",
    "Look",
    "NeighbourPairs",
    "Structure",
    "UnknownSpeciesError",
    "batch_structures",
    "check_elements",
    "check_labels",
    "check_memory",
    "check_set_memory",
    "from_ase",
    "label_format",
    "look",
    "neighbour_pairs",
    "read_structures",
    "write_npz",
]
