"""Translate neural network source code between PyTorch and Keras 3, and prove that both compute the same."""

from translate.translation import SourceError, Translation, translate

__all__ = ["SourceError", "Translation", "translate"]
__version__ = "0.1.0"
