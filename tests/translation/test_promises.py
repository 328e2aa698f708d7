"""What holds for every text, and for the rules as a whole."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
from fixture_files import fixture, names

from translate.infer.hooks import HOOKS
from translate.infer.values import source
from translate.rules import load
from translate.syntax import parse
from translate.translation import Translation, translate

SOURCE_FOLDER = Path(__file__).parents[2] / "src"


# back to the same bytes


@pytest.mark.parametrize("name", names())
def test_fixture_is_written_back_unchanged(name: str):
    text = fixture(name).source
    assert parse(text).code == text


INSTALLED = {
    "pretrainedmodels": ("models", ["senet.py", "inceptionv4.py", "nasnet.py", "dpn.py", "xception.py", "fbresnet.py"]),
    "torchvision": ("models", ["resnet.py", "densenet.py", "inception.py", "mobilenetv3.py", "swin_transformer.py"]),
}


@pytest.mark.parametrize("package", INSTALLED)
def test_installed_models_are_written_back_unchanged(package: str):
    folder = _folder(package)
    below, files = INSTALLED[package]
    found = [folder / below / file for file in files if (folder / below / file).is_file()]
    assert found
    for path in found:
        text = path.read_bytes().decode()
        assert parse(text).code == text, path.name


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)  # does not import it
    if spec is None or spec.origin is None:
        pytest.skip(f"{package} is not installed")
    return Path(spec.origin).parent


def test_crlf_and_a_missing_newline_at_the_end_are_kept():
    text = "from torch import nn\r\n\r\n\r\nclass Net(nn.Module):\r\n    def forward(self, x):\r\n        return x"
    done = translate(text).code
    assert "\r\n\r\n\r\nclass Net(keras.Model):\r\n    def call(self, x):\r\n" in done
    assert done.endswith("return x")
    assert done.count("\n") == done.count("\r\n")


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "x = 1\n", '"""Words."""\n', "import numpy as np\n\n\ny = np.ones(3)"]
)
def test_text_without_pytorch_stays(text: str):
    done = translate(text)
    assert done.code == text
    assert done.diagnostics == ()


# without a framework


def test_translating_imports_no_framework():
    program = (
        "import sys; from translate.translation import translate\n"
        f"translate(open({str(fixture('residual').folder / 'source.py')!r}).read())\n"
        "print([n for n in ('torch', 'tensorflow', 'keras', 'numpy', 'hypothesis') if n in sys.modules])"
    )
    path = os.pathsep.join([str(SOURCE_FOLDER), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_source_is_never_run():
    text = "import torch\n\nraise SystemExit('was run')\n"
    assert "was run" in translate(text).code


# nasty inputs

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)

    def forward(self, x):
        return self.fc(x)
"""

NASTY = {
    "star import": "from torch import *\n\ny = relu(zeros(3))\n",
    "two star imports": "from torch import *\nfrom torch.nn import *\n\n\nclass Net(Module):\n    pass\n",
    "star import below an alias": "import torch.nn as nn\nfrom torch.nn.functional import *\n" + NET,
    "nested functions": "import torch\n\n\ndef f(x):\n    def g(y):\n        return torch.exp(y) + x\n"
    "    return g(torch.abs(x))\n",
    "closure over a module": "from torch import nn\n\n\ndef make(n):\n    class Net(nn.Module):\n"
    "        def __init__(self):\n"
    "            super().__init__()\n            self.fc = nn.Linear(n, n)\n\n        def forward(self, x):\n"
    "            return self.fc(x)\n    return Net()\n",
    "decorators": "import torch\nfrom torch import nn\n\n\n@torch.jit.script\ndef f(x):\n    return torch.exp(x)\n\n\n"
    "@register('net')\nclass Net(nn.Module):\n    @property\n    def width(self):\n        return 3\n\n"
    "    @torch.no_grad()\n    def forward(self, x):\n        return x\n",
    "lambdas": "import torch\nfrom torch import nn\n\nact = lambda x: torch.relu(x)\n"
    "pick = {'relu': lambda: nn.ReLU(), 'id': nn.Identity}\n",
    "async": "import torch\n\n\nasync def f(xs):\n    async for x in xs:\n"
    "        yield torch.exp(x)\n    async with lock:\n        await g(torch.zeros(3))\n",
    "match": "import torch\n\n\ndef f(x, how):\n    match how:\n        case 'exp' | 'e':\n"
    "            return torch.exp(x)\n"
    "        case {'p': p, **rest} if p > 1:\n            return torch.pow(x, p)\n"
    "        case [torch.float32, *others]:\n            return x\n"
    "        case _:\n            return torch.abs(x)\n",
    "walrus": "import torch\n\n\ndef f(x):\n"
    "    if (n := x.size(0)) > 1 and (y := torch.sum(x)) > n:\n        return y\n"
    "    return [z := torch.exp(x), z + 1]\n",
    "f-strings": "import torch\n\n\ndef f(x):\n"
    "    print(f'{x.shape} {torch.sum(x)!r:>{10}} {x.size(0)=}')\n"
    "    return f'{f\"{torch.exp(x)}\"}'\n",
    "type hints in strings": "import torch\nfrom torch import Tensor, nn\n\n\n"
    "def f(x: 'torch.Tensor', n: \"Tensor | None\" = None) -> 'Tensor':\n"
    "    y: 'Tensor' = torch.exp(x)\n    return y\n",
    "global and nonlocal": "import torch\n\ncount = torch.zeros(1)\n\n\ndef f(x):\n    global count\n"
    "    count = count + torch.sum(x)\n    k = 0\n\n"
    "    def g():\n        nonlocal k\n        k += torch.max(x)\n    g()\n    del k\n    return count\n",
    "conditional import": "import sys\nif sys.platform == 'linux':\n    import torch\n"
    "    import torch.nn as nn\nelse:\n    torch = None\n" + NET,
    "import in try": "try:\n    import torch\n    from torch import nn\nexcept ImportError:\n    torch = nn = None\n"
    + NET,
    "import in function": "def f(x):\n    import torch.nn.functional as F\n    from torch import exp as e\n"
    "    return F.relu(e(x))\n",
    "module rebound": "import torch\n\nT = torch\nnn = torch.nn\nrelu = nn.functional.relu\n"
    "y = T.exp(relu(T.zeros(3)))\n",
    "name shadowed": "import torch\n\n\ndef f(torch, x):\n    return torch.exp(x)\n\n\n"
    "y = [torch for torch in range(3)]\n",
    "as a value": "import torch\nfrom torch import nn\n\n"
    "losses = {'mse': nn.MSELoss, 'ce': nn.functional.cross_entropy}\ncall(torch)\n"
    "getattr(nn, 'Linear')(3, 4)\n",
    "training loop": "import torch\nfrom torch import nn, optim\n\nnet = nn.Linear(3, 4)\n"
    "opt = optim.SGD(net.parameters(), lr=0.1)\n"
    "for x, y in data:\n    opt.zero_grad()\n"
    "    loss = nn.functional.mse_loss(net(x), y)\n    loss.backward()\n    opt.step()\n"
    "torch.save(net.state_dict(), 'net.pt')\n",
    "one line": "import torch; from torch import nn; y = torch.exp(torch.zeros(3)); net = nn.Linear(3, 4)\n",
    "semicolons in a body": "import torch\n\n\ndef f(x): y = torch.exp(x); return torch.relu(y)\nclass A: pass\n"
    "if 1: z = torch.zeros(3)\n",
    "backslashes": "import torch\n\ny = torch.zeros(3) \\\n    .add(1) \\\n    .mul(2)\nfrom torch \\\n    import nn\n",
    "tabs": "import torch\n\n\ndef f(x):\n\tif x is None:\n\t\treturn torch.zeros(3)\n\treturn torch.exp(x)\n",
    "class in class": "from torch import nn\n\n\nclass Outer(nn.Module):\n    class Inner(nn.Module):\n"
    "        def forward(self, x):\n            return x.relu()\n\n"
    "    def __init__(self):\n        super().__init__()\n"
    "        self.inner = self.Inner()\n\n    def forward(self, x):\n"
    "        return self.inner(x)\n",
    "stars": "import torch\n\n\ndef f(*xs, **how):\n    a, *rest = xs\n    return torch.cat([*xs, *rest], **how)\n",
    "comprehensions": "import torch\n\ny = {k: torch.exp(v) for k, v in d.items() if torch.any(v)}\n"
    "z = sum(torch.sum(a) for b in c for a in b)\n",
    "with and try": "import torch\n\ntry:\n    with torch.no_grad(), open('f') as g:\n"
    "        y = torch.load(g)\nexcept (RuntimeError, torch.cuda.OutOfMemoryError) as e:\n"
    "    raise ValueError from e\nelse:\n    y = None\nfinally:\n    torch.cuda.empty_cache()\n",
    "multiple inheritance": "from torch import nn\n\n\nclass Mixin:\n    def forward(self, x):\n"
    "        return x.relu()\n\n\n"
    "class Net(Mixin, nn.Module):\n    pass\n\n\nclass Meta(nn.Module, metaclass=abc.ABCMeta):\n    pass\n",
    "recursion": "import torch\n\n\ndef f(x, n):\n    return f(torch.exp(x), n - 1) if n else x\n\n\n"
    "def g(x):\n    return h(x)\n\n\ndef h(x):\n    return g(torch.exp(x))\n",
    "module of itself": "from torch import nn\n\n\nclass Tree(nn.Module):\n    def __init__(self, depth):\n"
    "        super().__init__()\n"
    "        self.child = Tree(depth - 1) if depth else None\n\n"
    "    def forward(self, x):\n        return self.child(x) if self.child else x\n",
    "inherits from itself": "from torch import nn\n\n\nclass A(A, nn.Module):\n    pass\n",
    "unicode": "import torch\n\nπ = torch.tensor(3.14)\nprint('é', torch.exp(π))  # ∂\n",
    "form feed": "import torch\n\f\ny = torch.exp(torch.zeros(3))\n",
}
if sys.version_info >= (3, 12):
    NASTY["type parameters"] = (
        "import torch\n\ntype T = torch.Tensor\n\n\ndef f[A](x: A) -> A:\n    return torch.exp(x)\n"
    )
    NASTY["quotes in f-strings"] = "import torch\n\ny = f'{torch.zeros(3)['a']}'\n"


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_output_is_python(name: str, layout: Any):
    ast.parse(translate(NASTY[name], layout=layout).code)


@pytest.mark.parametrize("name", NASTY)
def test_what_is_left_of_pytorch_is_told(name: str):
    done = translate(NASTY[name])
    left = leftovers(done.code)
    assert not left or not done.complete, f"nothing is said of {left} in\n{done.code}"


@pytest.mark.parametrize("name", NASTY)
def test_what_is_used_is_still_imported(name: str):
    """A name that PyTorch's import bound is either gone from the code or still bound."""
    done = translate(NASTY[name])
    before, after = bound(NASTY[name]), bound(done.code)
    used = {n.id for n in ast.walk(_tree(done.code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    stored = {n.id for n in ast.walk(_tree(done.code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    arguments = {n.arg for n in ast.walk(_tree(done.code)) if isinstance(n, ast.arg)}
    assert not (before & used) - after - stored - arguments, done.code


@pytest.mark.parametrize("package", INSTALLED)
def test_installed_models_tell_what_is_left(package: str):
    folder = _folder(package)
    below, files = INSTALLED[package]
    for file in files[:3]:
        path = folder / below / file
        if path.is_file():
            done = translate(path.read_bytes().decode())
            ast.parse(done.code)
            assert not leftovers(done.code) or not done.complete, path.name
            _assert_marked(done)


@pytest.mark.parametrize("name", NASTY)
def test_every_finding_has_a_mark(name: str):
    _assert_marked(translate(NASTY[name]))


def _assert_marked(done: Translation) -> None:
    found = {(d.code, d.message) for d in done.diagnostics if not d.is_note}
    for code, message in found:
        assert f"{code} {message}" in done.code, (code, message)


def _tree(code: str) -> ast.Module:
    return ast.parse(code)


def bound(code: str) -> set[str]:
    """The names that imports of PyTorch bind; ``*`` for a star."""
    found: set[str] = set()
    for node in ast.walk(_tree(code)):
        if isinstance(node, ast.Import):
            found |= {a.asname or a.name.partition(".")[0] for a in node.names if re.match(r"torch\b", a.name)}
        elif isinstance(node, ast.ImportFrom) and re.match(r"torch\b", node.module or ""):
            found |= {a.asname or a.name for a in node.names}
    return found


def leftovers(code: str) -> set[str]:
    """Names bound by an import of PyTorch that are used, and star imports of it."""
    imported = bound(code)
    used = {n.id for n in ast.walk(_tree(code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return (imported & used) | (imported & {"*"})


# the rules

RULES = load().rules


def test_nine_rules_in_ten_have_no_code():
    with_code = [rule.name for rule in RULES if rule.code]
    assert 0 < len(with_code) <= len(RULES) / 10


def test_every_code_is_a_hook():
    named = {rule.code for rule in (*RULES, *load(to="torch").rules) if rule.code}
    assert named <= set(HOOKS)
    assert set(HOOKS) <= named, "a hook that no rule names"


def test_every_helper_exists():
    rules = load()
    texts = chain.from_iterable(_strings(rule.data) for rule in RULES)
    named = set(re.findall(r"(translate\.)?\bhelpers\.(\w+)", "\n".join(texts)))
    assert named
    pieces = load(to="torch")  # of the other direction
    assert {name for other, name in named if (pieces if other else rules).helper(name) is None} == set()


def test_every_helper_is_python_that_defines_its_name():
    for path in sorted((rules_folder() / "helpers").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        defined = [n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        assert path.stem in defined


def test_every_helper_is_used():
    folder = rules_folder()
    texts = [p.read_text(encoding="utf-8") for p in folder.rglob("*.yaml")]
    engine = [p.read_text(encoding="utf-8") for p in (SOURCE_FOLDER / "translate").rglob("*.py")]
    helpers = {p.stem: p.read_text(encoding="utf-8") for p in (folder / "helpers").glob("*.py")}
    named = "\n".join([*texts, *engine])
    for name in helpers:
        others = "\n".join(text for other, text in helpers.items() if other != name)
        assert re.search(rf"helpers\.{name}\b", named) or re.search(rf"\b{name}\b", others), name


def rules_folder() -> Path:
    return load().folders[-1]


def _strings(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [s for value in data.values() for s in _strings(value)]
    if isinstance(data, list):
        return [s for value in data for s in _strings(value)]
    return [str(data)]


# names that Keras keeps for itself


def test_reserved_names_are_those_of_keras():
    keras: Any = pytest.importorskip("keras")
    kept = next(rule.data for rule in RULES if rule.data.get("role") == "module")
    in_layers = set(kept["reserved"])
    in_models = in_layers | set(kept["reserved_in_models"])
    assert _matter(keras.Layer) - in_layers == set()
    assert _matter(keras.Model) - in_models == set()


def _matter(kind: type) -> set[str]:
    """Properties without a setter, and methods: to set one of those breaks the layer, or raises."""
    return {name for name in dir(kind) if not name.startswith("_") and _matters(inspect.getattr_static(kind, name))}


def _matters(found: Any) -> bool:
    if isinstance(found, property):
        return found.fset is None
    return callable(found) or isinstance(found, (classmethod, staticmethod))


def test_views_of_views_are_visited_once() -> None:
    """Each tensor that is changed in place marks what it is a view of, however many ways lead there."""
    first = tensor = source(4)
    for _ in range(60):
        view = source(4)
        view.parts = (tensor, tensor)
        tensor = view
    tensor.changed_in_place()
    assert first.stale
