from __future__ import annotations

import pytest

from translate.project.header import read_header, with_header, without_header
from translate.project.source import decode


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("import keras\n", 0),
        ("", 0),
        ('"""Doc."""\n', 0),
        ("#!/usr/bin/env python\nimport keras\n", 1),
        ("# -*- coding: latin-1 -*-\nimport keras\n", 1),
        ("#!/usr/bin/env python\n# vim: set fileencoding=utf-8 :\nimport keras\n", 2),
        ("# About this file\n# coding: utf-8\nimport keras\n", 2),
        ("# About this file\n\n# coding: utf-8\n", 0),
        ("import a\n# coding is fun\n", 0),
    ],
)
def test_header(code: str, line: int) -> None:
    text = with_header(code, decode(code.encode(), "net.py", None), "tf")
    assert text.splitlines()[line].startswith("# Generated from net.py by translate ")
    assert read_header(text) is not None
    assert without_header(text) == code


def test_what_only_mentions_it_is_not_generated() -> None:
    assert read_header('"""Generated from net.py by translate 1.0 (to tf)."""\n') is None
    assert read_header("\n\n\n\n# Generated from net.py by translate 1.0 (to tf).\n") is None
