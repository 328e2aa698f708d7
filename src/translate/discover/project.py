"""Everything that a project says about the models of one of its files."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from translate.discover import arguments
from translate.discover.entries import Defined, File
from translate.discover.examples import Found, Reader
from translate.discover.hints import Build, Entry, Example, TensorHint
from translate.discover.literals import shape
from translate.discover.structure import parts_of
from translate.discover.texts import Piece, pieces
from translate.discover.words import framework_of, origin

_MADE_UP = "made up"


@dataclass(frozen=True)
class Project:
    """What was found in a file and around it."""

    entries: tuple[Entry, ...]
    """The models that are no parts of others, in the order of the file."""
    read: tuple[str, ...]
    """The other files that were read."""


def discover(
    text: str, framework: str, path: Path | None = None, *, model: str = "", around: Sequence[Path] | None = None
) -> Project:
    """The models in ``text``, how they may be built and what they are fed somewhere.

    ``path`` is where the text is from: the project around it is read too (``around``: these files instead). ``model``
    is an expression that builds the only model that is wanted. Raises SyntaxError if ``text`` is not Python.
    """
    tree = ast.parse(text)
    file = File(tree, framework)
    wanted = [_wanted(file, model)] if model else file.top()
    found = Found()
    own = path.name if path else "the source"
    for piece in pieces(text, own, tree):
        _reader(found, file, piece, own=True).read(piece.tree, piece.first_line)
    read: list[str] = []
    for other in _neighbours(path, file, around):
        for piece in other:
            _reader(found, file, piece, own=False).read(piece.tree, piece.first_line)
        read += [other[0].name] if other else []
    entries = tuple(_entry(file, one, found, own, model) for one in wanted)
    return Project(entries, tuple(read))


def models_of(text: str) -> tuple[set[str], list[str]]:
    """All names at the top of a file, and those of its models that are no parts of others."""
    file = File(ast.parse(text), framework_of(text) or "keras")
    return file.visible, [one.name for one in file.top()]


def _wanted(file: File, model: str) -> Defined | str:
    """The model that an expression builds, as far as its name tells."""
    node = ast.parse(model, mode="eval").body
    called = node.func if isinstance(node, ast.Call) else node
    name = called.id if isinstance(called, ast.Name) else ""
    return file.models.get(name, name)


def _reader(found: Found, file: File, piece: Piece, *, own: bool) -> Reader:
    return Reader(found, set(file.models), file.visible, piece.name, own=own)


def _neighbours(path: Path | None, file: File, around: Sequence[Path] | None) -> list[list[Piece]]:
    if path is None and around is None:
        return []
    from translate.discover.texts import neighbours

    return neighbours(path, set(file.models), around)


def _entry(file: File, one: Defined | str, found: Found, own: str, model: str) -> Entry:
    if isinstance(one, str):  # an expression whose model is defined elsewhere
        return Entry(one or model, "factory", 0, (Build(model, "--model"),))
    builds = [Build(model, "--model")] if model else _builds(file, one, found, own)
    names = dict.fromkeys([one.name, *_makers(file, one.name)])
    examples = [e for name in names for e in found.examples.get(name, [])]
    build = file.method(file.made_by(one.name), "build")
    if build is not None:
        examples += _of_build(build, own)
    function = one.node if isinstance(one.node, ast.FunctionDef) else None
    parts, keyed = parts_of(file.method(file.made_by(one.name), file.forward))
    return Entry(
        one.name, one.kind, one.node.lineno, tuple(builds), tuple(examples), arguments.sizes(function), parts, keyed
    )


def _makers(file: File, name: str) -> list[str]:
    """The class that a factory makes, and what stands between."""
    made: list[str] = []
    while name in file.models and file.models[name].makes and file.models[name].makes not in made:
        name = file.models[name].makes
        made.append(name)
    return made


def _builds(file: File, one: Defined, found: Found, own: str) -> list[Build]:
    """Calls that someone writes, after one with the defaults, before those that are made up."""
    if one.kind == "variable":
        return [Build(one.name, origin(own, one.node.lineno))]
    function = one.node if isinstance(one.node, ast.FunctionDef) else file.method(one.name, "__init__")
    method = isinstance(one.node, ast.ClassDef)
    made = [Build(text, how) for text, how in arguments.calls(one.name, function, file.classes, method=method)]
    without = arguments.without_weights(function, method=method)
    told = [Build(_with(b.text, without), b.origin) for b in found.builds.get(one.name, [])]
    sure = [b for b in made if not b.origin.startswith(_MADE_UP)]
    # What is said without trained weights stands for what fetches them.
    safe = [b for b in told if not _fetches(b.text)]
    rest = [b for b in made if b.origin.startswith(_MADE_UP)]
    unique: dict[str, Build] = {}
    for build in (*sure, *safe, *rest):
        unique.setdefault(build.text, build)
    return list(unique.values())


def _fetches(text: str) -> bool:
    from translate.discover.words import words

    call = ast.parse(text, mode="eval").body
    keywords = call.keywords if isinstance(call, ast.Call) else []
    return any(
        k.arg in words()["weights"] and not (isinstance(k.value, ast.Constant) and not k.value.value) for k in keywords
    )


def _with(text: str, keywords: Sequence[str]) -> str:
    """A call with more keywords, as far as it does not give these."""
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    given = {k.arg for k in call.keywords}
    more = [k for k in keywords if k.partition("=")[0] not in given] if len(call.args) < 2 else []
    call.keywords += [ast.keyword(k.partition("=")[0], ast.Name(k.partition("=")[2])) for k in more]
    return ast.unparse(ast.fix_missing_locations(call))


def _of_build(build: ast.FunctionDef, own: str) -> list[Example]:
    """``def build(self, input_shape=(None, 24, 24, 3))``"""
    defaults = build.args.defaults
    found = shape(defaults[-1], {}) if defaults else None
    return [Example((TensorHint(found),), origin(own, build.lineno))] if found else []
