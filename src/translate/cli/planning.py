"""Which models are verified, and with what: what the command line says, then pyproject.toml, then what is found."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from translate.cli.errors import CommandError
from translate.cli.verifying import Asked, Pair

if TYPE_CHECKING:
    from translate.discover import Setting
    from translate.verify import Plan
    from translate.verify.workers import Server


def plans(pair: Pair, asked: Asked, server: Server | None) -> Iterator[Plan]:
    """How each model is built and fed, or why that is not known. Raises CommandError."""
    from translate.verify import Inputs, Plan

    Inputs.parse(asked.inputs)
    if asked.model and asked.inputs:
        yield Plan(asked.model, asked.model, asked.inputs, translated_model=asked.translated_model)
        return
    for setting in _settings(pair, asked):
        found = [
            Plan(
                setting.model,
                setting.model,
                setting.inputs,
                (setting.origin,),
                translated_model=setting.translated_model,
                weights=setting.weights,
            )
        ]
        if not (setting.model and setting.inputs):
            found = [
                replace(plan, said=(*filter(None, [setting.origin]), *plan.said), weights=setting.weights)
                for plan in _found(pair, replace(asked, translated_model=setting.translated_model), setting, server)
            ]
        yield from (_with_translated(pair, plan) for plan in found)


def _settings(pair: Pair, asked: Asked) -> list[Setting]:
    """What pyproject.toml says of the source, as far as the command line does not say otherwise."""
    from translate.discover import Setting, SettingError, settings_for

    from_command = Setting("", asked.model, asked.translated_model, asked.inputs)
    if pair.source.path is None or asked.inputs:
        return [from_command]
    try:
        told = settings_for(pair.source.path)
    except SettingError as error:
        raise CommandError(str(error)) from None
    fitting = [s for s in told if not asked.model or s.model == asked.model]
    for setting in fitting:
        _check(setting)
    return fitting or [from_command]


def _check(setting: Setting) -> None:
    from translate.verify import Inputs, SpecError

    try:
        Inputs.parse(setting.inputs)
    except SpecError as error:
        raise CommandError(f'{setting.origin}: "{error.text}": {str(error).splitlines()[0]}') from None


def _found(pair: Pair, asked: Asked, setting: Setting, server: Server | None) -> Iterator[Plan]:
    from translate.cli.verifying import waiting
    from translate.discover import discover
    from translate.verify import find

    framework = "torch" if asked.to == "tf" else "keras"
    source = pair.source
    if setting.model:
        _expression(setting.model)
    project = discover(source.text, framework, source.path, model=setting.model)
    if not project.entries:
        base = "torch.nn.Module" if framework == "torch" else "keras.Model"
        raise CommandError(
            f'{source.name}: no model found: no class derives from {base}; name one, e.g. --model "Net()"'
        )
    for entry in project.entries:
        with waiting(f"Looking for how {entry.name} is built and fed ...", asked.quiet):
            found = list(
                find(
                    source.path or source.text,
                    framework,
                    [entry],
                    setting.inputs,
                    options=asked.options(),
                    server=server,
                )
            )
        for plan in found:
            yield replace(plan, translated_model=asked.translated_model)


def _with_translated(pair: Pair, plan: Plan) -> Plan:
    """In a pair that is not ours the model may be called otherwise on the other side."""
    if pair.translation is not None or plan.translated_model or plan.problem:
        return plan
    name, rest = _expression(plan.model)
    from translate.discover import models_of

    names, tops = models_of(pair.translated_text)
    if not name or name in names:
        return plan
    if len(tops) != 1:
        several = f"it has {', '.join(tops)}" if tops else "no model was found in it"
        problem = f"the translation has no {name}; {several}; say how it is built: --translated-model EXPR"
        return replace(plan, problem=problem, made_up=False)
    return replace(plan, translated_model=tops[0] + rest, said=(*plan.said, f"the translation: {tops[0]}{rest}"))


def _expression(model: str) -> tuple[str, str]:
    """The name that is called, and what follows it. Raises CommandError."""
    try:
        node = ast.parse(model, mode="eval").body
    except SyntaxError as error:
        raise CommandError(f'--model "{model}": {error.msg}; write e.g. "Net()"') from None
    called = node.func if isinstance(node, ast.Call) else node
    return (called.id, model.strip()[len(called.id) :]) if isinstance(called, ast.Name) else ("", "")
