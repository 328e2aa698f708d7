"""Sequential, lists and dictionaries of layers."""

from __future__ import annotations

from typing import Any

import libcst as cst

from translate.rewrite.names import Names


def make(names: Names, kind: str, original: cst.Call, node: cst.Call) -> cst.BaseExpression:
    """``nn.Sequential(...)`` and its like."""
    if kind.startswith("init "):
        return _base_init(kind.removeprefix("init "), node)
    kind, _, form = kind.partition(" ")
    if form == "empty":  # Keras cannot call an empty Sequential
        return cst.parse_expression(names.shorten("keras.layers.Identity()"))
    if kind == "sequential":
        function = cst.parse_expression(names.shorten("keras.Sequential"))
        node = node.with_changes(func=function)
        if form == "mapping" and len(node.args) == 1:
            return node.with_changes(args=[cst.Arg(_values(node.args[0].value))])
        return _sequential(node)
    if not node.args:
        return cst.List([]) if kind == "module_list" else cst.Dict([])
    value = node.args[0].value
    if isinstance(value, (cst.List, cst.ListComp)) and kind == "module_list":
        return _laid_out(value, node)
    if isinstance(value, (cst.Dict, cst.DictComp)) and kind == "module_dict":
        return value
    if isinstance(value, cst.GeneratorExp):
        return cst.ListComp(value.elt, value.for_in)
    return cst.Call(cst.Name("list" if kind == "module_list" else "dict"), [cst.Arg(value)])


def _laid_out(value: Any, node: cst.Call) -> Any:
    """A list keeps the line breaks that the call had around it."""
    return value


def _base_init(kind: str, node: cst.Call) -> cst.Call:
    """``super().__init__(a, b)`` of a class that is itself a Sequential."""
    return _sequential(node) if kind == "sequential" and node.args else node


def _sequential(node: cst.Call) -> cst.Call:
    arguments = list(node.args)
    if not arguments:
        return node
    first = arguments[0]
    if len(arguments) == 1 and first.star == "*":
        return node.with_changes(args=[first.with_changes(star="")])
    elements: list[Any] = []
    for argument in arguments:
        comma = argument.comma
        kind = cst.StarredElement if argument.star else cst.Element
        elements.append(kind(argument.value, comma=comma))
    closing = arguments[-1].whitespace_after_arg
    listed = cst.List(
        elements,
        lbracket=cst.LeftSquareBracket(whitespace_after=node.whitespace_before_args),
        rbracket=cst.RightSquareBracket(whitespace_before=closing),
    )
    return node.with_changes(args=[cst.Arg(listed)], whitespace_before_args=cst.SimpleWhitespace(""))


def _values(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.Call) and node.args and not node.args[0].keyword and not node.args[0].star:
        pairs = node.args[0].value
        if isinstance(pairs, cst.List) and all(_is_pair(e.value) for e in pairs.elements):
            return pairs.with_changes(elements=[_named(e) for e in pairs.elements])
        text = "[layer for _, layer in {0}]"
        parsed = cst.parse_expression(text.format("pairs"))
        assert isinstance(parsed, cst.ListComp)
        return parsed.with_changes(for_in=parsed.for_in.with_changes(iter=pairs))
    return cst.Call(cst.Name("list"), [cst.Arg(cst.Call(cst.Attribute(node, cst.Name("values"))))])


def _is_pair(node: cst.BaseExpression) -> bool:
    return (
        isinstance(node, cst.Tuple) and len(node.elements) == 2 and isinstance(node.elements[0].value, cst.SimpleString)
    )


def _named(element: Any) -> Any:
    """``("conv", layers.Conv2D(8, 3))`` becomes ``layers.Conv2D(8, 3, name="conv")``."""
    name, layer = (part.value for part in element.value.elements)
    return element.with_changes(value=with_name(layer, name))


def with_name(layer: cst.BaseExpression, name: cst.BaseExpression) -> cst.BaseExpression:
    """Only layers of Keras itself are sure to take a name."""
    if not isinstance(layer, cst.Call) or not _of_keras(layer.func):
        return layer
    tight = cst.SimpleWhitespace("")
    argument = cst.Arg(name, cst.Name("name"), cst.AssignEqual(tight, tight))
    arguments = list(layer.args)
    if arguments:
        trailing = arguments[-1].comma
        arguments[-1] = arguments[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        after = arguments[-1].whitespace_after_arg
        arguments[-1] = arguments[-1].with_changes(whitespace_after_arg=tight)
        argument = argument.with_changes(comma=trailing, whitespace_after_arg=after)
    return layer.with_changes(args=[*arguments, argument])


def _of_keras(function: cst.BaseExpression) -> bool:
    text = cst.Module([]).code_for_node(function)
    return text.startswith(("layers.", "keras."))


# methods


def method(kind: str, node: cst.Call) -> cst.BaseExpression:
    """``path.add_module("conv", layer)``, ``blocks.append(layer)``, ``self.add_module(name, layer)``."""
    function = node.func
    if kind == "bare":
        tight = cst.MaybeSentinel.DEFAULT
        return node.with_changes(args=[node.args[0].with_changes(keyword=None, equal=tight), *node.args[1:]])
    assert isinstance(function, cst.Attribute)
    if kind == "setattr":
        return node.with_changes(func=cst.Name("setattr"), args=[cst.Arg(function.value, comma=_COMMA), *node.args])
    if kind.startswith("none "):
        return node
    if kind == "add named":
        layer = with_name(_argument(node, 1), _argument(node, 0))
        return node.with_changes(func=function.with_changes(attr=cst.Name("add")), args=[cst.Arg(layer)])
    if kind == "add sequential" and function.attr.value == "append":
        return node.with_changes(func=function.with_changes(attr=cst.Name("add")))
    if kind == "children sequential":
        return function.with_changes(attr=cst.Name("layers"))
    return node


def attribute_set(node: cst.BaseExpression, renamed: dict[str, str]) -> cst.Assign | None:
    """``setattr(self, "fc", layer)``, with a name that can be written, as an assignment."""
    if not isinstance(node, cst.Call) or len(node.args) != 3 or not isinstance(node.args[1].value, cst.SimpleString):
        return None
    name = node.args[1].value.evaluated_value
    if not isinstance(name, str) or not name.isidentifier():
        return None
    target = cst.Attribute(node.args[0].value, cst.Name(renamed.get(name, name)))
    return cst.Assign([cst.AssignTarget(target)], node.args[2].value)


def set_item(node: cst.BaseExpression) -> cst.Assign:
    """``self.path.add_module("pad", layer)`` where layers are kept by name."""
    assert isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
    target = cst.Subscript(node.func.value, [cst.SubscriptElement(cst.Index(_argument(node, 0)))])
    return cst.Assign([cst.AssignTarget(target)], _argument(node, 1))


_COMMA = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _argument(node: cst.Call, index: int) -> cst.BaseExpression:
    name = ("name", "module")[index]
    found = next((a for a in node.args if a.keyword is not None and a.keyword.value == name), None)
    return found.value if found is not None else node.args[index].value


def child(kind: str, node: cst.Attribute) -> cst.BaseExpression:
    """``self.path.conv``: a layer of a Sequential, by name."""
    _, container, place = kind.split(" ")
    if container == "module_dict":
        key = cst.SimpleString(f'"{node.attr.value}"')
        return cst.Subscript(node.value, [cst.SubscriptElement(cst.Index(key))])
    layers = node.with_changes(attr=cst.Name("layers"))
    return cst.Subscript(layers, [cst.SubscriptElement(cst.Index(cst.Integer(place)))])


def item(names: Names, kind: str, node: cst.Subscript) -> cst.BaseExpression:
    """``self.path[0]`` and ``self.path[:2]`` of a Sequential."""
    if not kind.endswith("sequential"):
        return node
    taken = node.with_changes(value=cst.Attribute(node.value, cst.Name("layers")))
    if kind.startswith("item"):
        return taken
    return cst.Call(cst.parse_expression(names.shorten("keras.Sequential")), [cst.Arg(taken)])
