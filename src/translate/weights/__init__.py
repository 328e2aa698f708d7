"""Parameters and buffers of a PyTorch model into its Keras translation, and back."""

from translate.weights.errors import WeightError
from translate.weights.pairing import Pair, Pairing, pair
from translate.weights.transfer import transfer

__all__ = ["Pair", "Pairing", "WeightError", "pair", "transfer"]
