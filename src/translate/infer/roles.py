"""What APIs are to the mechanism (``role`` in rules/language): the module base class, containers, parameters."""

from __future__ import annotations

from translate.infer.state import State


def role(state: State, name: str) -> str:
    """The role of a source API, '' if it has none."""
    for rule in state.rules.find(name):
        found = rule.data.get("role")
        if found:
            return found
    return ""


def role_member(state: State, name: str, of: str = "") -> str:
    """The role of an attribute or method that every module (or what ``of`` names) has."""
    return role(state, f"{of or state.dialect.module}.{name}")
