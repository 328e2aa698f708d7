import keras

from .take_items import take_items


def set_items(x, index, values):
    """``x`` with other values in the places that ``index`` (numbers and slices, or one list or tensor) names."""
    shape = keras.ops.shape(x)
    places = keras.ops.reshape(keras.ops.arange(keras.ops.size(x)), shape)
    one = isinstance(index, list) or keras.ops.is_tensor(index)
    places = take_items(places, index, axis=0) if one else places[index]
    values = keras.ops.broadcast_to(keras.ops.cast(values, x.dtype), keras.ops.shape(places))
    flat = keras.ops.scatter_update(
        keras.ops.reshape(x, (-1,)), keras.ops.reshape(places, (-1, 1)), keras.ops.reshape(values, (-1,))
    )
    return keras.ops.reshape(flat, shape)
