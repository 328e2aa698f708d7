"""Placeholders of templates: ``{name}``, ``{name.0}``, ``{scalar(name)}``, ``{name=1}``."""

from __future__ import annotations

import re
from functools import cache

PLACEHOLDER = re.compile(r"\{(?:(scalar|module|dtype)\()?(\w+)(?:\.(\d+))?\)?(?:=([^{}]+))?\}")
"""Groups: how it is put in, the name, which item of it, the value with which the argument is left out."""


@cache
def placeholders(template: str) -> frozenset[str]:
    """The names that a template asks for."""
    return frozenset(found[2] for found in PLACEHOLDER.finditer(template))
