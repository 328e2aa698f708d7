"""Somebody's own rules: what is said about a file that cannot be used, and where."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from translate.rules import RuleError, load, rules_directory
from translate.rules import schema as language

FILES = sorted(p for p in rules_directory().glob("*/*.yaml") if p.parent.name != "torch")
SCHEMA = json.loads((Path(__file__).parents[2] / "rules" / "schema.json").read_text())
GOOD = """\
# A remark first
- torch: mine.Scale(size, factor=1.0, inplace=False)
  keras: keras.layers.Rescaling(scale, offset=0.0)
  tensors: same -> same
  arguments:
    size: ~
    factor: scale
    inplace: ~
"""

BROKEN = {
    "not a list": (
        "torch: torch.relu(input)\n",
        "1: a file of rules is a list; begin each rule with '- torch:'",
    ),
    "not a mapping": (
        GOOD + "- torch.relu\n",
        "9: a rule is a mapping, not 'torch.relu'; write 'key: value' lines",
    ),
    "misspelt key": (
        GOOD + "- torch: mine.f(x)\n  kears: keras.ops.f(x)\n",
        "10: a rule has no key 'kears'; did you mean 'keras'?",
    ),
    "no source": (
        GOOD + "\n- keras: keras.ops.f(x)\n",
        "10: this rule has no 'torch'; say which PyTorch function or layer it is for",
    ),
    "nothing to write": (
        GOOD + "- torch: mine.f(x)\n  view: true\n",
        "9: this rule does not say what to write; give 'keras', 'write', 'cases' or 'code'",
    ),
    "wrong kind": (
        GOOD + "- torch: mine.f(x)\n  keras: keras.ops.f(x)\n  training: 'yes'\n",
        "11: 'training' must be true or false, not 'yes'",
    ),
    "signature": (
        GOOD + "- torch:\n    - mine.f(x)\n    - mine.g(x, y=torch.float32)\n  keras: keras.ops.f(x)\n",
        "11: the signature 'mine.g(x, y=torch.float32)' cannot be read; "
        "write it as in Python, with constants as defaults",
    ),
    "form of tensors": (
        GOOD + "- torch: mine.f(x)\n  keras: keras.ops.f(x)\n  tensors: same\n",
        "11: 'tensors' must be one of the forms in docs/rules.md, such as 'same -> same', not 'same'",
    ),
    "source argument": (
        GOOD
        + "- torch: mine.f(x, dim=0)\n  keras: keras.ops.f(x, axis=0)\n  arguments:\n    x: x\n    dimension: axis\n",
        "13: 'dimension' is no argument of 'torch'; use dim or x",
    ),
    "target argument": (
        GOOD + "- torch: mine.f(x, dim=0)\n  keras: keras.ops.f(x, axis=0)\n  arguments: {dim: axes}\n",
        "11: 'axes' is no argument of 'keras'; use axis or x",
    ),
    "passing": (
        GOOD + "- torch: mine.f(x, p)\n  keras: keras.ops.f(x, q)\n  arguments:\n    p: 2 * q\n",
        "12: an argument cannot be passed on as '2 * q'; "
        "write a name, [a, b], 1 - name, not name, axis(name), {to: name, values: {...}} or ~",
    ),
    "condition's names": (
        GOOD + "- torch: mine.f(x, p)\n  write: keras.ops.f({x})\n  only: q == 0\n",
        "11: the condition names 'q', which is no argument; use input, p or x",
    ),
    "condition's grammar": (
        GOOD + "- torch: mine.f(x, p)\n  write: keras.ops.f({x})\n  only: p = 0\n",
        "11: the condition 'p = 0' is not an expression; write it as in Python, like padding == 0 and stride == 1",
    ),
    "condition's parts": (
        GOOD + "- torch: mine.f(x, p)\n  write: keras.ops.f({x})\n  only: p.real == 0\n",
        "11: a condition cannot contain 'p.real'; compare arguments with constants",
    ),
    "condition's function": (
        GOOD + "- torch: mine.f(x, p)\n  write: keras.ops.f({x})\n  only: known(p + 1)\n",
        "11: known(...) takes the name of an argument",
    ),
    "key of a case": (
        GOOD + "- torch: mine.f(x)\n  cases:\n    - only: known(x)\n      write: x()\n    - {when: x == 1}\n",
        "13: a case has no key 'when'; use only, set, write, keras, becomes or assigned",
    ),
    "condition of a case": (
        GOOD + "- torch: mine.f(x)\n  cases:\n    - only: {x: 1}\n      write: x()\n    - only: {y: 1}\n",
        "13: 'y' is no argument of 'torch'; use x",
    ),
    "set": (
        GOOD + "- torch: mine.f(x)\n  keras: keras.ops.f(x, p=1)\n  cases:\n    - set:\n        p: 2\n",
        "13: 'p' must be set to an expression as text, not 2; put it in quotes",
    ),
    "placeholder": (
        GOOD + "- torch: mine.f(x)\n  write: keras.ops.f({scalar(y)})\n",
        "10: the placeholder {y} is no argument of 'torch'; use keras or x",
    ),
    "form of a placeholder": (
        GOOD + "- torch: mine.f(x)\n  write: keras.ops.f({first(x)})\n",
        "10: {first(x)} is no placeholder; use {name}, {scalar(name)} or {name.0}",
    ),
    "template": (
        GOOD + "- torch: mine.f(x)\n  write: keras.ops.f({x}\n",
        "10: the template 'keras.ops.f({x}' is no Python; write an expression with {name} in it",
    ),
    "no help": (
        GOOD + "- torch: mine.f(x)\n  keras: ~\n",
        "10: 'keras: ~' needs 'help'; say in one line what to do instead",
    ),
    "weight": (
        GOOD + "- torch: mine.F(x)\n  keras: keras.layers.F(x)\n  weights:\n    weight: kernel[1,0]\n",
        "12: 'kernel[1,0]' is no weight; write a name, name[1, 0], name[1, 0] reshaped, or ~",
    ),
    "not YAML": (
        GOOD + "- torch: [mine.f(x)\n  keras: keras.ops.f(x)\n",
        "10: not readable as YAML: did not find expected ',' or ']'",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_explained_with_its_line(name: str, tmp_path: Path) -> None:
    text, message = BROKEN[name]
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(RuleError) as raised:
        load([tmp_path])
    assert str(raised.value) == f"{path}:{message}"


def test_good_rules_are_found_before_those_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD + "- {torch: torch.relu(input), write: 'mine.relu({input})'}\n")
    (tmp_path / "empty.yaml").write_text("# nothing yet\n")
    found = load([tmp_path])
    assert [rule.family for rule in found.find("mine.Scale")] == ["mine"]
    assert found.find("torch.relu")[0].write == "mine.relu({input})"


@pytest.mark.parametrize(
    "path",
    sorted(p for p in rules_directory().glob("*/*.yaml") if p.parent.name != "torch"),
    ids=lambda p: p.relative_to(rules_directory()).as_posix(),
)
def test_the_rules_of_the_package_follow_the_language(path: Path) -> None:
    entries = yaml.safe_load(path.read_text())
    language.validate(path, entries)
    jsonschema.validate(entries, SCHEMA)


def test_both_descriptions_of_the_language_are_the_same() -> None:
    parts = SCHEMA["$defs"]
    assert list(parts["rule"]["properties"]) == list(language.RULE_KEYS)
    assert list(parts["case"]["properties"]) == list(language.CASE_KEYS)
    assert parts["signature"]["pattern"] == language.SIGNATURE
    assert parts["tensors"]["pattern"] == language.TENSORS
    assert parts["passing"]["oneOf"][1]["pattern"] == language.PASSING
    assert parts["weight"]["oneOf"][1]["pattern"] == language.WEIGHT
    assert parts["draw"]["oneOf"][1]["pattern"] == language.DRAW
