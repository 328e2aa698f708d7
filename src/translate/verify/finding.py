"""Finding out how the models of a file are built and fed, so that nobody has to say it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from translate.discover import Entry
from translate.verify.asking import Answer, ask
from translate.verify.result import Options
from translate.verify.workers import Server

_SECONDS = 120.0
"""For one model."""
_MORE = 60.0
"""After so much more, for imports, it is ended."""


@dataclass(frozen=True)
class Plan:
    """How one model is built and what it is fed."""

    name: str
    model: str
    """The expression."""
    inputs: tuple[str, ...]
    said: tuple[str, ...] = ()
    """Where model and inputs are from, for people."""
    problem: str = ""
    """Why there are none."""
    translated_model: str = ""
    """The expression that makes the translation, if it is another."""
    weights: str = ""
    made_up: bool = False
    """Whether nobody builds it with such arguments; then it may be no model that stands by itself."""


def find(
    source: Path | str,
    framework: str,
    entries: Iterable[Entry],
    inputs: Sequence[str] = (),
    *,
    options: Options | None = None,
    server: Server | None = None,
) -> Iterator[Plan]:
    """A plan for each entry. ``inputs``, if given, are the ones that the models are to take.

    Models are built and called in processes of their own; always answers. ``framework`` is ``torch`` or ``keras``.
    """
    options = options or Options()
    seconds = min(_SECONDS, 0.5 * options.time_limit)
    for entry in entries:
        with tempfile.TemporaryDirectory(prefix="translate-find-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            path = source
            if isinstance(path, str):
                path = folder / "source.py"
                path.write_text(str(source), encoding="utf-8")
            request = {
                "job": "discover",
                "source": str(path.resolve()),
                "framework": framework,
                "entry": entry.to_json(),
                "inputs": list(inputs),
                "seconds": seconds,
            }
            limits = min(options.time_limit, seconds + _MORE), options.memory_limit
            yield _plan(
                entry, ask(request, folder, *limits, network=options.network, backend=options.backend, server=server)
            )


def _plan(entry: Entry, answer: Answer) -> Plan:
    invented = all(build.origin.startswith("made up") for build in entry.builds)
    data = answer.data or {"model": "", "inputs": [], "said": [], "problem": answer.failure}
    try:
        texts = tuple(map(str, data["inputs"])), tuple(map(str, data["said"]))
        return Plan(entry.name, str(data["model"]), *texts, str(data["problem"]), made_up=invented)
    except (KeyError, TypeError):  # the user's code wrote over it
        return Plan(entry.name, "", (), (), "its answer was not readable", made_up=invented)
