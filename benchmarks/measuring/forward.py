"""A translated ResNet-50 beside the one that comes with Keras: time of a forward pass, and transposes in its graph."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring.lines import corpus_files
from measuring.result import Result
from measuring.turns import in_turns
from translate import translate

BATCHES = ((8, 224), (8, 64), (1, 224))


def measure() -> list[Result]:
    """The ratio at each batch, and the number of transposes."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before the import
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import numpy as np
    import tensorflow as tf

    # Kept until the end: to trace them, TensorFlow reads the source again.
    with tempfile.TemporaryDirectory() as folder:
        results: list[Result] = []
        for batch, size in BATCHES:
            images = tf.constant(np.random.default_rng(0).normal(size=(batch, size, size, 3)).astype("float32"))
            ours: Any = _translated(Path(folder))
            whole = size == 224  # its head wants that; at other sizes only the trunks are run
            theirs: Any = keras.applications.ResNet50(
                weights=None, include_top=whole, input_shape=(size, size, 3), classifier_activation=None
            )
            calls = [_trace(tf, call, images) for call in (ours if whole else ours.features, theirs)]
            seconds = in_turns(calls, images)
            name = f"ResNet-50, batch {batch}, {size}x{size}: by keras.applications"
            results.append(Result(name, seconds[0] / seconds[1], "x", 1.05))
        results.append(Result("transposes in its trunk", _transposes(_trace(tf, ours.features, images)), "", 0))
    return results


def _translated(folder: Path) -> Any:
    source = next(path for path in corpus_files() if path.name == "cafferesnet.py")
    path = folder / "cafferesnet_tf.py"
    path.write_text(translate(source.read_text(encoding="utf-8")).code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("cafferesnet_tf", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["cafferesnet_tf"] = module
    spec.loader.exec_module(module)
    return module.ResNet(module.Bottleneck, [3, 4, 6, 3])


def _trace(tf: Any, model: Any, images: Any) -> Any:
    model(images)  # builds the weights
    return tf.function(model).get_concrete_function(tf.TensorSpec(images.shape, images.dtype))


def _transposes(traced: Any) -> int:
    graphs = [traced.graph.as_graph_def()]
    nodes = [node for graph in graphs for node in graph.node]
    nodes += [node for graph in graphs for function in graph.library.function for node in function.node_def]
    return sum(node.op == "Transpose" for node in nodes)
