"""Structures, neighbour lists, labels and data sets of the runtime half. Units everywhere: Å, eV, eV/Å."""

from invgen.data.batch import Batch, Labels
from invgen.data.dataset import Dataset, batch_structures
from invgen.data.errors import CoincidentAtomsError, DataError, UnknownSpeciesError
from invgen.data.neighbours import NeighbourPairs, neighbour_pairs
from invgen.data.structures import Structure, from_ase, read_structures, write_npz

__all__ = [
    "Batch",
    "CoincidentAtomsError",
    "DataError",
    "Dataset",
    "Labels",
    "NeighbourPairs",
    "Structure",
    "UnknownSpeciesError",
    "batch_structures",
    "from_ase",
    "neighbour_pairs",
    "read_structures",
    "write_npz",
]
