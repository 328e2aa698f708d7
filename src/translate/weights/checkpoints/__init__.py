"""Checkpoints: files with the weights of a model. They are data: nothing in them is ever executed."""

from translate.weights.checkpoints.difference import Difference, MismatchError
from translate.weights.checkpoints.formats import CheckpointError, Framework, framework_of

__all__ = ["CheckpointError", "Difference", "Framework", "MismatchError", "framework_of"]
