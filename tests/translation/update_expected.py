"""Write expected.py of the fixtures anew, for all or for those named: look at the difference then."""

from __future__ import annotations

import sys

from fixture_files import BACK, FIXTURES, fixture, names

from translate.translation import translate


def main(chosen: list[str]) -> None:
    every = [(folder, name) for folder in (FIXTURES, BACK) for name in names(folder)]
    for folder, name in every:
        if chosen and name not in chosen:
            continue
        one = fixture(name, folder)
        text = translate(one.source, to="tf" if folder == FIXTURES else "torch").code
        path = one.expected_path
        if not path.exists() or path.read_bytes().decode() != text:
            path.write_bytes(text.encode())
            print(f"{name}: written")


if __name__ == "__main__":
    main(sys.argv[1:])
