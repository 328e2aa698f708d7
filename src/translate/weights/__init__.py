"""Parameters and buffers of a PyTorch model into its Keras translation, and back."""

from translate.weights.calls import Calls, recorded_calls
from translate.weights.errors import WeightError
from translate.weights.pairing import Pair, Pairing, pair
from translate.weights.transfer import transfer

__all__ = ["Calls", "Pair", "Pairing", "WeightError", "pair", "recorded_calls", "transfer"]
