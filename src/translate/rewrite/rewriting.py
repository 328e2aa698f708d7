"""From a tree and what is known of it to the text of the translation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from translate.infer.facts import Facts, Finding
from translate.rewrite.helpers import definitions
from translate.rewrite.imports import rewrite_imports
from translate.rewrite.leftovers import leftovers
from translate.rewrite.names import Names
from translate.rewrite.transformer import Transformer
from translate.rules import RuleSet


@dataclass(frozen=True)
class Rewritten:
    code: str
    translated: dict[str, int]
    """How often each API of the source was translated."""
    renamed: dict[str, str]
    """Attributes and classes that cannot keep their name in the target, and what they are called now."""
    left: list[Finding]
    """Statements that still use the source framework, though no finding says so."""


def rewrite(
    module: cst.Module, facts: Facts, rules: RuleSet, *, channels_first: bool, known: Callable[[Finding], bool]
) -> Rewritten:
    """Writes the module anew. What is left of the source framework is marked, unless it is ``known`` to the user."""
    written = _rewrite(module, facts, rules, channels_first, known)
    if not written.left:
        return written
    facts.found += written.left
    facts.kept.update(f.node for f in written.left)
    return _rewrite(module, facts, rules, channels_first, known)


def _rewrite(
    module: cst.Module, facts: Facts, rules: RuleSet, channels_first: bool, known: Callable[[Finding], bool]
) -> Rewritten:
    defined = {n.name.value for n in module.body if isinstance(n, (cst.ClassDef, cst.FunctionDef))}
    names = Names(facts.names, rules.dialect, defined)
    transformer = Transformer(facts, rules, names, channels_first)
    transformer.mark(known)
    changed = module.visit(transformer)
    assert isinstance(changed, cst.Module)
    helpers = definitions(names, rules)
    adapters = "\n\n".join(transformer.adapters.written.values())
    changed = rewrite_imports(changed, names, rules.dialect, "\n\n".join(t for t in (helpers, adapters) if t))
    renamed = {**transformer.classes.renamed, **transformer.classes.classes}
    left = leftovers(module, changed, facts, rules, transformer.origins)
    return Rewritten(changed.code, transformer.translated, renamed, left)
