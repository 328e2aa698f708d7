"""The whole way for one source text."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import libcst as cst

from translate.diagnostics import Diagnostic
from translate.infer.elsewhere import Elsewhere
from translate.infer.facts import Finding
from translate.infer.module_names import as_imports
from translate.infer.pieces import recognised
from translate.infer.program import NOTHING, Stated
from translate.infer.reading import defined, read
from translate.infer.state import State
from translate.interfaces import Unit, units
from translate.rewrite.rewriting import rewrite
from translate.rules import RuleSet, load
from translate.suppression import Suppressions
from translate.syntax import ParseError, Positions, parse

Target = Literal["tf", "torch"]
Layout = Literal["channels_last", "channels_first"]
Io = Literal["target", "source"]


class SourceError(ValueError):
    """The source text cannot be read as Python; ``line`` and ``column`` are 1-based (0: not known)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@dataclass(frozen=True)
class Translation:
    """What came out."""

    code: str
    diagnostics: tuple[Diagnostic, ...] = ()
    translated: dict[str, int] = field(default_factory=dict[str, int])
    """How often each API of the source was translated, e.g. ``{"torch.nn.Conv2d": 7}``."""
    units: tuple[Unit, ...] = ()
    layout: Layout = "channels_last"
    classes: dict[str, str] = field(default_factory=dict[str, str])
    """Functions of the source that became classes, and static methods that became one or the other: new names."""

    suppressed: int = 0
    """How many diagnostics the source says are known."""

    sized: dict[str, tuple[tuple[int, str, str], ...]] = field(
        default_factory=dict[str, tuple[tuple[int, str, str], ...]]
    )
    """Functions that took tensors and take their channels now: where, by which name, and what that is called now."""

    def made_by(self, model: str) -> str:
        """The expression that makes the translation of what ``model`` makes: ``LeNet.build(3)`` may be ``LeNet(3)``."""
        if self.sized:
            from translate.staging.given_inputs import sized_call

            model = sized_call(model, self.sized)
        named = re.match(r"\w+(\.\w+)*", model)
        new = self.classes.get(named[0]) if named else None
        return model if named is None or new is None else new + model[named.end() :]

    @property
    def complete(self) -> bool:
        """Nothing was left untranslated."""
        return all(d.is_note for d in self.diagnostics)

    def to_json(self) -> dict[str, Any]:
        """Plain data, as docs/report.md describes it."""
        return {
            "complete": self.complete,
            "layout": self.layout,
            "diagnostics": [d.to_json() for d in self.diagnostics],
            "suppressed": self.suppressed,
            "translated": dict(sorted(self.translated.items())),
            "classes": self.classes,
            "units": [asdict(unit) for unit in self.units],
            "code": self.code,
        }


def translate(
    text: str,
    to: Target = "tf",
    *,
    layout: Layout = "channels_last",
    io: Io = "target",
    rules: tuple[Path, ...] = (),
    ignore: tuple[str, ...] = (),
) -> Translation:
    """Translate one source text. Never imports or runs it.

    ``layout`` and ``io`` belong to ``to="tf"``: PyTorch code is channels first. ``ignore``: codes of diagnostics that
    are known everywhere in it, as ``# translate: ignore[T101]`` says it of a line. Raises SourceError if it is not
    Python, RuleError if a folder of rules cannot be used, ValueError if the options do not go together.
    """
    if to == "torch" and (layout != "channels_last" or io != "target"):
        raise ValueError("layout and io belong to the translation to Keras; PyTorch code is channels first")
    return written(analyse(prepare(text, to, rules, ignore), layout, io))


Sized = dict[str, tuple[tuple[int, str, str], ...]]


@dataclass(frozen=True)
class Prepared:
    """A source text as inference takes it."""

    module: cst.Module
    positions: Positions
    rules: RuleSet
    known: Suppressions
    found: tuple[Finding, ...] = ()
    stated: Stated = NOTHING
    classes: dict[str, str] = field(default_factory=dict[str, str])
    sized: Sized = field(default_factory=Sized)


@dataclass(frozen=True)
class Analysis:
    """What is known of a source text before it is written anew."""

    source: Prepared
    state: State
    layout: Layout


def prepare(text: str, to: Target, rules: tuple[Path, ...] = (), ignore: tuple[str, ...] = ()) -> Prepared:
    """Parse a text; functional code becomes classes, old names new ones. Raises as translate."""
    try:
        module = parse(text)
    except ParseError as error:
        raise SourceError(str(error), error.line, error.column) from None
    loaded = load(rules, to)
    try:
        positions = Positions(module, text)
        known = Suppressions(text, ignore)
        module = as_imports(recognised(module, loaded), loaded)
        if to == "tf":
            return Prepared(module, positions, loaded, known)
        from translate.staging import stage  # as much again to import as the rest
        from translate.staging.builder_methods import without_builder_methods
        from translate.staging.building import kept_builds, merge_build, stated
        from translate.staging.constants import inline_constants
        from translate.staging.given_inputs import without_given_inputs
        from translate.staging.inlining import inline_lambdas
        from translate.staging.keras1 import modernised
        from translate.staging.keywords import inline_keywords
        from translate.staging.partials import inline_partials
        from translate.staging.settings import inline_settings
        from translate.staging.star_imports import without_stars
        from translate.staging.static_builders import without_static_builders

        lifted = without_static_builders(without_stars(module, loaded))
        plain = without_builder_methods(modernised(lifted.module))
        sized = without_given_inputs(inline_constants(inline_partials(plain)))
        module = inline_settings(inline_keywords(sized.module), loaded)

        built = merge_build(module)
        staged = stage(inline_lambdas(built))
        found = (*staged.findings, *kept_builds(built))
        classes = {c.function: c.name for c in staged.classes}
        classes |= {old: classes.get(new, new) for old, new in lifted.names.items()}
        return Prepared(staged.module, positions, loaded, known, found, stated(module), classes, sized.functions)
    except RecursionError:
        raise SourceError(_TOO_DEEP) from None


def define(source: Prepared, layout: Layout, elsewhere: Elsewhere) -> State | None:
    """What a text defines and makes, without what it computes; None if it is nested too deeply."""
    try:
        first = layout == "channels_first"
        return defined(source.module, source.rules, channels_first=first, stated=source.stated, elsewhere=elsewhere)
    except RecursionError:
        return None


def analyse(source: Prepared, layout: Layout, io: Io, elsewhere: Elsewhere | None = None) -> Analysis:
    """Read a text, and of the other files of its project, ``elsewhere``, what it uses. Raises SourceError."""
    try:
        return _analysed(source, layout, io, elsewhere)
    except RecursionError:
        raise SourceError(_TOO_DEEP) from None


def _analysed(source: Prepared, layout: Layout, io: Io, elsewhere: Elsewhere | None) -> Analysis:
    module, rules, found = source.module, source.rules, source.found
    first = layout == "channels_first"
    state = read(
        module, rules, channels_first=first, source_io=io == "source", stated=source.stated, elsewhere=elsewhere
    )
    facts = state.facts
    facts.found = [f for f in facts.found if not _follows(f, found)]
    facts.found += found
    lost = bool(facts.conflicts or facts.lost)
    if lost and not rules.dialect.last:  # layers of PyTorch take nothing but channels first
        where = (facts.conflicts or facts.lost)[0]
        facts.found.append(Finding(where, "T105", _NOT_FOLLOWED, statement=None))
    if not first and lost and rules.dialect.last:
        where = (facts.conflicts or facts.lost)[0]
        first, state = True, read(module, rules, channels_first=True, elsewhere=elsewhere)
        state.facts.found.append(Finding(where, "N203", _KEPT_FIRST, statement=None))
    state.sealed = True
    return Analysis(source, state, "channels_first" if first or not rules.dialect.last else layout)


def written(one: Analysis) -> Translation:
    """The translation of a text that was read. Raises SourceError if it is nested too deeply."""
    source, facts = one.source, one.state.facts
    rules, positions = source.rules, source.positions
    first = one.layout == "channels_first" and rules.dialect.last

    def is_known(finding: Finding) -> bool:
        line = positions.of(finding.node, finding.statement)[0]
        return bool(source.known) and source.known.covers(line, finding.code)

    try:
        done = rewrite(source.module, facts, rules, channels_first=first, known=is_known)
    except RecursionError:
        raise SourceError(_TOO_DEEP) from None
    diagnostics = {Diagnostic(*positions.of(f.node, f.statement), f.code, f.message, f.help) for f in facts.found}
    for old, new in done.renamed.items():
        diagnostics.add(Diagnostic(1, 1, "N204", f"{old!r} is called {new!r}: Keras has no room for the name"))
    kept, suppressed = source.known.apply(sorted(diagnostics))
    return Translation(
        done.code,
        tuple(sorted(kept)),
        done.translated,
        tuple(units(facts, rules.dialect, lambda node: positions.of(node, node)[0])),
        one.layout,
        source.classes,
        suppressed,
        source.sized,
    )


def _follows(one: Finding, found: tuple[Finding, ...]) -> bool:
    """Whether a model is not translated because the function around it is not, about which there is a finding."""
    from translate.infer.dotted import walk

    if one.code != "T102" or not one.message.startswith("keras.Model is not translated"):
        return False
    return any(f.code == "T106" and any(n is one.node for n in walk(f.node)) for f in found)


_TOO_DEEP = "nested too deeply to be translated"
_NOT_FOLLOWED = "how axes are arranged could not be followed from here"
_KEPT_FIRST = (
    "the whole file is kept channels first, as in the source: how axes are arranged could not be followed everywhere"
)
