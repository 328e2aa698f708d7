"""The models in fixtures/: their translation is the text kept there, and computes the same."""

from __future__ import annotations

import ast
import inspect
import os
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
from fixture_files import Fixture, fixture, names

from translate.translation import translate
from translate.verify import Options, Verification

WHOLE = names()


def verify(one: Fixture, code: str, folder: Path, **options: Any) -> Verification:
    pytest.importorskip("torch")
    pytest.importorskip("keras")
    from translate.verify.check import compare_models

    translated = folder / "translated.py"
    translated.write_text(code, encoding="utf-8")
    source = folder / "source.py"
    source.write_text(one.source, encoding="utf-8")
    return compare_models(source, translated, one.model, one.inputs, Options(examples=1, **options))


# the text


@pytest.mark.parametrize("name", names())
def test_translation_is_the_expected_text(name: str):
    one = fixture(name)
    assert translate(one.source).code == one.expected_path.read_bytes().decode()


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_is_left_of_pytorch(name: str):
    done = translate(fixture(name).source)
    assert done.complete, done.diagnostics
    assert "torch" not in _without_documentation(done.code)


@pytest.mark.parametrize("name", WHOLE)
def test_translating_again_changes_nothing(name: str):
    expected = fixture(name).expected_path.read_bytes().decode()
    again = translate(expected)
    assert again.code == expected
    assert again.diagnostics == ()
    assert again.translated == {}


def test_stops_with_a_diagnostic_and_a_mark():
    source = fixture("pixel_pairs").source.replace("[:, :, rows, columns]", "[:, rows, :, columns]")
    done = translate(source)
    assert [d.code for d in done.diagnostics if not d.is_note] == ["T103"]
    assert not done.complete
    marked = [line for line in done.code.splitlines() if "# TODO(translate): T103" in line]
    assert len(marked) == 1
    ast.parse(done.code)


def _without_documentation(code: str) -> str:
    """Without comments and docstrings, where a fixture or a helper may speak of PyTorch."""
    return ast.unparse(_NoDocumentation().visit(ast.parse(code)))


class _NoDocumentation(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return ast.Pass() if isinstance(node.value, ast.Constant) else node


# what it computes


@pytest.mark.parametrize("name", WHOLE)
def test_computes_the_same(name: str, tmp_path: Path):
    one = fixture(name)
    result = verify(one, translate(one.source).code, tmp_path)
    assert result.verdict == "equal", result.message


# channels first, and the source's order of axes outside


FIRST = ["channel_shuffle", "lenet", "patch_embedding", "residual", "squeeze_excite", "unet"]


@pytest.mark.parametrize("name", FIRST)
def test_channels_first_text(name: str):
    done = translate(fixture(name).source, layout="channels_first")
    assert done.complete
    assert done.layout == "channels_first"
    for call, names_of_layer in _spatial(done.code):
        assert 'data_format="channels_first"' in call.replace("'", '"'), names_of_layer
    assert not re.search(r"transpose\([^()]*, \(0, (3, 1, 2|2, 3, 1)\)\)", done.code)


def _spatial(code: str) -> list[tuple[str, str]]:
    """The calls of layers that see space."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if re.search(r"(Conv2D|Conv2DTranspose|Pooling2D|Padding2D|Cropping2D|UpSampling2D)$", called):
                found.append((ast.unparse(node), called))
    assert found
    return found


@pytest.fixture
def convolves_channels_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow convolves channels first on a GPU only: turn the images round it."""
    pytest.importorskip("keras")
    backend = import_module("keras.src.backend.tensorflow.nn")
    for name in ("conv", "conv_transpose"):
        monkeypatch.setattr(backend, name, _turned_round(getattr(backend, name)))


def _turned_round(convolve: Callable[..., Any]) -> Callable[..., Any]:
    signature, tf = inspect.signature(convolve), import_module("tensorflow")

    def run(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        if given.get("data_format") != "channels_first":
            return convolve(**given)
        rank = len(given["inputs"].shape)
        last, first = [0, *range(2, rank), 1], [0, rank - 1, *range(1, rank - 1)]
        turned = {**given, "inputs": tf.transpose(given["inputs"], last), "data_format": "channels_last"}
        return tf.transpose(convolve(**turned), first)

    return run


@pytest.mark.usefixtures("convolves_channels_first")
@pytest.mark.parametrize("name", FIRST)
def test_channels_first_computes_the_same(name: str, tmp_path: Path):
    one = fixture(name)
    done = translate(one.source, layout="channels_first")
    same = (("", ""),)
    result = verify(one, done.code, tmp_path, input_arrangements=same, output_arrangements=same, training=False)
    assert result.verdict == "equal", result.message


@pytest.mark.parametrize("name", ["lenet", "patch_embedding", "cbam"])
def test_source_order_outside_computes_the_same(name: str, tmp_path: Path):
    one = fixture(name)
    done = translate(one.source, io="source")
    same = (("", ""),)
    result = verify(one, done.code, tmp_path, input_arrangements=same, output_arrangements=same, training=False)
    assert result.verdict == "equal", result.message
