def padding_pairs(padding):
    """(left, right, top, bottom, ...) as ((top, bottom), (left, right)); a number stays."""
    if isinstance(padding, int):
        return padding
    return tuple((padding[i], padding[i + 1]) for i in range(len(padding) - 2, -1, -2))
