"""What a direction of translation calls the most basic things, and how it stores images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Dialect:
    """One direction, as ``rules/directions.yaml`` describes it."""

    name: str
    """The target framework, as messages call it."""
    origin: str
    """The source framework."""
    source: tuple[str, ...]
    """The packages of the source framework."""
    target: tuple[str, ...]
    module: str
    """The class that all modules of the source extend."""
    tensor: str
    forward: str
    """The method of a module that computes."""
    last: bool
    """Whether images are stored with their channels last in the target (and first in the source), or the other way."""
    transpose: str
    reshape: str
    flatten: str
    """How operations are written that inference chooses by itself."""
    permute_first: str
    """How a layer is written whose input is transposed first."""
    modules: dict[str, tuple[str, str]]
    """Modules of the target: the name that stands for each, and the statement that imports it."""
    left_out: dict[str, list[str]] = field(default_factory=dict[str, "list[str]"])
    """By code of a note: arguments that the target does without."""
    initialised: dict[str, str] = field(default_factory=dict[str, str])
    """By argument that says how a weight begins: the weight."""
    counted_alike: tuple[str, ...] = ()
    """Layers whose weights have their inputs and outputs where the target counts them."""
    call_without: tuple[str, ...] = ()
    """Arguments of modules' calls that the target does without."""
    constructor_without: tuple[str, ...] = ()
    sequential: str = ""
    """The chain of layers, if it takes them one by one."""
    module_list: str = ""
    module_dict: str = ""
    channelwise: str = ""
    """How a vector is written that has a number for each channel of an image."""
    settings: tuple[str, ...] = ()
    """Modules of the source whose functions and classes only set how a layer begins, or is trained."""
    helpers: str = "helpers"
    """The folder of pieces of target code."""
    pieces: str = ""
    """The folder of those that the other direction writes."""
    then: str = ""
    """How a layer is written that an activation follows."""
    activations: dict[str, str] = field(default_factory=dict[str, str])
    """Layers that activations are, by the name that arguments give them."""
    dtypes: dict[str, str] = field(default_factory=dict[str, str])
    """Types of elements, by the name that the source gives them."""
    activation: str = ""
    """How one is written of which only an expression is known."""
    function: str = ""
    """How one is written that is a function."""
    activation_functions: tuple[str, ...] = ()
    """Modules of the source that have functions of the names of activations."""
    target_tensor: str = ""
    """The class of tensors, if rules write its methods."""
    channels_first: dict[str, object] = field(default_factory=dict[str, object])
    """Arguments, and their values, that tell a layer or function of the source to work channels first."""
    shape: str = ""
    """The class of what ``x.shape`` gives, if it has methods of its own."""
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    """Other names of packages of the source."""

    @classmethod
    def read(cls, data: dict[str, Any]) -> Dialect:
        """From what the file says of a direction."""
        modules = {name: (entry["name"], entry["import"]) for name, entry in data["modules"].items()}
        changed: dict[str, Any] = {"modules": modules, "source": tuple(data["source"]), "target": tuple(data["target"])}
        return cls(**{**data, **changed})

    def is_source(self, name: str) -> bool:
        return name.partition(".")[0] in self.source

    def is_target(self, name: str) -> bool:
        return name.partition(".")[0] in self.target

    def to_image(self, rank: int) -> tuple[int, ...]:
        """The transpose from the source's order of axes to the target's: (0, 2, 3, 1) for rank 4 to channels last."""
        return to_last(rank) if self.last else to_first(rank)

    def to_source(self, rank: int) -> tuple[int, ...]:
        return to_first(rank) if self.last else to_last(rank)

    def stored_axis(self, axis: int, rank: int) -> int:
        """Where an axis of the source stands in an image: to channels last, 1 becomes 3 and 2 becomes 1."""
        axis = axis + rank if axis < 0 else axis
        return self.to_image(rank).index(axis)


def to_last(rank: int) -> tuple[int, ...]:
    return (0, *range(2, rank), 1)


def to_first(rank: int) -> tuple[int, ...]:
    return (0, rank - 1, *range(1, rank - 1))
