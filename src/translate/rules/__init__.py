"""The rule language: loading, looking up, conditions."""

from translate.rules.dialect import Dialect
from translate.rules.errors import RuleError
from translate.rules.load import RuleSet, load, rules_directory
from translate.rules.model import Case, Passing, Rule
from translate.rules.signature import REQUIRED, Parameter, Signature

__all__ = [
    "REQUIRED",
    "Case",
    "Dialect",
    "Parameter",
    "Passing",
    "Rule",
    "RuleError",
    "RuleSet",
    "Signature",
    "load",
    "rules_directory",
]
