"""What APIs are to the mechanism (``role`` in rules/language): the module base class, containers, parameters."""

from __future__ import annotations

from translate.infer.state import MODULE, State

TENSOR = "torch.Tensor"


def role(state: State, name: str) -> str:
    """The role of a source API, '' if it has none."""
    for rule in state.rules.find(name):
        found = rule.data.get("role")
        if found:
            return found
    return ""


def role_member(state: State, name: str, of: str = MODULE) -> str:
    """The role of an attribute or method that every module (or tensor) has."""
    return role(state, f"{of}.{name}")


def is_target(name: str) -> bool:
    return name == "keras" or name.startswith("keras.")


def is_framework(name: str) -> bool:
    return name == "torch" or name.startswith("torch.")
