"""What a file depends on: all that it imports, and what that imports. Cycles are common."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath


def depends(file: str, edges: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All files that ``file`` reaches by ``edges``, in order, without itself."""
    seen = {file}
    todo = [file]
    while todo:
        for other in edges.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return tuple(sorted(seen - {file}))


def digests(contents: Mapping[str, str], edges: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """For each file a hash of its name and content and of those of all files that it reaches.

    ``contents``: hashes of the files. The work grows with files and edges, not with pairs of files: files that reach
    each other share what they reach.
    """
    found: dict[str, str] = {}
    for group in _groups(edges):
        members = set(group)
        below = sorted({found[other] for file in group for other in edges[file] if other not in members})
        names = sorted(f"{file} {contents[file]}" for file in group)
        shared = hashlib.blake2b("\n".join([*names, "", *below]).encode("utf-8", "surrogateescape"), digest_size=16)
        for file in group:
            # Its own name: files of one cycle reach the same files, but are not the same file.
            found[file] = hashlib.blake2b(
                f"{file}\n{shared.hexdigest()}".encode("utf-8", "surrogateescape"), digest_size=16
            ).hexdigest()
    return found


def keys(edges: Mapping[str, tuple[str, ...]], found: Mapping[str, str]) -> dict[str, str]:
    """For each file a hash of all that its translation is decided by; ``found`` is what ``digests`` gives.

    That is what it reaches, and who uses any of these: a class is written by who extends it and by what it is given,
    and whoever imports it goes by how it is written.
    """
    users = _users(edges)
    decided: dict[str, str] = {}
    for file in edges:
        around = {file, *depends(file, edges)}
        around |= {user for other in around for user in users.get(other, ())}
        text = "\n".join([file, *sorted({found[other] for other in around})])
        decided[file] = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    return decided


def _users(edges: Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Who imports each file, also by way of packages that hand its names on."""
    users: dict[str, set[str]] = {}
    for file, others in edges.items():
        for other in others:
            users.setdefault(other, set()).add(file)
    changed = True
    while changed:
        changed = False
        for found in users.values():
            more = {u for p in found if PurePosixPath(p).name == "__init__.py" for u in users.get(p, ())} - found
            found |= more
            changed = changed or bool(more)
    return users


def _groups(edges: Mapping[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """The strongly connected components, those that are reached first (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    for start in edges:
        if start in index:
            continue
        work = [(start, iter(edges[start]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        waiting.add(start)
        while work:
            node, others = work[-1]
            for other in others:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    waiting.add(other)
                    work.append((other, iter(edges[other])))
                    break
                if other in waiting:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group: list[str] = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        waiting.discard(group[-1])
                    yield group
