"""Running a model and its translation side by side, and moving weights from one to the other."""

from translate.verify.asking import warm
from translate.verify.result import Comparison, Options, Verification
from translate.verify.spec import SpecError
from translate.verify.transferred import Transferred
from translate.verify.transfers import transfer_weights
from translate.verify.verification import verify

__all__ = ["Comparison", "Options", "SpecError", "Transferred", "Verification", "transfer_weights", "verify", "warm"]
