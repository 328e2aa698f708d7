"""What can be wrong with rules."""


class RuleError(ValueError):
    """A rule file cannot be used. The message names file, line and what is wrong."""
