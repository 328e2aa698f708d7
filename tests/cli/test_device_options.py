"""``--device`` and ``--backend``: what cannot be used is refused in one line, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_bad_input import refused

from translate.verify import devices
from translate.verify.environment import environment

KERAS = "from tensorflow import keras\n\ndef net():\n    x = keras.Input((3,))\n    return keras.Model(x, x)\n"


@pytest.fixture(autouse=True)
def asked_anew(model: Path) -> None:
    devices.chosen.cache_clear()


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_gpus", lambda: 0)


@pytest.mark.usefixtures("no_gpu")
def test_cuda_without_a_gpu(run, model: Path) -> None:
    says = "--device cuda: there is no GPU", "--device cpu"
    refused(run("model.py", "--to", "tf", "--verify", "--device", "cuda"), *says)
    refused(run("verify", "model.py", "--to", "tf", "--device", "cuda"), *says)
    assert [p.name for p in model.parent.rglob("*") if p.is_file()] == ["model.py"]


@pytest.mark.usefixtures("no_gpu")
def test_auto_without_a_gpu_is_the_cpu() -> None:
    assert devices.chosen("auto", "tensorflow") == "cpu"


def test_a_gpu_that_one_side_cannot_use(run, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a driver, it is said; what is installed here is asked in truth."""
    monkeypatch.setattr(devices, "_gpus", lambda: 1)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    pytest.importorskip("torch")
    refused(
        run("verify", "model.py", "--to", "tf", "--backend", "torch", "--device", "cuda"), "PyTorch cannot use the GPU"
    )
    assert devices.chosen("auto", "torch") == "cpu"


def test_a_backend_that_is_not_installed(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translate.cli.verifying.find_spec", lambda name: None if name == "jax" else True)
    says = "verify --backend jax needs jax", 'pip install "nn-translate[jax]"'
    refused(run("verify", "model.py", "--to", "tf", "--backend", "jax"), *says)
    refused(run("model.py", "--to", "tf", "--verify", "--backend", "jax"), *says)


def test_tensorflow_is_needed_on_its_own_backend_only(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translate.cli.verifying.find_spec", lambda name: None if name == "tensorflow" else True)
    refused(run("verify", "model.py", "--to", "tf"), "verify needs tensorflow")
    other = run("verify", "model.py", "--to", "tf", "--backend", "torch", "--input", "nonsense")
    refused(other, '--input "nonsense"')


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_code_of_tensorflow_on_another_backend(run, model: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translate.cli.verifying.find_spec", lambda _: True)
    (model.parent / "net.py").write_text(KERAS)
    says = "net.py:1: imports tensorflow, so it runs on TensorFlow only", f"leave out --backend {backend}"
    refused(run("net.py", "--to", "torch", "--verify", "--backend", backend), *says)
    refused(run("verify", "net.py", "--to", "torch", "--backend", backend), *says)
    refused(run("verify", "model.py", "net.py", "--backend", backend), "the translation:1: imports tensorflow")
    assert not (model.parent / "net_torch.py").exists()


def test_both_belong_to_verify(run) -> None:
    refused(run("model.py", "--to", "tf", "--backend", "jax"), "belong to --verify")
    refused(run("model.py", "--to", "tf", "--device", "auto"), "belong to --verify")


def test_the_gpu_is_exact_and_the_cpu_hides_it() -> None:
    cpu, gpu = environment("jax"), environment("jax", "cuda")
    assert (cpu["KERAS_BACKEND"], cpu["CUDA_VISIBLE_DEVICES"], cpu["JAX_PLATFORMS"]) == ("jax", "-1", "cpu")
    assert gpu.get("CUDA_VISIBLE_DEVICES") != "-1"
    assert (gpu["NVIDIA_TF32_OVERRIDE"], gpu["JAX_DEFAULT_MATMUL_PRECISION"]) == ("0", "highest")
    assert "--xla_gpu_deterministic_ops=true" in gpu["XLA_FLAGS"]
