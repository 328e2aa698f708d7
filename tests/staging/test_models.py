"""Models before and after, with the same weights: equal outputs, and sizes that are true."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import libcst as cst
import numpy as np
import pytest
from oracle import difference, load
from sized import checked_sizes, runnable

from translate.staging import Staged, stage

LONG = pytest.mark.long
MODELS = Path(__file__).parent / "fixtures" / "models.py"
APPLICATIONS = Path(keras.__file__).parent / "src" / "applications"
IMAGE, SMALL, FLAT = (2, 16, 16, 3), (2, 8, 8, 3), (2, 8)
OWN: list[tuple[str, list[tuple[int, ...]]]] = [
    ("shared", [(2, 4), (2, 4)]),
    ("nested", [SMALL]),
    ("model", [SMALL]),
    ("build_unet", [IMAGE]),
    ("unet_pop", [IMAGE]),
    ("nested_loops", [SMALL]),
    ("local_block", [FLAT]),
    ("recurrent", [FLAT]),
    ("factories", [SMALL]),
    ("mnist", [(2, 28, 28)]),
    ("pix2pix", [IMAGE]),
]
ENTRIES = [
    pytest.param("vgg16", "VGG16", 32, marks=LONG),
    ("mobilenet_v2", "MobileNetV2", 32),
    pytest.param("vgg19", "VGG19", 32, marks=LONG),
    pytest.param("resnet", "ResNet50", 32, marks=LONG),
    pytest.param("resnet", "ResNet101", 32, marks=LONG),
    pytest.param("mobilenet", "MobileNet", 32, marks=LONG),
    pytest.param("densenet", "DenseNet121", 32, marks=LONG),
    pytest.param("xception", "Xception", 71, marks=LONG),
    pytest.param("convnext", "ConvNeXtTiny", 32, marks=LONG),
    pytest.param("inception_v3", "InceptionV3", 75, marks=LONG),
    pytest.param("inception_resnet_v2", "InceptionResNetV2", 75, marks=LONG),
    pytest.param("efficientnet", "EfficientNetB0", 32, marks=LONG),
    pytest.param("efficientnet_v2", "EfficientNetV2B0", 32, marks=LONG),
    pytest.param("efficientnet_v2", "EfficientNetV2S", 32, marks=LONG),
    pytest.param("nasnet", "NASNetMobile", 32, marks=LONG),
    pytest.param("mobilenet_v3", "MobileNetV3Small", 32, marks=LONG),
    pytest.param("mobilenet_v3", "MobileNetV3Large", 32, marks=LONG),
]


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


@lru_cache
def read(path: Path, sizes: bool) -> Staged:
    staged = stage(cst.parse_module(path.read_text()), sizes=sizes)
    assert not staged.findings
    return staged


def name_of(staged: Staged, function: str) -> str:
    return next((c.name for c in staged.classes if c.function == function), function)


@pytest.mark.parametrize(("entry", "shapes"), OWN, ids=[e for e, _ in OWN])
def test_own_models(entry: str, shapes: list[tuple[int, ...]], tmp_path: Path) -> None:
    staged = read(MODELS, sizes=False)
    name = name_of(staged, entry)
    inputs = [np.random.default_rng(i).normal(size=s) for i, s in enumerate(shapes)]
    original, after = load(MODELS.read_text(), tmp_path), load(staged.module.code, tmp_path)
    assert difference(original, after, inputs, lambda m: getattr(m, entry)(), lambda m: getattr(m, name)()) < 1e-9

    sized = load(runnable(read(MODELS, sizes=True).module), tmp_path)
    with checked_sizes() as found:
        getattr(sized, name)()(*inputs)
    assert not found["wrong"]


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize(("file", "entry", "size"), ENTRIES)
def test_applications(file: str, entry: str, size: int, top: bool, tmp_path: Path) -> None:
    path = APPLICATIONS / f"{file}.py"
    original = importlib.import_module(f"keras.src.applications.{file}")
    arguments: dict[str, Any] = {"weights": None, "input_shape": (size, size, 3), "include_top": top}
    arguments |= {"classes": 7, "classifier_activation": None} if top else {"pooling": "avg"}

    def build(module: Any) -> Any:
        keras.utils.set_random_seed(1)
        return getattr(module, entry)(**arguments)

    image = np.random.default_rng(1).uniform(0, 255, (2, size, size, 3))
    after = load(read(path, sizes=False).module.code, tmp_path)
    assert difference(original, after, [image], build, build) < 1e-9

    sized = load(runnable(read(path, sizes=True).module), tmp_path)
    with checked_sizes() as found:
        build(sized)(image)
    assert not found["wrong"] and found["right"]


def test_a_fault_is_seen(tmp_path: Path) -> None:
    """The comparison tells a different epsilon."""
    text = (
        "import keras\nfrom keras import layers\n\n\ndef net():\n    x = i = keras.Input((4,))\n"
        "    x = layers.BatchNormalization(epsilon=1e-3)(layers.Dense(3)(x))\n    return keras.Model(i, x)\n"
    )
    after = stage(cst.parse_module(text), sizes=False)
    name = name_of(after, "net")
    inputs = [np.random.default_rng(0).normal(size=(2, 4))]
    original = load(text, tmp_path)
    for changed, right in ((after.module.code, True), (after.module.code.replace("1e-3", "2e-3"), False)):
        one = load(changed, tmp_path)
        found = difference(original, one, inputs, lambda m: m.net(), lambda m: getattr(m, name)())
        assert (found < 1e-9) is right
