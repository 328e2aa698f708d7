"""Every rule says of PyTorch and of Keras what the installed frameworks say of themselves.

PyTorch's functions that are not written in Python have no signature to inspect: those are read from its type stubs,
and from the first line of their documentation.
"""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import ast
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_overloads

import jsonschema
import pytest
import yaml

torch = pytest.importorskip("torch")
keras = pytest.importorskip("keras")

RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(p for p in RULES.glob("*/*.yaml") if p.parent.name != "torch")
SCHEMA = json.loads((RULES / "schema.json").read_text(encoding="utf-8"))
OPEN = "..."
REQUIRED = "<required>"


@dataclass(frozen=True)
class Parameter:
    name: str
    default: Any = REQUIRED
    """REQUIRED, OPEN if not stated, or the value; what is no literal as text."""
    kind: str = "plain"
    """plain, keyword, * or **"""


Parameters = tuple[Parameter, ...]


def rules() -> Iterator[Any]:
    seen: dict[str, int] = {}
    for path in FILES:
        for rule in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
            spelled = rule["torch"]
            name = (spelled if isinstance(spelled, str) else spelled[0]).partition("(")[0]
            name = f"{path.stem}:{name.removeprefix('torch.')}"
            seen[name] = seen.get(name, 0) + 1
            yield pytest.param(rule, id=name if seen[name] == 1 else f"{name}#{seen[name]}")


EVERY_RULE = list(rules())


def spellings(rule: dict[str, Any]) -> list[str]:
    return [rule["torch"]] if isinstance(rule["torch"], str) else rule["torch"]


# --- reading signatures


def literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def parsed(definition: ast.FunctionDef) -> Parameters:
    a = definition.args
    plain = [*a.posonlyargs, *a.args]
    found = [Parameter(p.arg) for p in plain[: len(plain) - len(a.defaults)]]
    found += [Parameter(p.arg, _open(d)) for p, d in zip(plain[len(found) :], a.defaults, strict=True)]
    if a.vararg:
        found.append(Parameter(a.vararg.arg, kind="*"))
    for p, d in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        found.append(Parameter(p.arg, REQUIRED if d is None else _open(d), "keyword"))
    if a.kwarg:
        found.append(Parameter(a.kwarg.arg, kind="**"))
    return tuple(found)


def _open(node: ast.expr) -> Any:
    value = literal(node)
    return OPEN if value is Ellipsis else value


def written(text: str) -> Parameters | None:
    """The parameters that a rule writes; None for what cannot be called."""
    _, bracket, rest = text.partition("(")
    if not bracket:
        return None
    definition = ast.parse(f"def f({rest}: pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    return parsed(definition)


def inspected(signature: inspect.Signature) -> Parameters:
    kinds = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
        inspect.Parameter.KEYWORD_ONLY: "keyword",
    }
    return tuple(
        Parameter(p.name, REQUIRED if p.default is p.empty else p.default, kinds.get(p.kind, "plain"))
        for p in signature.parameters.values()
    )


@cache
def stub(file: str, cls: str | None = None) -> dict[str, list[Parameters]]:
    """The overloads of the functions in a stub file, or of the methods of one of its classes."""
    path = Path(torch.__file__).parent / file
    body: list[ast.stmt] = ast.parse(path.read_text(encoding="utf-8")).body
    if cls:
        body = next(n for n in body if isinstance(n, ast.ClassDef) and n.name == cls).body
    found: dict[str, list[Parameters]] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(parsed(node))
    return found


def documented(thing: Any) -> list[Parameters]:
    """The signature that the documentation begins with."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    match = next((m for line in lines[:3] if (m := re.match(r"[\w.]+\((.*)\) *(->.*)?$", line.strip()))), None)
    try:
        definition = ast.parse(f"def f({match[1]}): pass").body[0] if match else None
    except SyntaxError:
        return []
    return [parsed(definition)] if isinstance(definition, ast.FunctionDef) else []


def resolve(name: str) -> Any:
    """What a dotted name stands for. Raises AttributeError."""
    import importlib

    parts = name.split(".")
    thing: Any = importlib.import_module(parts[0])
    for i, part in enumerate(parts[1:], 2):
        try:
            thing = getattr(thing, part)
        except AttributeError:
            try:
                thing = importlib.import_module(".".join(parts[:i]))
            except ImportError:
                raise AttributeError(name) from None
    return thing


def torch_signatures(name: str) -> list[Parameters]:
    thing = resolve(name)
    owner, _, last = name.rpartition(".")
    if owner == "torch.nn.functional" and hasattr(torch.nn.functional, f"_{last}"):
        thing = getattr(torch.nn.functional, f"_{last}")  # behind a switch over return_indices
    if isinstance(thing, type) and issubclass(thing, torch.nn.Module):
        if thing.__init__ is torch.nn.Module.__init__ and thing is not torch.nn.Module:
            return [()]
        stated = get_overloads(thing.__init__)
        if stated:
            return [inspected(inspect.signature(o))[1:] for o in stated]
        return [inspected(inspect.signature(thing))]
    if owner == "torch.Tensor":
        found = stub("_C/__init__.pyi", "TensorBase").get(last, [])
    elif owner == "torch":
        found = stub("_C/_VariableFunctions.pyi").get(last, []) or stub("_C/__init__.pyi").get(last, [])
    elif owner == "torch.nn.functional":
        found = stub("_C/_nn.pyi").get(last, []) or stub("_C/_VariableFunctions.pyi").get(last, [])
    else:
        found = []
    if inspect.isfunction(inspect.unwrap(thing)):
        stated = inspected(inspect.signature(thing))
        return documented(thing) if [p.kind for p in stated] == ["*"] else [stated]
    method = [(Parameter("self"), *d) for d in documented(thing)] if owner == "torch.Tensor" else documented(thing)
    if method:  # the stub leaves some defaults open
        found = [f for f in found if all(p.default != OPEN for p in f)]
    try:
        return [*found, *method] or [inspected(inspect.signature(thing))]
    except (TypeError, ValueError):
        return []


# --- comparing


def same_default(ours: Any, theirs: Any) -> bool:
    if REQUIRED in (ours, theirs):
        return ours is theirs
    if theirs == OPEN or (isinstance(theirs, str) and str(ours) == theirs.rpartition(".")[2]):
        return True
    if isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        return list(ours) == list(theirs)
    return ours == theirs and isinstance(ours, str) == isinstance(theirs, str)


ALSO = {"axis": "dim", "keepdims": "keepdim"}
"""PyTorch takes NumPy's names too, and says so nowhere."""
DEFAULT_LAYOUTS = {"layout", "memory_format"}
"""Where None and the default mean the same."""


def pairs(ours: Parameters, theirs: Parameters, by_name: bool) -> Iterator[tuple[Parameter, Parameter | None]]:
    """Our parameters, each with theirs: that in the same place, which has the same name in a rule's first spelling."""
    named = {p.name: p for p in theirs}
    places = [p for p in theirs if p.kind in ("plain", "*")]
    for i, p in enumerate(ours):
        other = places[i] if i < len(places) and p.kind != "keyword" else None
        if other is None or (other.name != p.name and by_name and i > 0 and p.kind == "plain"):
            other = named.get(p.name) or named.get(ALSO.get(p.name, ""))
        yield p, other


def agree(ours: Parameter, theirs: Parameter | None) -> bool:
    if theirs is None:
        return False
    if ours.kind in ("*", "**") or theirs.kind in ("*", "**"):
        return ours.kind == theirs.kind or (ours.kind == "*" and theirs.kind == "plain")  # view(*shape), view(shape)
    empty = theirs.default in (None, ())
    if ours.default == REQUIRED and empty:
        return True  # a rule for those calls only that give it
    return same_default(ours.default, theirs.default) or (
        ours.default is None and (empty or ours.name in DEFAULT_LAYOUTS)
    )


def fits(ours: Parameters, theirs: Parameters, by_name: bool) -> bool:
    """Whether what a rule states is true of that signature.

    It need not state parameters that can be left out: a call with one of those finds no rule.
    """
    taken = []
    for a, b in pairs(ours, theirs, by_name):
        if b is None and any(p.kind == "**" for p in theirs):
            continue
        if b is None or not agree(a, b):
            return False
        taken.append(b.name)
    return all(p.default != REQUIRED or p.kind in ("*", "**") or p.name in taken for p in theirs)


def fits_all(ours: Parameters, overloads: list[Parameters], by_name: bool) -> bool:
    """Whether it states several overloads as one: what only some of them have must have a default then."""
    rows = [dict(pairs(ours, theirs, by_name)) for theirs in overloads]
    return len(overloads) > 1 and all(
        any(agree(p, row[p]) for row in rows)
        or (p.default in (None, False) and any(row[p] is None for row in rows) and any(row[p] for row in rows))
        for p in ours
    )


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_rule_file_follows_the_schema(path: Path) -> None:
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    validator = jsonschema.Draft202012Validator(SCHEMA)
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(entries)]
    assert not errors, "\n".join(errors)


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_torch_signature(rule: dict[str, Any]) -> None:
    unknown = []
    for i, text in enumerate(spellings(rule)):
        name = text.partition("(")[0]
        if not name.startswith("torch"):
            continue
        ours = written(text)
        if ours is None:
            owner = name.rpartition(".")[0]
            assert owner == "torch.nn.Module" or resolve(name) is not None
            continue
        theirs = torch_signatures(name)
        if not theirs:
            unknown.append(name)
            continue
        true = any(fits(ours, t, i == 0) for t in theirs) or fits_all(ours, theirs, i == 0)
        assert true, f"{text}\nPyTorch has:\n" + "\n".join(map(str, theirs))
    if unknown:
        pytest.skip(f"PyTorch states no signature of {', '.join(unknown)}")


@pytest.mark.parametrize(
    "text",
    [
        "torch.nn.LeakyReLU(negative_slope=0.02, inplace=False)",
        "torch.nn.Linear(out_features, in_features, bias=True, device=None, dtype=None)",
        "torch.nn.functional.gelu(input, approximate='tanh')",
        "torch.softmax(input, dim=-1, dtype=None)",
        "torch.Tensor.clamp(self, minimum=None, max=None)",
    ],
)
def test_a_wrong_signature_is_found(text: str) -> None:
    ours, theirs = written(text), torch_signatures(text.partition("(")[0])
    assert ours is not None
    assert not any(fits(ours, t, True) for t in theirs)
    assert not fits_all(ours, theirs, True)


@cache
def target(name: str) -> Any:
    """What Keras, or a helper's file, has under a name."""
    if name.startswith("helpers."):
        name = name.removeprefix("helpers.")
        names: dict[str, Any] = {}
        exec((RULES / "helpers" / f"{name}.py").read_text(encoding="utf-8"), names)
        return names[name]
    return resolve(name)


def check_target(text: str) -> None:
    thing = target(text.partition("(")[0])
    ours = written(text)
    if ours is None:
        return
    theirs = {p.name: p for p in inspected(inspect.signature(thing))}
    if set(theirs) == {"args", "kwargs"}:  # keras.Sequential says no more
        theirs = {p.name: p for p in inspected(inspect.signature(thing.__init__))}
    for p in ours:
        assert p.name in theirs, f"{text}: no parameter {p.name!r} in {list(theirs)}"
        assert p.kind in ("*", "**") or same_default(p.default, theirs[p.name].default), (
            f"{text}: {p.name} is {theirs[p.name].default!r}"
        )


def targets(rule: dict[str, Any]) -> Iterator[str]:
    for entry in (rule, *(rule.get("cases") or [])):
        if entry.get("keras"):
            yield entry["keras"]


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_keras_signature(rule: dict[str, Any]) -> None:
    for text in targets(rule):
        check_target(text)
    written_texts = [text for entry in (rule, *(rule.get("cases") or [])) for text in [entry.get("write") or ""]]
    written_texts += [text for case in rule.get("cases") or [] for text in (case.get("set") or {}).values()]
    for text in written_texts:
        for name in re.findall(r"(?<![\w.'])(?:keras|helpers)(?:\.\w+)+", text):
            target(name)


def around(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules for what a rule's layer stands in, of whose arguments it may speak."""
    found = [p.values[0] for p in EVERY_RULE if "within" in rule]
    return [r for r in found if any(text.partition("(")[0] == rule["within"] for text in spellings(r))]


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_names_within_the_rule(rule: dict[str, Any]) -> None:
    """Arguments, conditions and templates speak of parameters that exist, and nothing required is forgotten."""
    source = {p.name for p in written(spellings(rule)[0]) or (Parameter("self"),)}
    every = source | {p.name for text in spellings(rule) for p in written(text) or (Parameter("self"),)}
    every |= {"taken"} if "taken" in rule else set()
    every |= {p.name for other in around(rule) for text in spellings(other) for p in written(text) or ()}
    wanted = {p.name: p for text in targets(rule) for p in written(text) or ()}
    open_ended = any(p.kind == "**" for p in wanted.values()) or not wanted
    passed = set()
    for name, right in (rule.get("arguments") or {}).items():
        assert name in every, f"no source parameter {name!r}"
        texts = right if isinstance(right, list) else [right["to"] if isinstance(right, dict) else right]
        for text in filter(None, texts):
            goal = re.sub(r"^(1 - |not )|^axis\(|\)$", "", text)
            passed.add(goal)
            assert open_ended or goal in wanted, f"no target parameter {goal!r}"
    for entry in (rule, *(rule.get("cases") or [])):
        for goal in entry.get("set") or {}:
            assert goal in wanted, f"no target parameter {goal!r}"
            passed.add(goal)
        condition = entry.get("only")
        if isinstance(condition, dict):
            assert set(condition) <= every
        elif condition:
            tree = ast.parse(condition, mode="eval")
            called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
            names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called}
            assert names <= every | {"input", "self"}, f"{condition}: {names - every}"
        if "role" in rule:
            continue
        for text in (entry.get("write") or "", *(entry.get("set") or {}).values()):
            for place in re.findall(r"(?<!\{)\{(?:scalar\()?(\w+)(?:\.\d+)?\)?\}(?!\})", text):
                assert place in every | {"keras", "input"}, f"{text}: no parameter {place!r}"
    if rule.get("keras") and "write" not in rule and "code" not in rule and "role" not in rule and passed:
        for p in written(rule["keras"]) or ():
            given = p.name in passed or p.name in source
            replaced = all(
                "write" in c or "keras" in c or p.name in (c.get("set") or {}) for c in rule.get("cases") or [{}]
            )
            assert given or p.default != REQUIRED or p.kind in ("*", "**") or replaced, f"{p.name!r} is never given"


@pytest.mark.parametrize("path", sorted((RULES / "helpers").glob("*.py")), ids=lambda p: p.stem)
def test_helper_is_one_definition(path: Path) -> None:
    """It is copied as it stands: one definition with the file's name and a docstring; imports: keras and helpers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    definitions = [n for n in tree.body if not isinstance(n, (ast.Import, ast.ImportFrom))]
    others = [a.name for n in tree.body if isinstance(n, ast.ImportFrom) and n.level == 1 for a in n.names]
    assert all((path.parent / f"{name}.py").is_file() for name in others)
    assert not [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.level != 1]
    imports = [a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names]
    assert [n.name for n in definitions if isinstance(n, (ast.ClassDef, ast.FunctionDef))] == [path.stem]
    assert len(definitions) == 1
    assert imports in ([], ["keras"])
    assert ast.get_docstring(definitions[0])
    texts = [f.read_text(encoding="utf-8") for f in FILES] + [
        p.read_text(encoding="utf-8") for p in (RULES.parent / "src").rglob("*.py")
    ]
    assert any(f"helpers.{path.stem}" in t for t in texts), "no rule uses it"
