"""Setting items of tensors in code that becomes PyTorch."""

from __future__ import annotations

from translate import translate


def test_an_item_that_is_set_stays_a_statement_in_pytorch() -> None:
    body = "    x = ops.cast(x, 'float32')\n    x[..., 0] -= mean[0]\n    return x\n"
    source = f"from keras import ops\n\n\ndef centred(x, mean):\n{body}"
    assert "x[..., 0] -= mean[0]" in translate(source, to="torch").code
