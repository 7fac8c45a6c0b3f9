"""Layers and networks over a basis: each a plain ``torch.nn.Module``."""

from invgen.nn.energy import EnergyForces, Prediction
from invgen.nn.invariants import Covariants, Invariants
from invgen.nn.network import HipHopNN, HipNN, HipNNTS

__all__ = ["Covariants", "EnergyForces", "HipHopNN", "HipNN", "HipNNTS", "Invariants", "Prediction"]
