"""Rules for the way back, in rules/torch, and those that are read backwards."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest

from translate.rules import REQUIRED, Rule, Signature, load, rules_directory

RULES = load(to="torch")
OWN = [r for r in RULES.rules if r.family.startswith("torch/")]
READ_BACK = [r for r in RULES.rules if not r.family.startswith("torch/")]
ADDED = {
    "name",
    "dtype",
    "trainable",
    "input_shape",
    "input_dim",
    "in_channels",
    "alpha",
    "input_length",
    "normalize",
    "value_channels",
    "key_channels",
}
"""Arguments that every layer of Keras takes, by ``**kwargs``, and two that go on by it."""


def found(name: str) -> Any:
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            value = getattr(value, part, None)
        return value
    return None


def check(signature: Signature, besides: set[str]) -> None:
    """Every parameter that a rule names is there, with the default that the rule states."""
    value = found(signature.name)
    assert value is not None, f"{signature.name} is not there"
    try:
        installed = inspect.signature(value).parameters
    except ValueError:
        pytest.skip(f"no signature is stated of {signature.name}")
    if any(p.kind is p.VAR_POSITIONAL for p in installed.values()):
        return
    for parameter in signature.parameters:
        if parameter.name in besides or parameter.star or parameter.name == "self":
            continue
        assert parameter.name in installed, f"{signature.name} has no parameter {parameter.name}"
        default = installed[parameter.name].default
        if parameter.default is not REQUIRED and default is not inspect.Parameter.empty:
            stated, real = parameter.default, default
            same = stated == real or (isinstance(real, tuple) and all(v == stated for v in real))
            assert same, f"{signature.name}({parameter.name}={real!r})"


def ids(rule: Rule) -> str:
    return f"{rule.family}:{rule.source[0].name}"


@pytest.mark.parametrize("rule", [r for r in OWN if r.source[0].name.startswith("keras.layers.")], ids=ids)
def test_layers_are_as_the_installed_keras_has_them(rule: Rule) -> None:
    pytest.importorskip("keras")
    if rule.source[0].name.startswith("keras.layers.Layer"):
        pytest.skip("methods of the base class take what they get")
    check(rule.source[0], ADDED)


@pytest.mark.parametrize("rule", OWN, ids=ids)
def test_targets_are_as_the_installed_pytorch_has_them(rule: Rule) -> None:
    pytest.importorskip("torch")
    targets = [t for t in (rule.target, *(c.target for c in rule.cases)) if t is not None]
    targets += [Signature(rule.data["lazy"])] if "lazy" in rule.data else []
    for target in targets:
        if target.name.startswith("helpers."):
            assert RULES.helper(target.name.removeprefix("helpers.")), target.name
        elif target.callable and inspect.isclass(found(target.name)):
            check(target, set())
        else:
            assert found(target.name) is not None, target.name


@pytest.mark.parametrize("path", sorted((rules_directory() / "torch" / "helpers").glob("*.py")), ids=lambda p: p.stem)
def test_helper_is_one_definition(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    definitions = [n for n in tree.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))]
    imports = [a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names]
    assert [n.name for n in definitions] == [path.stem]
    assert imports in ([], ["torch"]) or path.stem.startswith("SeparableConv")
    assert ast.get_docstring(definitions[0])


def test_most_operations_are_read_backwards() -> None:
    """One list of rules serves both ways, where what is written is a plain call."""
    assert len(READ_BACK) > 200
    assert all(r.target is not None for r in READ_BACK)


def test_what_a_rule_depends_on_is_said() -> None:
    """Keras divides by n, PyTorch by n - 1 unless told otherwise."""
    (var, *_) = RULES.find("keras.ops.var")
    assert var.cases[0].set == {"unbiased": "False"}


def test_a_case_that_depends_on_the_value_is_not_read_back() -> None:
    squares = [r for r in READ_BACK if r.source[0].name == "keras.ops.square"]
    assert all("pow" not in (r.target.name if r.target else "") for r in squares)
