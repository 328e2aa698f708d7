"""Writing one call the target's way: arguments renamed, defaults left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import libcst as cst

from translate.infer.facts import RECEIVER, Apply, Slot
from translate.infer.sizes import IN_CHANNELS
from translate.rewrite.layout import laid_out
from translate.rewrite.literals import UNKNOWN, literal, same
from translate.rewrite.names import Names
from translate.rewrite.templates import bare, bracketed, constant, fill
from translate.rules import REQUIRED, Dialect, Passing, Signature

_EMPTY = cst.Module([])


@dataclass(slots=True)
class _Argument:
    name: str
    value: cst.BaseExpression
    positional: bool = False
    original: cst.Arg | None = None


class Application:
    """One use of a rule. ``node`` is the call (or attribute) with its parts already translated."""

    def __init__(
        self,
        names: Names,
        apply: Apply,
        node: cst.BaseExpression,
        channels_first: bool,
        dialect: Dialect,
        with_data_format: frozenset[str] = frozenset(),
    ) -> None:
        self.dialect = dialect
        self.with_data_format = with_data_format
        self.breakable = True
        """It stands by itself in its statement, so that it can be broken into lines."""
        self.names = names
        self.apply = apply
        self.node = node
        self.rule = apply.rule
        self.case = apply.case
        self.axes = dict(apply.axes)
        self.extra = dict(apply.extra)
        self.slots: dict[str, Slot] = dict(apply.bound)
        self.channels_first = channels_first

    def write(self) -> cst.BaseExpression:
        node = self._written()
        after = self.rule.data.get("after")
        if after is None or self.apply.write is not None or literal(self.value(after)) in (None, "linear"):
            return node
        layer = {"layer": node, "activation": self._module(self.value(after))}
        both = fill(self.dialect.then, self.names.shorten, lambda key, _how, _item: layer[key])
        return laid_out(spliced(both), self.breakable)

    def _written(self) -> cst.BaseExpression:
        template = (
            self._unsized()
            or self.apply.write
            or (self.case and self.case.write)
            or (None if self._plain() else self.rule.write)
        )
        if template is None:
            return self.call()
        node = laid_out(fill(template, self.names.shorten, self.placeholder), self.breakable)
        if self.channels_first and self.rule.tensors.startswith("image"):
            return cast(cst.BaseExpression, node.visit(_TellFormat(self.with_data_format, self.names)))
        return node

    def _unsized(self) -> str | None:
        """How it is written where nothing tells the size of the input."""
        return (
            self.rule.data.get("unsized") if IN_CHANNELS not in self.extra and IN_CHANNELS not in self.slots else None
        )

    def _plain(self) -> bool:
        """A case without ``write`` of its own, in a rule that has ``keras``, is a plain call."""
        return self.rule.write is None

    def _dtype(self, value: cst.BaseExpression) -> cst.BaseExpression:
        """A type of elements that is given by name."""
        known = literal(value)
        text = self.dialect.dtypes.get(str(known)) if isinstance(known, str) else None
        return value if text is None else cst.parse_expression(self.names.shorten(text))

    def _module(self, activation: cst.BaseExpression) -> cst.BaseExpression:
        """The layer that stands for an activation, which is given by name or as a function."""
        known = literal(activation)
        text = self.dialect.activations.get(str(known).lower()) if known is not UNKNOWN else None
        axis = self.extra.get("activation_axis", "-1")
        if text is not None:
            return cst.parse_expression(self.names.shorten(text.replace("{axis}", axis)))
        template = self.dialect.function if "as_function" in self.extra else self.dialect.activation
        template = template.replace("{axis}", axis)
        return fill(template, self.names.shorten, lambda _key, _how, _item: activation)

    # placeholders

    def placeholder(self, name: str, how: str, item: int | None) -> cst.BaseExpression:
        if name in ("keras", "call"):
            return self.call()
        if name == "callee" and isinstance(self.node, cst.Call):
            return self.node.func
        if how == "module":
            return self._module(self.value(name))
        if how == "dtype":
            return self._dtype(self.value(name))
        if name in self.extra:
            return fill(self.extra[name], self.names.shorten, self.placeholder)
        if name in self.axes:
            return constant(self.axes[name])
        value = self.value(name, item)
        if how == "scalar":
            known = literal(value)
            if isinstance(known, tuple) and len(items := cast(tuple[object, ...], known)) == 1:
                return constant(items[0])
        return value

    def value(self, name: str, item: int | None = None) -> cst.BaseExpression:
        slot = self.slots.get(name)
        if slot is None and name == "self":
            slot = RECEIVER
        if slot is None:
            parameter = self.apply.signature.parameter(name)
            return constant(None if parameter is None or parameter.default is REQUIRED else parameter.default)
        if isinstance(slot, tuple):
            return self._star(slot, item)
        if slot == RECEIVER:
            return self._receiver()
        argument = self._args()[slot].value
        if item is not None and isinstance(argument, (cst.Tuple, cst.List)):
            return argument.elements[item].value
        if item is not None and isinstance(argument, cst.Call):
            return argument.args[item].value
        return argument

    def _star(self, slot: tuple[int, ...], item: int | None) -> cst.BaseExpression:
        arguments = [self._args()[i] for i in slot]
        if len(arguments) == 1 and isinstance(arguments[0].value, (cst.Tuple, cst.List)):
            elements = arguments[0].value.elements
            return arguments[0].value if item is None else elements[item].value
        if item is not None:
            return arguments[item].value
        if len(arguments) == 1 and (arguments[0].star or not self._is_number(arguments[0].value)):
            return arguments[0].value
        parts = [cst.StarredElement(a.value) if a.star else cst.Element(a.value) for a in arguments]
        return tuple_of(parts)

    def _is_number(self, node: cst.BaseExpression) -> bool:
        """``x.repeat(n)`` gives one number, ``x.view(shape)`` and ``x.view((n,) + shape)`` a shape."""
        if isinstance(node, cst.BinaryOperation):
            return self._is_operand(node.left) and self._is_operand(node.right)
        return isinstance(node, (cst.Integer, cst.UnaryOperation))

    def _is_operand(self, node: cst.BaseExpression) -> bool:
        sliced = isinstance(node, cst.Subscript) and isinstance(node.slice[0].slice, cst.Slice)
        return not sliced and not isinstance(node, (cst.Tuple, cst.List))

    def _receiver(self) -> cst.BaseExpression:
        node = self.node.func if isinstance(self.node, cst.Call) else self.node
        assert isinstance(node, cst.Attribute)
        return bare(node.value)

    def _args(self) -> list[cst.Arg]:
        return list(self.node.args) if isinstance(self.node, cst.Call) else []

    # the plain call

    def call(self) -> cst.Call:
        signature = (self.case and self.case.target) or self.rule.target
        assert signature is not None
        given = self._arguments(signature)
        lazy: str | None = self.rule.data.get("lazy") if signature is self.rule.target else self.case and self.case.lazy
        if lazy and any(literal(a.value) is None for a in given.values()):
            signature = Signature(lazy)  # a size that nothing tells
        found = [given[p.name] for p in signature.parameters if p.name in given]
        arguments = self._finish(found, signature)
        tensor = f"{self.dialect.target_tensor}."
        if self.dialect.target_tensor and signature.name.startswith(tensor):
            owner = bracketed(arguments.pop(0).value)
            function: cst.BaseExpression = cst.Attribute(owner, cst.Name(signature.name.removeprefix(tensor)))
        else:
            function = cst.parse_expression(self.names.shorten(signature.name))
        before = self.node.whitespace_before_args if isinstance(self.node, cst.Call) else cst.SimpleWhitespace("")
        if not arguments:
            before = cst.SimpleWhitespace("")
        return cst.Call(function, arguments, whitespace_before_args=before)

    def _arguments(self, signature: Signature) -> dict[str, _Argument]:
        given: dict[str, _Argument] = {}
        set_here = self.case.set if self.case else {}
        parameters = self.apply.signature.parameters
        for position, parameter in enumerate(parameters):
            name = self._name(position, parameter.name)
            passing = self.rule.arguments.get(name)
            if passing is None:
                passing = Passing((name,)) if signature.parameter(name) else Passing()
            for target in passing.targets:
                if target in set_here or signature.parameter(target) is None:
                    continue
                argument = self._argument(name, target, passing, signature)
                if argument is not None:
                    given[target] = argument
        for target, text in set_here.items():
            value = fill(text, self.names.shorten, self.placeholder)
            known = literal(value)
            if known is UNKNOWN or not same(known, self._default(signature, target)):
                given[target] = _Argument(target, value)
        if self.channels_first:
            self._first(signature, given)
        return given

    def _name(self, position: int, name: str) -> str:
        if position == 0 and name == "self":
            return self.rule.source[0].parameters[0].name
        return name

    def _argument(self, name: str, target: str, passing: Passing, signature: Signature) -> _Argument | None:
        default = self._default(signature, target)
        slot = self.slots.get(name)
        original: cst.Arg | None = None
        if name in self.axes:
            value: cst.BaseExpression = constant(self.axes[name])
        elif slot is None:
            parameter = self.apply.signature.parameter(name)
            if parameter is None or parameter.default is REQUIRED or parameter.star:
                return None
            value = constant(parameter.default)
        else:
            value = self.value(name)
        if isinstance(slot, int) and slot != RECEIVER:
            original = self._args()[slot]
        value, known = self._converted(value, passing)
        first = (
            slot is not None and signature.parameters[0].name == target
        )  # as in MaxPooling2D(2): it says what is made
        if known is not UNKNOWN and default is not REQUIRED and same(known, default) and not first:
            return None
        return _Argument(target, value, slot is not None and (original is None or original.keyword is None), original)

    def _converted(self, value: cst.BaseExpression, passing: Passing) -> tuple[cst.BaseExpression, Any]:
        known = literal(value)
        if passing.values is not None and known is not UNKNOWN and known in passing.values:
            known = passing.values[known]
            return constant(known), known
        if passing.inverted:
            if known is not UNKNOWN:
                known = round(1 - known, 12) if passing.inverted == "1 -" else not known
                return constant(known), known
            operator = cst.Not() if passing.inverted == "not" else None
            if operator is not None:
                return cst.UnaryOperation(operator, bracketed(value)), known
            return cst.BinaryOperation(cst.Integer("1"), cst.Subtract(), bracketed(value)), known
        return value, known

    def _default(self, signature: Signature, target: str) -> Any:
        parameter = signature.parameter(target)
        return REQUIRED if parameter is None else parameter.default

    def _first(self, signature: Signature, given: dict[str, _Argument]) -> None:
        """Layers that see space are told where the channels are."""
        if not self.rule.tensors.startswith("image"):
            return
        if self._default(signature, "data_format") is None:
            given["data_format"] = _Argument("data_format", constant("channels_first"))
        elif self._default(signature, "axis") == -1 and "axis" not in given:
            given["axis"] = _Argument("axis", constant(1))

    def _finish(self, found: list[_Argument], signature: Signature) -> list[cst.Arg]:
        """Required arguments, and the first two, may go by position as in the source; those of functions all may."""
        function = signature.name.rpartition(".")[2][:1].islower()
        names = [p.name for p in signature.parameters]
        arguments: list[cst.Arg] = []
        in_order = True
        for index, argument in enumerate(found):
            place = names.index(argument.name)
            in_order = in_order and place == index
            parameter = signature.parameters[place]
            unnamed = argument.positional or (argument.original is None and parameter.required)
            by_position = in_order and unnamed and (parameter.required or place < 2 or function)
            in_order = in_order and by_position
            arguments.append(_arg(argument, by_position))
        return _commas(_with_lost_comments(arguments, self._args()), self._args())


def spliced(node: cst.BaseExpression) -> cst.BaseExpression:
    """``Sequential(Sequential(a, b), c)`` as ``Sequential(a, b, c)``."""
    if not isinstance(node, cst.Call):
        return node
    arguments: list[cst.Arg] = []
    for argument in node.args:
        value = argument.value
        inner = isinstance(value, cst.Call) and bool(value.args) and value.func.deep_equals(node.func)
        parts = value.args if isinstance(value, cst.Call) and inner else [argument]
        arguments += [*parts[:-1], parts[-1].with_changes(comma=argument.comma)]
    return node.with_changes(args=arguments)


class _TellFormat(cst.CSTTransformer):
    """Tells the layers that a template makes besides the main one where the channels are."""

    def __init__(self, layers: frozenset[str], names: Names) -> None:
        super().__init__()
        self.texts = {names.text(layer) for layer in layers}

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        told = any(a.keyword is not None and a.keyword.value == "data_format" for a in updated_node.args)
        if told or _EMPTY.code_for_node(updated_node.func) not in self.texts:
            return updated_node
        arguments = [a.with_changes(comma=_SPACED) if a is updated_node.args[-1] else a for a in updated_node.args]
        new = cst.Arg(constant("channels_first"), cst.Name("data_format"), _TIGHT)
        return updated_node.with_changes(args=[*arguments, new])


_SPACED = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
_TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


def _arg(argument: _Argument, by_position: bool) -> cst.Arg:
    keyword = None if by_position else cst.Name(argument.name)
    tight = cst.SimpleWhitespace("")
    equal = cst.AssignEqual(tight, tight) if keyword is not None else cst.MaybeSentinel.DEFAULT
    if argument.original is not None:
        old = argument.original
        if keyword is not None and old.keyword is not None:
            return old.with_changes(keyword=keyword, value=argument.value)
        return old.with_changes(keyword=keyword, value=argument.value, equal=equal, star="")
    return cst.Arg(argument.value, keyword, equal)


def _with_lost_comments(arguments: list[cst.Arg], original: list[cst.Arg]) -> list[cst.Arg]:
    """Comments behind arguments that are left out move to the argument before."""
    if not any(_comment(a.comma) for a in original):
        return arguments
    texts = [_code(a.comma) for a in arguments]
    result = list(arguments)
    for index, old in enumerate(original):
        if not _comment(old.comma) or _code(old.comma) in texts:
            continue
        kept = [i for i, a in enumerate(result) if any(a.comma is o.comma for o in original[:index])]
        if kept:
            result[kept[-1]] = result[kept[-1]].with_changes(comma=old.comma)
    return result


def _code(comma: cst.Comma | cst.MaybeSentinel) -> str:
    return _EMPTY.code_for_node(comma) if isinstance(comma, cst.Comma) else ""


def _comment(comma: cst.Comma | cst.MaybeSentinel) -> bool:
    return "#" in _code(comma)


def _commas(arguments: list[cst.Arg], original: list[cst.Arg]) -> list[cst.Arg]:
    """Commas between arguments, the last one's only where the source had one or a comment hangs on it."""
    result: list[cst.Arg] = []
    trailing = bool(original) and isinstance(original[-1].comma, cst.Comma)
    between = _between(original)
    for index, argument in enumerate(arguments):
        last = index == len(arguments) - 1
        comma: cst.Comma | cst.MaybeSentinel = argument.comma
        if last and not _comment(comma):
            comma = original[-1].comma if trailing else cst.MaybeSentinel.DEFAULT
        elif not last and not isinstance(comma, cst.Comma):
            comma = between
        changes: dict[str, Any] = {"comma": comma}
        if last:
            changes["whitespace_after_arg"] = (
                original[-1].whitespace_after_arg if original else cst.SimpleWhitespace("")
            )
        result.append(argument.with_changes(**changes))
    return result


def _between(original: list[cst.Arg]) -> cst.Comma:
    """What stands between arguments: a line break where each of the source's has a line of its own."""
    commas = [a.comma for a in original[:-1] if isinstance(a.comma, cst.Comma) and not _comment(a.comma)]
    broken = [c for c in commas if "\n" in _code(c)]
    return broken[0] if broken and len(broken) == len(commas) else _SPACED


def tuple_of(parts: list[cst.Element | cst.StarredElement]) -> cst.Tuple:
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    spaced: list[Any] = [p.with_changes(comma=comma) for p in parts[:-1]]
    last = parts[-1].with_changes(comma=cst.Comma() if len(parts) == 1 else cst.MaybeSentinel.DEFAULT)
    return cst.Tuple([*spaced, last])
