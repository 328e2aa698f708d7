"""Files written for Keras 1, said in the words of Keras 2 (``rules/sizes/keras1.sizes.yml``)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import libcst as cst

from translate.rules import rules_directory
from translate.rules.files import read_file
from translate.staging.program import imported
from translate.staging.table import table
from translate.staging.trees import Keeping, dotted, within

MERGE = "keras.layers.merge"
_PREFIX = "merge_"
_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


@lru_cache
def words() -> dict[str, Any]:
    """Raises RuleError if the file cannot be read."""
    return cast("dict[str, Any]", read_file(rules_directory() / "sizes" / "keras1.sizes.yml"))


def modernised(module: cst.Module) -> cst.Module:
    """The file in the words of Keras 2, if it is in those of Keras 1."""
    if not any(word in module.code for word in (*words()["keywords"], "merge(", "image_dim_ordering", "input=")):
        return module
    reader = _Reader(module)
    if not reader.is_old(module):
        return module
    changed = module.visit(reader)
    if not reader.merges:
        return changed
    names = ", ".join(f"{name} as {_PREFIX}{name}" for name in sorted(reader.merges))
    line = cst.parse_statement(f"from {reader.package} import {names}")
    place = next(i for i, s in enumerate(changed.body) if _imports(s)) + 1
    return changed.with_changes(body=[*changed.body[:place], line, *changed.body[place:]])


def _imports(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[0], (cst.Import, cst.ImportFrom)
    )


class _Reader(Keeping):
    def __init__(self, module: cst.Module) -> None:
        super().__init__()
        self.imports: dict[str, str] = {}
        self.merges: set[str] = set()
        self.package = "keras.layers"
        for node in within(module):
            if isinstance(node, (cst.Import, cst.ImportFrom)):
                self.imports.update(imported(node))
        if any(name.startswith("tensorflow.") for name in self.imports.values()):
            self.package = "tensorflow.keras.layers"

    def name(self, node: cst.BaseExpression) -> str:
        """What a call is about, by its present name; '' if it is not of Keras."""
        text = dotted(node)
        root, dot, rest = (text or "").partition(".")
        if root not in self.imports:
            return ""
        full = self.imports[root] + dot + rest
        if full == MERGE or full.endswith("layers.merge.merge"):
            return MERGE
        name = table().canonical(full)
        return words()["classes"].get(name, name)

    def is_old(self, module: cst.Module) -> bool:
        old = set(words()["keywords"]) | {"nb_row", "nb_col"}
        for node in within(module, enter=True):
            if not isinstance(node, cst.Call):
                continue
            name = self.name(node.func)
            given = {a.keyword.value for a in node.args if a.keyword is not None}
            if name == MERGE or name.endswith(".image_dim_ordering"):
                return True
            if name.startswith("keras.") and (given & old or (name == "keras.Model" and given & {"input", "output"})):
                return True
        return False

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        name = self.name(original_node.func)
        if name == MERGE:
            return self._merge(updated_node)
        if not name.startswith("keras."):
            return updated_node
        arguments = _renamed(name, _window(name, list(updated_node.args)))
        return updated_node if arguments == list(updated_node.args) else updated_node.with_changes(args=arguments)

    def _merge(self, node: cst.Call) -> cst.Call:
        given = {a.keyword.value: a for a in node.args if a.keyword is not None}
        plain = [a for a in node.args if a.keyword is None]
        mode = given.get("mode", plain[1] if len(plain) > 1 else None)
        known = mode.value.evaluated_value if mode and isinstance(mode.value, cst.SimpleString) else None
        name = words()["merges"].get("sum" if mode is None else known)
        if name is None or not plain:
            return node
        self.merges.add(name)
        arguments = [plain[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)]
        axis = given.get("concat_axis" if name == "concatenate" else "dot_axes")
        if axis is not None:
            keyword = cst.Name("axis" if name == "concatenate" else "axes")
            arguments.append(axis.with_changes(keyword=keyword, comma=cst.MaybeSentinel.DEFAULT))
        return node.with_changes(func=cst.Name(_PREFIX + name), args=arguments)


def _window(name: str, arguments: list[cst.Arg]) -> list[cst.Arg]:
    """``(64, 3, 3)`` and ``nb_row=3, nb_col=3`` as ``(64, (3, 3))``."""
    parts: list[str] = words()["windows"].get(name, [])
    if not parts:
        return arguments
    plain = [a for a in arguments if a.keyword is None]
    by_name = [a for a in arguments if a.keyword is not None and a.keyword.value in parts]
    used = plain[1 : 1 + len(parts)] if len(plain) > len(parts) else by_name
    if len(used) != len(parts) or any(a.star for a in plain):
        return arguments
    elements = [cst.Element(a.value, comma=_COMMA) for a in used]
    elements[-1] = elements[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    whole = cst.Arg(cst.Tuple(elements), comma=used[-1].comma)
    if used is by_name:
        whole = whole.with_changes(keyword=cst.Name("kernel_size"), equal=_TIGHT)
    return [whole if a is used[0] else a for a in arguments if a is used[0] or a not in used]


def _renamed(name: str, arguments: list[cst.Arg]) -> list[cst.Arg]:
    known = {**words()["keywords"], **words()["words"].get(name, {})} if table().is_layer(name) else {}
    known = known or words()["words"].get(name, {})
    found: list[cst.Arg] = []
    for argument in arguments:
        keyword = argument.keyword.value if argument.keyword is not None else ""
        literal = _literal(argument.value)
        if known and keyword in words()["gone"] and literal == repr(words()["gone"][keyword]):
            continue
        new = known.get(keyword, keyword)
        if new != keyword:
            argument = argument.with_changes(keyword=cst.Name(new))
        values: dict[Any, str | None] = words()["values"].get(new, {})
        if values and isinstance(argument.value, cst.SimpleString):
            value = argument.value.evaluated_value
            argument = argument.with_changes(value=cst.parse_expression(repr(values.get(value, value))))
        found.append(argument)
    return found


def _literal(node: cst.BaseExpression) -> str:
    return node.value if isinstance(node, (cst.Integer, cst.Name)) else ""
