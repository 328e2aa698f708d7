"""What is wrong with what the user gave, for whoever tells it."""

from __future__ import annotations


class Problem(Exception):
    """One line: the file and the position, what is wrong, what to do. The command line ends with exit status 2."""
