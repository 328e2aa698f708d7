"""Calling the translator, and turning what can go wrong there into one line."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from translate.problems import Problem
from translate.project.source import Source
from translate.project.syntax_check import check_nesting, syntax_error, too_deep
from translate.translation import Io, Layout, SourceError, Translation, translate

if TYPE_CHECKING:
    from translate.project.neighbours import Neighbours


class Exhausted(Problem):
    """Where there is more memory, it may go well."""


def translate_source(
    source: Source,
    to: Literal["tf", "torch"],
    layout: Layout,
    io: Io,
    rules: tuple[Path, ...],
    ignore: tuple[str, ...] = (),
    around: tuple[Neighbours, str] | None = None,
) -> Translation:
    """Translate ``source``. Raises Problem for whatever is wrong with it or with the rules.

    ``around``: the other files of its project, and its own name among them.
    """
    from translate.rules import RuleError

    check_nesting(source)
    try:
        if around is not None:
            return around[0].translated(around[1], source.text, ignore)
        return translate(source.text, to, layout=layout, io=io, rules=rules, ignore=ignore)
    except SourceError as error:
        raise syntax_error(source, str(error), error.line, error.column) from None
    except RuleError as error:
        raise Problem(f"{error}; correct the rule") from None
    except RecursionError:
        raise too_deep(source) from None
    except MemoryError:
        raise Exhausted(f"{source.name}: takes more memory to translate than there is; split it up") from None
    except Exception as error:  # a fault of ours: one line for the user, everything for whoever looks for it
        if os.environ.get("TRANSLATE_DEBUG"):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        raise Problem(
            f"{source.name}: a fault in translate itself ({type(error).__name__}: {error}, {where}); nothing written. "
            "Please report it, with what TRANSLATE_DEBUG=1 prints"
        ) from error
