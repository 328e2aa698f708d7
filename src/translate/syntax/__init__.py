"""Source text to a LibCST tree and back, byte for byte; positions of nodes."""

from translate.syntax.parse import ParseError, parse
from translate.syntax.positions import Positions

__all__ = ["ParseError", "Positions", "parse"]
