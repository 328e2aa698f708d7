"""Running a model and its translation side by side, and moving weights from one to the other."""

from translate.verify.asking import warm
from translate.verify.devices import DeviceError, chosen
from translate.verify.finding import Plan, find
from translate.verify.rerunning import shows
from translate.verify.result import Comparison, Options, Verification
from translate.verify.spec import Inputs, SpecError
from translate.verify.transferred import Transferred
from translate.verify.transfers import transfer_weights
from translate.verify.verification import verify

__all__ = [
    "Comparison",
    "DeviceError",
    "Inputs",
    "Options",
    "Plan",
    "SpecError",
    "Transferred",
    "Verification",
    "chosen",
    "find",
    "shows",
    "transfer_weights",
    "verify",
    "warm",
]
