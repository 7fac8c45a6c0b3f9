"""Layers and networks over a basis: plain ``torch.nn.Module``s."""

from invgen.nn.energy import EnergyForces, Prediction
from invgen.nn.invariants import Covariants, Invariants
from invgen.nn.network import HipHopNN, HipNN, HipNNTS

__all__ = ["Covariants", "EnergyForces", "HipHopNN", "HipNN", "HipNNTS", "Invariants", "Prediction"]
