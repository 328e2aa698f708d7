"""Arguments that constructors of the target do without, as names of layers: unless the file's own code reads them."""

from __future__ import annotations

import libcst as cst

from translate.infer.dotted import is_name, names
from translate.infer.program import ClassInfo, FunctionInfo
from translate.infer.state import State
from translate.infer.values import Class


def is_read(state: State, constructor: FunctionInfo | None, name: str) -> bool:
    """Whether a constructor of the file does more with its parameter than to hand it on as what layers do without."""
    return constructor is not None and _Reading(state, set()).constructor(constructor, name)


class _Reading:
    def __init__(self, state: State, seen: set[tuple[FunctionInfo, str]]) -> None:
        self.state, self.seen = state, seen

    def constructor(self, info: FunctionInfo, name: str) -> bool:
        if (info, name) in self.seen or not any(p.name.value == name for p in info.parameters):
            return False
        self.seen.add((info, name))
        return self._reads(info.node.body, name, info.owner)

    def _reads(self, node: cst.CSTNode, name: str, owner: ClassInfo | None) -> bool:
        if isinstance(node, cst.Name):
            return node.value == name
        if isinstance(node, cst.Attribute):
            return self._reads(node.value, name, owner)
        if isinstance(node, cst.Call):
            return self._reads(node.func, name, owner) or self._given(node, name, owner)
        if isinstance(node, cst.Param):
            return node.default is not None and self._reads(node.default, name, owner)
        return any(self._reads(child, name, owner) for child in node.children)

    def _given(self, call: cst.Call, name: str, owner: ClassInfo | None) -> bool:
        """Whether an argument reads it that is not left out."""
        without = self.state.dialect.constructor_without
        to_base = _is_base(call.func)
        callee = self._base(owner) if to_base else self._own(call.func)
        for argument in call.args:
            keyword = argument.keyword.value if argument.keyword is not None else ""
            if to_base and callee is None:
                continue  # the framework's own constructor: all of it goes
            if keyword in without:
                if callee is not None and name in names(argument.value) and self.constructor(callee, keyword):
                    return True
            elif self._reads(argument.value, name, owner):
                return True
        return False

    def _own(self, function: cst.BaseExpression) -> FunctionInfo | None:
        found = self.state.module.get(function.value) if isinstance(function, cst.Name) else None
        return found.info.method("__init__") if isinstance(found, Class) else None

    def _base(self, owner: ClassInfo | None) -> FunctionInfo | None:
        found = [base.method("__init__") for base in (owner.bases if owner is not None else [])]
        return next((f for f in found if f is not None), None)


def _is_base(function: cst.BaseExpression) -> bool:
    """``super().__init__``."""
    if not isinstance(function, cst.Attribute) or function.attr.value != "__init__":
        return False
    return isinstance(function.value, cst.Call) and is_name(function.value.func, "super")
