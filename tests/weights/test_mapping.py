"""The little language of a rule's weights."""

from __future__ import annotations

import pytest

from translate.weights.mapping import Mapping

np = pytest.importorskip("numpy")


def test_an_entry_is_read() -> None:
    assert Mapping.parse("gamma") == Mapping("gamma")
    assert Mapping.parse("kernel[2, 3, 1, 0]") == Mapping("kernel", (2, 3, 1, 0))
    assert Mapping.parse("kernel[2, 3, 0, 1] reshaped") == Mapping("kernel", (2, 3, 0, 1), True)
    assert Mapping.parse("query.kernel reshaped") == Mapping("query.kernel", (), True)
    assert Mapping.parse("cell.bias.1 gates(1, 0)") == Mapping("cell.bias", row=1, gates=(1, 0))
    assert Mapping.parse("cell.bias added") == Mapping("cell.bias", added=True)


@pytest.mark.parametrize("text", ["", "kernel[0, 0]", "kernel[1, 2]", "kernel gates(1, 1)", "kernel.[0]", "a b"])
def test_what_is_no_entry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a "):
        Mapping.parse(text)


@pytest.mark.parametrize("text", ["k", "k[2, 0, 1]", "k[1, 2, 0] reshaped", "k reshaped"])
def test_there_and_back_is_nothing(text: str) -> None:
    mapping = Mapping.parse(text)
    array = np.arange(24).reshape(2, 3, 4)
    shape = (4, 6) if mapping.reshaped else mapping.turned(array.shape)
    assert mapping.fits(array.shape, shape)
    there = mapping.to_keras(array, shape)
    assert there.shape == shape
    np.testing.assert_array_equal(mapping.to_torch(there, array.shape), array)


def test_gates_come_in_another_order() -> None:
    mapping = Mapping.parse("k[1, 0] gates(1, 0, 2)")
    array = np.arange(12).reshape(6, 2)
    there = mapping.to_keras(array, (2, 6))
    np.testing.assert_array_equal(there[0], [4, 6, 0, 2, 8, 10])
    np.testing.assert_array_equal(mapping.to_torch(there, (6, 2)), array)


def test_a_row_and_a_sum() -> None:
    weight = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(Mapping.parse("b.1").put(np.array([5.0, 6.0]), weight), [[1, 2], [5, 6]])
    np.testing.assert_array_equal(Mapping.parse("b.1").to_torch(weight, (2,)), [3, 4])
    np.testing.assert_array_equal(Mapping.parse("b added").put(np.ones((2, 2)), weight), weight + 1)
    assert not Mapping.parse("b.2").fits((2,), (2, 2))


def test_shapes_that_do_not_fit() -> None:
    assert not Mapping.parse("k[1, 0]").fits((2, 3), (2, 3))
    assert not Mapping.parse("k[1, 0]").fits((2, 3, 1), (3, 2))
    assert not Mapping.parse("k reshaped").fits((2, 3), (7,))
