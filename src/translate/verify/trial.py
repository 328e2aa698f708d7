"""Finding out in the worker how a model is built and fed: the job ``discover``."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from translate.verify.load import UserError, UserFile
from translate.verify.spec import Input, Inputs
from translate.verify.trial_search import Search, Sizes, Tensors, first_sizes
from translate.verify.trial_sizes import Freedom, described
from translate.verify.trial_subject import Subject

_SHARE_OF_BUILDING = 0.4
_INPUT_SHAPES = (64, 96, 128)


class NothingError(Exception):
    """No inputs, or no way to build, was found; the message says what was tried."""


def run(request: dict[str, Any], progress: Callable[[str], None]) -> dict[str, Any]:
    """Try the ``entry`` of a request: ``name``, ``model``, ``inputs`` and ``said``, or the ``problem``."""
    path, entry = Path(request["source"]), request["entry"]
    progress("importing the framework")
    subject = _subject(request["framework"], UserFile(path, "source", path))
    progress(f"looking for what {entry['name']} takes")
    return tried(subject, entry, request["inputs"], request["seconds"])


def _subject(framework: str, file: UserFile) -> Subject:
    if framework == "torch":
        from translate.verify.trial_torch import TorchSubject

        return TorchSubject(file)
    from translate.verify.trial_keras import KerasSubject

    return KerasSubject(file)


def tried(subject: Subject, entry: dict[str, Any], inputs: Sequence[str], seconds: float) -> dict[str, Any]:
    """How one model is built and fed: ``model``, ``inputs`` and ``said``; or the ``problem``."""
    started = time.monotonic()
    problem = ""
    for build in entry["builds"]:
        spent = time.monotonic() - started
        if problem and spent > seconds * _SHARE_OF_BUILDING:
            break
        try:
            one = _Trial(subject, entry, build["text"], started + seconds)
            texts, said = one.given(inputs) if inputs else one.found()
        except UserError as error:
            problem = problem or f"{build['text']}: {error}"
            continue
        except NothingError as error:
            problem = problem or f"{build['text']}: {error}"
            continue
        model = f"{one.text} ({build['origin']})"
        return {"name": entry["name"], "model": one.text, "inputs": texts, "said": [model, said], "problem": ""}
    return {"name": entry["name"], "model": "", "inputs": [], "said": [], "problem": problem or "nothing builds it"}


class _Trial:
    """One model, built in one way."""

    def __init__(self, subject: Subject, entry: dict[str, Any], text: str, until: float) -> None:
        self.subject, self.entry, self.text, self.until = subject, entry, text, until
        self.model = subject.build(text)
        self.known = subject.known(self.model)
        if self.known:
            self._made_small()

    def _made_small(self) -> None:
        """Large images only where they have to be."""
        assert self.known is not None
        shape = self.known[0].dimensions
        sizes = [d for d in shape[1:-1] if isinstance(d, int)]
        if not self.entry["sizes"] or len(self.known) > 1 or not sizes or min(sizes) <= max(_INPUT_SHAPES):
            return
        call = ast.parse(self.text, mode="eval").body
        keyword: str = self.entry["sizes"][0]
        if not isinstance(call, ast.Call) or keyword in [k.arg for k in call.keywords]:
            return
        for size in _INPUT_SHAPES:
            smaller = f"({', '.join(str(size if isinstance(d, int) else None) for d in shape[1:-1])}, {shape[-1]})"
            text = f"{self.text.rstrip(')')}{', ' if call.args or call.keywords else ''}{keyword}={smaller})"
            try:
                model = self.subject.build(text)
            except UserError:
                continue
            self.text, self.model, self.known = text, model, self.subject.known(model)
            return

    def given(self, texts: Sequence[str]) -> tuple[list[str], str]:
        """The inputs that the user names: whether the model takes them. Raises NothingError."""
        from translate.verify import sizes

        inputs = Inputs.parse(texts)

        def accepts(at: Sizes) -> None:
            problem = self.subject.run(self.model, inputs, at).problem
            if problem is not None:
                raise problem

        if inputs.is_plain and len(inputs.inputs) < 2:
            sizes.first(inputs, accepts)
        return list(texts), "inputs as given"

    def found(self) -> tuple[list[str], str]:
        """Inputs that the model takes. Raises NothingError."""
        if self.known is not None and self._settled(self.known):
            return list(Inputs(self.known, {}).render()), "inputs: the model tells"
        names = [t.name for t in self.known] if self.known else list(self.entry["parts"])
        arguments = self.subject.names(self.model)
        keyed = arguments[0] if self.entry["keyed"] and len(arguments) == 1 and not self.known else ""
        names = names or arguments
        if not names:
            raise NothingError("it takes no arguments")
        problem = None
        for cheap in (True, False) if self.subject.can_be_cheap(self.model) else (False,):
            half = time.monotonic() + (self.until - time.monotonic()) / 2 if cheap else self.until
            renew = partial(self.subject.build, self.text) if self.subject.keeps_traces(self.model) else None
            search = Search(self.subject, self.model, names, keyed, half, cheap, renew)
            result = search.run(self._starts())
            if result is not None:
                return self._free(search, *result)
            problem = problem or search.problem
        raise NothingError(_no_inputs(names, problem))

    def _settled(self, tensors: Tensors) -> bool:
        """Whether nothing is left to find out."""
        if not all(isinstance(d, int) or d == "N" for t in tensors for d in t.dimensions):
            return False
        return all(t.is_float for t in tensors)

    def _starts(self) -> Iterator[tuple[Tensors, Sizes]]:
        self.origins: list[str] = []
        if self.known:
            for level in range(4):
                self.origins.append("the model tells")
                yield self.known, first_sizes(self.known, level)
        names = list(self.entry["parts"]) or self.subject.names(self.model)
        for example in self.entry["examples"]:
            if len(example["inputs"]) == len(names):
                self.origins.append(example["origin"])
                yield _from_example(names, example["inputs"], self.subject)
        self.origins.append("")

    def _free(self, search: Search, tensors: Tensors, sizes: Sizes) -> tuple[list[str], str]:
        told = list(search.told)
        freedom = Freedom(tensors, dict(sizes), search.accepts, min(self.until, time.monotonic() + 30), {})
        freedom.find()
        found = freedom.tensors
        at = dict(freedom.sizes)
        if search.cheap:
            problem = self.subject.run(self.model, search.describe(found), at).problem
            if problem is not None:
                raise problem
        inputs = described(found, freedom.ranges, first_sizes(found, 0), search.describe(found))
        origin = self.origins[-1] if self.origins else ""
        how = origin or (f"from {', '.join(dict.fromkeys(told))}" if told else "")
        return list(inputs.render()), f"inputs: {how or 'by trial'}"


def _from_example(names: Sequence[str], hints: Sequence[dict[str, Any]], subject: Subject) -> tuple[Tensors, Sizes]:
    """Tensors whose sizes all have names, and the sizes that the example has."""
    sizes: Sizes = {}
    found: list[Input] = []
    for name, hint in zip(names, hints, strict=True):
        shape: list[int | None] = hint["shape"]
        letters = _letters(len(shape), subject.framework, hint["dtype"])
        dimensions: list[str] = []
        for letter, size in zip(letters, shape, strict=True):
            value = size if size is not None else first_sizes((Input("", "float32", (letter,)),), 0)[letter]
            value = min(value, 4) if letter == "N" else value
            while sizes.setdefault(letter, value) != value and letter != "N":
                letter += "1" if letter[-1].isalpha() else ""
                letter = letter[:-1] + str(int(letter[-1]) + 1)
            dimensions.append(letter)
        below = hint["below"] or Input.below
        found.append(Input(name, hint["dtype"], tuple(dimensions), below))
    return tuple(found), sizes


def _letters(rank: int, framework: str, dtype: str) -> Sequence[str]:
    if rank == 4 or rank == 5:
        space = ["H", "W"] if rank == 4 else ["D", "H", "W"]
        return ["N", "C", *space] if framework == "torch" else ["N", *space, "C"]
    letters = ["N", "T", "F"] if "int" not in dtype else ["N", "T", "S"]
    if rank == 2 and "int" not in dtype:
        return ["N", "F"]
    return letters[:rank] if rank <= 3 else ["N", *(f"S{i}" for i in range(1, rank))]


def _no_inputs(names: Sequence[str], problem: UserError | None) -> str:
    what = f"found no inputs that it takes for {', '.join(names)}"
    return f"{what}; tried first: {problem}" if problem else what
