"""The ResNet-50 of ``keras.applications``, translated to PyTorch, beside torchvision's: time of a forward pass."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring.result import Result
from measuring.turns import in_turns
from translate import translate

_REGIONS = ("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d")
OPERATORS = ("nms", "qnms", *_REGIONS, *(f"_{name}_backward" for name in _REGIONS))
BATCHES = ((8, 224), (8, 64), (1, 224))


def measure() -> list[Result]:
    """The ratio at each batch."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "torch"  # what stays of the source imports Keras, which nothing here runs
    import torch

    # There is no CPU build of torchvision for this torch: its models need no more of its operators than their names.
    library = torch.library.Library("torchvision", "DEF")
    for operator in OPERATORS:
        library.define(f"{operator}(Tensor a) -> Tensor")
    import torchvision

    ours, theirs = _translated().eval(), torchvision.models.resnet50(weights=None).eval()
    results: list[Result] = []
    for batch, size in BATCHES:
        images = torch.randn(batch, 3, size, size, generator=torch.Generator().manual_seed(0))
        with torch.inference_mode():
            seconds = in_turns([ours, theirs], images)
        name = f"ResNet-50 to PyTorch, batch {batch}, {size}x{size}: by torchvision"
        results.append(Result(name, seconds[0] / seconds[1], "x", 1.05))
    return results


def _translated() -> Any:
    spec = importlib.util.find_spec("keras")  # looks for a package without importing it
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).parent / "src" / "applications" / "resnet.py"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resnet_torch.py"
        path.write_text(translate(source.read_text(encoding="utf-8"), to="torch").code, encoding="utf-8")
        made = importlib.util.spec_from_file_location("resnet_torch", path)
        assert made is not None
        assert made.loader is not None
        module = importlib.util.module_from_spec(made)
        sys.modules["resnet_torch"] = module
        made.loader.exec_module(module)
    return module.ResNet50(weights=None, classifier_activation=None)
