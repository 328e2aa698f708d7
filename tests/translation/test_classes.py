"""Classes: calls of super, names, weights, initialisation, changes in place, and what is left."""

from __future__ import annotations

import pytest
from constructs import call_of, init_of, left, net, notes, whole

from translate.translation import translate

# classes


@pytest.mark.parametrize("call", ["super().__init__()", "super(Net, self).__init__()"])
def test_both_forms_of_super(call: str):
    done = whole(net("self.fc = nn.Linear(3, 4)").replace("super().__init__()", call))
    assert call in done.code


def test_model_and_layer():
    inner = "\n\nclass Inner(nn.Module):\n    def forward(self, x):\n        return x\n"
    done = whole(net("self.inner = Inner()", "return self.inner(x)", before=inner))
    assert "class Inner(layers.Layer):" in done.code
    assert "class Net(keras.Model):" in done.code


def test_imports_are_those_that_are_used():
    assert whole(net()).code.startswith("import keras\n\n")
    assert whole(net("self.fc = nn.Linear(3, 4)")).code.startswith("import keras\nfrom keras import layers\n\n")
    assert whole(net(forward="return F.relu(x)")).code.startswith("import keras\nfrom keras import ops\n\n")


def test_training_becomes_an_argument():
    done = whole(net("self.fc = nn.Linear(3, 4)", "if self.training:\n    x = x * 2\nreturn self.fc(x)"))
    assert "def call(self, x, training=None):" in done.code
    assert call_of(done) == "if training:\n    x = x * 2\nreturn self.fc(x)"


def test_helper_method_gets_training():
    after = "\ndef noise(self, x):\n    if self.training:\n        x = x + 1\n    return x"
    done = whole(net(forward="return self.noise(x)", after=after))
    assert call_of(done) == "return self.noise(x, training=training)"
    assert "def noise(self, x, training=None):" in done.code
    assert "        if training:" in done.code


@pytest.mark.parametrize("call", ["F.dropout(x, p=0.3, training=self.training)", "F.dropout(x, 0.3, self.training)"])
def test_dropout_function(call: str):
    done = whole(net(forward=f"return {call}"))
    assert call_of(done) == "return keras.random.dropout(x, 0.3) if training else x"


def test_dropout_function_is_always_on_by_default():
    assert "training" not in call_of(whole(net(forward="return F.dropout(x, 0.3)")))


def test_reserved_names_get_an_underscore():
    init = "self.name = 'net'\nself.layers = nn.ModuleList([nn.Linear(3, 3)])"
    done = whole(net(init, "for m in self.layers:\n    x = m(x)\nreturn x"))
    assert init_of(done) == "self.name_ = 'net'\nself.layers_ = [layers.Dense(3)]"
    assert call_of(done) == "for m in self.layers_:\n    x = m(x)\nreturn x"
    assert notes(done) == ["N204", "N204"]


def test_local_name_layers_is_kept():
    done = whole(
        net("layers = []\nlayers.append(nn.Linear(3, 3))\nself.m = nn.Sequential(*layers)", "return self.m(x)")
    )
    assert init_of(done) == "layers = []\nlayers.append(keras.layers.Dense(3))\nself.m = keras.Sequential(layers)"
    assert "import layers" not in done.code


# in place

HAZARDS = {
    "augmented assignment to an alias": "y = x\ny += 1\nreturn x + y",
    "method on an alias": "y = x\ny.add_(1)\nreturn x",
    "method on a view": "y = x.view(-1)\ny.mul_(2)\nreturn x",
    "function on an alias": "y = x\nF.relu(y, inplace=True)\nreturn x",
}


@pytest.mark.parametrize("name", HAZARDS)
def test_change_under_another_name_is_told(name: str):
    assert {code for code, _, _ in left(net(forward=HAZARDS[name]))} == {"T104"}


HARMLESS = {
    "augmented assignment": ("y = F.relu(x)\ny += x\nreturn y", "y = ops.relu(x)\ny += x\nreturn y"),
    "methods": ("y = F.relu(x)\ny.add_(x).mul_(2)\nreturn y", "y = ops.relu(x)\ny = (y + x) * 2\nreturn y"),
    "function": ("y = F.relu(x)\nF.relu_(y)\nreturn y", "y = ops.relu(x)\ny = ops.relu(y)\nreturn y"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_change_in_place_is_an_assignment(name: str):
    before, after = HARMLESS[name]
    assert call_of(whole(net(forward=before))) == after


# weights

WEIGHTS = {
    "buffer": (
        "self.register_buffer('scale', torch.ones(3))",
        'self.scale = self.add_weight(shape=(3,), initializer="ones", trainable=False, name="scale")',
    ),
    "no buffer": ("self.register_buffer('scale', None)", "self.scale = None"),
    "parameter": (
        "self.scale = nn.Parameter(torch.zeros(3))",
        'self.scale = self.add_weight(shape=(3,), initializer="zeros", name="scale")',
    ),
    "parameter of any value": ("self.scale = nn.Parameter(s)", "self.scale = keras.Variable(s)"),
    "frozen parameter": (
        "self.scale = nn.Parameter(torch.zeros(3), requires_grad=False)",
        'self.scale = self.add_weight(shape=(3,), initializer="zeros", trainable=False, name="scale")',
    ),
    "no parameter": ("self.register_parameter('scale', None)", "self.scale = None"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_of_a_module(name: str):
    before, after = WEIGHTS[name]
    assert init_of(whole(net(before, parameters=", s=None"))).replace("'", '"') == after


INITIALISATION = {
    "loop": "for m in self.modules():\n    if isinstance(m, nn.Linear):\n"
    "        nn.init.kaiming_normal_(m.weight)\n        m.bias.data.zero_()",
    "functions": "nn.init.xavier_uniform_(self.fc.weight)\nnn.init.zeros_(self.fc.bias)",
    "data": "self.fc.weight.data.normal_(0, 0.01)\nself.fc.bias.data.fill_(0)",
    "guarded": "if self.fc.bias is not None:\n    nn.init.constant_(self.fc.bias, 0)",
}


@pytest.mark.parametrize("name", INITIALISATION)
def test_initialisation_is_left_out(name: str):
    done = whole(net(f"self.fc = nn.Linear(3, 4)\n{INITIALISATION[name]}", "return self.fc(x)"))
    assert init_of(done) == "self.fc = layers.Dense(4)"
    assert set(notes(done)) == {"N201"}
    assert "torch" not in done.code


def test_initialisation_in_a_method_is_left_out():
    after = "\ndef reset(self):\n    nn.init.uniform_(self.fc.weight, -0.1, 0.1)\n    self.fc.bias.data.zero_()"
    done = whole(net("self.fc = nn.Linear(3, 4)\nself.reset()", "return self.fc(x)", after=after))
    assert init_of(done) == "self.fc = layers.Dense(4)"
    assert "reset" not in done.code


def test_initialisation_by_apply_is_left_out():
    before = "\n\ndef start(m):\n    if isinstance(m, nn.Linear):\n        nn.init.orthogonal_(m.weight)\n"
    done = whole(net("self.fc = nn.Linear(3, 4)\nself.apply(start)", "return self.fc(x)", before=before))
    assert init_of(done) == "self.fc = layers.Dense(4)"
    assert "start" not in done.code


# classes and arguments that are passed on


@pytest.mark.parametrize(
    ("parameters", "init"),
    [
        (", n, norm_layer=nn.BatchNorm2d", "self.norm = norm_layer(n)"),
        (", n, norm_layer=None", "if norm_layer is None:\n    norm_layer = nn.BatchNorm2d\nself.norm = norm_layer(n)"),
    ],
)
def test_class_of_layers_as_an_argument(parameters: str, init: str):
    done = whole(net(init, "return self.norm(x)", parameters=parameters))
    assert "def batch_norm_2d(num_features, eps=1e-05, momentum=0.1, affine=True):" in done.code
    assert init_of(done) == init.replace("nn.BatchNorm2d", "batch_norm_2d")


def test_arguments_passed_on_to_a_layer():
    done = whole(
        net("self.conv = nn.Conv2d(i, o, bias=False, **kwargs)", "return self.conv(x)", parameters=", i, o, **kwargs")
    )
    assert "def conv_2d(in_channels, out_channels, kernel_size, stride=1, padding=0," in done.code
    assert init_of(done) == "self.conv = conv_2d(i, o, bias=False, **kwargs)"


# what is left

LEFT = {
    "unknown function": ("", "y = x\nreturn torch.fft.rfft(y)", "T101", "return torch.fft.rfft(y)", "torch.fft"),
    "unknown layer": ("self.a = nn.GRUCell(3, 4)", "return self.a(x)", "T101", "self.a = nn.GRUCell(3, 4)", "nn.GRU"),
    "no counterpart": (
        "self.a = nn.FractionalMaxPool2d(3, output_size=2)",
        "return self.a(x)",
        "T101",
        "self.a = nn.FractionalMaxPool2d(3, output_size=2)",
        "nn.Frac",
    ),
    "argument without counterpart": (
        "self.a = nn.MaxPool2d(2, return_indices=True)",
        "return self.a(x)",
        "T102",
        "self.a = nn.MaxPool2d(2, return_indices=True)",
        "nn.Max",
    ),
    "unknown argument": (
        "self.a = nn.Linear(3, 4, spam=1)",
        "return self.a(x)",
        "T102",
        "self.a = nn.Linear(3, 4, spam=1)",
        "nn.Linear",
    ),
    "too many arguments": ("", "return F.relu(x, False, 3)", "T102", "return F.relu(x, False, 3)", "F.relu"),
    "missing argument": ("self.a = nn.Linear(3)", "return self.a(x)", "T102", "self.a = nn.Linear(3)", "nn.Linear"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_is_told_and_marked(name: str):
    init, forward, code, line, at = LEFT[name]
    text = net(init, forward)
    lines = text.splitlines()
    number = next(i for i, one in enumerate(lines) if line in one)
    assert left(text) == [(code, number + 1, lines[number].index(at) + 1)]
    marked = [one for one in translate(text).code.splitlines() if "# TODO(translate): " in one]
    assert len(marked) == 1
    assert marked[0].strip().startswith(f"{line}  # TODO(translate): {code} ")


def test_message_names_the_argument_that_is_in_the_way():
    done = translate(net("self.a = nn.Conv2d(3, 4, 3, padding=1, padding_mode=mode)", parameters=", mode"))
    assert [d.code for d in done.diagnostics] == ["T102"]
    assert "padding_mode" in done.diagnostics[0].message
