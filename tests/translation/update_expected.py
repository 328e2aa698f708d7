"""Write fixtures/NAME/expected.py anew, for all or for those named: look at the difference then."""

from __future__ import annotations

import sys

from fixture_files import fixture, names

from translate.translation import translate


def main(chosen: list[str]) -> None:
    for name in chosen or names():
        one = fixture(name)
        text = translate(one.source).code
        path = one.expected_path
        if not path.exists() or path.read_bytes().decode() != text:
            path.write_bytes(text.encode())
            print(f"{name}: written")


if __name__ == "__main__":
    main(sys.argv[1:])
