"""Translate neural network source code between PyTorch and Keras 3, and prove that both compute the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from translate.translation import SourceError, Translation, translate

__all__ = ["SourceError", "Translation", "translate"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The translator is imported when it is first asked for: ``translate --help`` does without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from translate import translation

    return getattr(translation, name)
