"""Whatever the models do, one clear answer comes back and nothing of them is left running."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest
from planted import source, target

from translate.verify import Options, verify, warm
from translate.verify.workers import Server

pytest.importorskip("torch")
pytest.importorskip("keras")

SOURCE = source("self.fc = nn.Linear(5, 4)", "return self.fc(x)")
TARGET = target("self.fc = layers.Dense(4)", "return self.fc(x)")
INPUTS = ["x: float32[N,5]"]

HOSTILE = {
    "raises": ("1 / 0", {}, r"the source raised ZeroDivisionError: division by zero \(--model\)"),
    "hangs": (
        "__import__('time').sleep(1000)",
        {"time_limit": 4.0},
        r"not finished after 4 s, while building the source",
    ),
    "leaves": (
        "__import__('os')._exit(3)",
        {},
        r"ended by itself with exit status 3, without a result, while building .*",
    ),
    "leaves politely": ("__import__('sys').exit(3)", {}, r"the source called sys.exit\(3\)"),
    "is killed": ("__import__('os').abort()", {}, r"crashed in native code \(SIGABRT\), while building the source"),
    "crashes": (
        "__import__('ctypes').string_at(0)",
        {},
        r"crashed in native code \(SIGSEGV\), while building the source",
    ),
    "eats memory": (
        "[bytearray(b'x' * 2**26) for _ in range(10**6)]",
        {"memory_limit": 2**30},
        r"needed more than 1 GiB of memory, while building the source",
    ),
    "eats memory in a child": (
        "__import__('subprocess').run(['python3', '-c', '[bytearray(b\"x\" * 2**26) for _ in range(10**6)]'])",
        {"memory_limit": 2**30},
        r"needed more than 1 GiB of memory, while building the source",
    ),
    "prints for ever": (
        "[print('y' * 10**6) for _ in iter(int, 1)]",
        {"time_limit": 5.0},
        r"not finished after 5 s, while building the source",
    ),
    "connects": (
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        {},
        r"the source raised OSError: no network during verification; --network allows it \(--model\)",
    ),
    "asks for a name": (
        "__import__('urllib.request').request.urlopen('http://localhost/')",
        {},
        r"the source raised .*no network during verification; --network allows it.* \(--model\)",
    ),
    "recurses": ("(lambda f: f(f))(lambda f: f(f))", {}, r"the source raised RecursionError: .*"),
}


@pytest.fixture(scope="module", params=["warm", pytest.param("cold", marks=pytest.mark.long)])
def server(request: pytest.FixtureRequest) -> Generator[Server | None]:
    """Both ways of running a job; the second imports both frameworks for each, which takes long."""
    if request.param == "cold":
        yield None
        return
    with warm() as server:
        if server is None:
            pytest.skip("this system cannot copy a process")
        yield server


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_model_is_told_in_one_line(name: str, server: Server | None) -> None:
    expression, options, message = HOSTILE[name]
    started = time.monotonic()
    result = verify(SOURCE, TARGET, expression, INPUTS, options=Options(**options), server=server)
    assert result.verdict == "failed"
    assert re.fullmatch(message, result.message), result.message
    assert time.monotonic() - started < options.get("time_limit", 20) + 5
    assert len(result.output) <= 4000


def test_a_server_that_was_killed_is_started_again() -> None:
    with warm() as server:
        if server is None:
            pytest.skip("this system cannot copy a process")
        killed = "__import__('os').kill(__import__('os').getppid(), 9) or __import__('time').sleep(9)"
        result = verify(SOURCE, TARGET, killed, INPUTS, server=server)
        assert result.message == "crashed in native code (SIGKILL), while building the source"
        assert verify(SOURCE, TARGET, "Net()", INPUTS, options=Options(examples=1), server=server).verdict == "equal"


def test_what_one_model_does_to_the_frameworks_does_not_reach_the_next(server: Server | None) -> None:
    spoilt = "vars(__import__('torch').nn.functional).update(linear=None) or Net()"
    assert "NoneType" in verify(SOURCE, TARGET, spoilt, INPUTS, server=server).message
    assert verify(SOURCE, TARGET, "Net()", INPUTS, options=Options(examples=1), server=server).verdict == "equal"


def test_a_copy_that_the_model_makes_of_itself_does_not_answer(server: Server | None) -> None:
    result = verify(SOURCE, TARGET, "(__import__('os').fork(), Net())[1]", INPUTS, server=server)
    assert result.verdict == "equal", result.message


def test_printing_a_gigabyte_is_no_trouble(server: Server | None) -> None:
    own = psutil.Process()
    before = own.memory_info().rss
    expression = "[print('y' * 2**20) for _ in range(1024)] and 1 / 0"
    result = verify(SOURCE, TARGET, expression, INPUTS, server=server)
    assert "ZeroDivisionError" in result.message
    assert result.output.endswith("yyy")
    assert own.memory_info().rss - before < 100 * 2**20


@pytest.mark.parametrize("session", [False, True])
def test_children_do_not_outlive_the_verification(tmp_path: Path, session: bool, server: Server | None) -> None:
    note = tmp_path / "pid"
    script = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(1000)"
    child = (
        f"__import__('subprocess').Popen(['python3', '-c', {script!r}], start_new_session={session})"
        " and __import__('time').sleep(2) or 1 / 0"
    )
    result = verify(SOURCE, TARGET, child, INPUTS, server=server)
    assert "ZeroDivisionError" in result.message
    pid = int(note.read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_result_that_the_model_wrote_itself_is_not_believed(tmp_path: Path) -> None:
    place = "__import__('sys').argv[1] + '/result.json'"
    forged = f"open({place}, 'w').write('{{\"verdict\": \"equal\"}}') and __import__('os')._exit(0)"
    result = verify(SOURCE, TARGET, forged, INPUTS)
    assert result.verdict == "failed"
    assert "exit status 0, without a result" in result.message


def test_two_texts_and_two_files_in_a_process(tmp_path: Path, server: Server | None) -> None:
    result = verify(SOURCE, TARGET, "Net()", INPUTS, options=Options(examples=1), server=server)
    assert result.verdict == "equal", result.message
    assert type(result).from_json(result.to_json()) == result

    # Both folders have a module of the same name, as a project and its translation do.
    for name, text, helper in (
        ("a", SOURCE, "import torch\nf = torch.relu"),
        ("b", TARGET, "import keras\nf = keras.ops.relu"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "helper.py").write_text(helper)
        changed = text.replace("class Net", "from helper import f\n\nclass Net").replace("self.fc(x)", "f(self.fc(x))")
        (folder / "model.py").write_text(changed + "\nif __name__ == '__main__':\n    raise SystemExit\n")
    files = tmp_path / "a" / "model.py", tmp_path / "b" / "model.py"
    result = verify(*files, "Net()", INPUTS, options=Options(examples=1), server=server)
    assert result.verdict == "equal", result.message


def test_the_other_direction_in_a_process(server: Server | None) -> None:
    options = Options(to="torch", examples=1)
    result = verify(TARGET, SOURCE, "Net()", INPUTS, options=options, server=server)
    assert result.verdict == "equal", result.message
    assert result.parameters == 24
    bilinear = SOURCE.replace("nn.Linear(5, 4)", "nn.Bilinear(5, 5, 4)")
    wrong = verify(TARGET, bilinear, "Net()", INPUTS, options=options, server=server)
    assert wrong.verdict == "failed"
    assert "the translation raised TypeError" in wrong.message
    slow = TARGET.replace("super().__init__()", "super().__init__(); __import__('time').sleep(1000)")
    stopped = verify(slow, SOURCE, "Net()", INPUTS, options=Options(to="torch", time_limit=8), server=server)
    assert stopped.message == "not finished after 8 s, while building the source"


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.py"):
        verify(Path("nowhere.py"), TARGET, "Net()", INPUTS)
