"""What the submodules of a model take and give, call by call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from translate.verify.compare import Array


@dataclass(eq=False)
class Event:
    """One call of a submodule. Tensors in nested arguments and results are in one list, in order."""

    module: Any
    """Of either framework; None: the program as a whole, which may be a function."""
    called: str = ""
    """The line of the call: ``model.py:30``."""
    parent: Event | None = None
    children: list[Event] = field(default_factory=list["Event"])
    inputs: list[Array] = field(default_factory=list[Array])
    outputs: list[Array] = field(default_factory=list[Array])
    finished: bool = False
    input_tensors: list[Any] = field(default_factory=list[Any])
    """Those of ``inputs`` that are derived by; None for others. Empty if no gradients are wanted."""
    output_tensors: list[Any] = field(default_factory=list[Any])
    input_gradients: list[Array | None] = field(default_factory=list["Array | None"])
    output_gradients: list[Array | None] = field(default_factory=list["Array | None"])

    @property
    def kind(self) -> str:
        return type(self.module).__name__

    def below(self) -> Iterator[Event]:
        """This and all calls inside of it, in the order in which they began."""
        yield self
        for child in self.children:
            yield from child.below()


class Trace:
    """The calls of one run of a model. ``derives``: gradients by what goes in and out of submodules are wanted."""

    def __init__(self, *, derives: bool = False) -> None:
        self.derives = derives
        self.root = Event(None, finished=True)
        self._open = [self.root]

    def enter(self, module: Any, called: str, inputs: Sequence[Array], tensors: Sequence[Any]) -> Event:
        """A submodule is called."""
        event = Event(module, called, self._open[-1], inputs=list(inputs), input_tensors=list(tensors))
        self._open[-1].children.append(event)
        self._open.append(event)
        return event

    def leave(self, event: Event, outputs: Sequence[Array], tensors: Sequence[Any]) -> None:
        """It came back."""
        while self._open.pop() is not event:  # one inside of it raised, and that was caught
            pass
        event.outputs, event.output_tensors, event.finished = list(outputs), list(tensors), True

    def innermost(self) -> Event:
        """The call that has begun last and has not come back."""
        return self._open[-1]

    def derived(self) -> list[Any]:
        """All tensors that gradients are wanted by."""
        found = [t for e in self.root.below() for t in (*e.input_tensors, *e.output_tensors)]
        return [t for t in found if t is not None]

    def take_gradients(self, gradients: Sequence[Array | None]) -> None:
        """The gradients by ``derived()``, in its order."""
        rest = iter(gradients)
        for event in self.root.below():
            event.input_gradients = [None if t is None else next(rest) for t in event.input_tensors]
            event.output_gradients = [None if t is None else next(rest) for t in event.output_tensors]


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """Nested lists, tuples and dictionaries with each leaf changed; other containers stay as they are."""
    if type(value) in (list, tuple):
        return type(value)(mapped(v, change) for v in value)
    if type(value) is dict:
        return {k: mapped(v, change) for k, v in cast("dict[Any, Any]", value).items()}
    return change(value)
