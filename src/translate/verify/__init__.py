"""Running a model and its translation side by side."""

from translate.verify.asking import warm
from translate.verify.result import Comparison, Options, Verification
from translate.verify.spec import SpecError
from translate.verify.verification import verify

__all__ = ["Comparison", "Options", "SpecError", "Verification", "verify", "warm"]
