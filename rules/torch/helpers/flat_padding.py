def flat_padding(padding):
    """((top, bottom), (left, right)) as (left, right, top, bottom); one number stays, one an axis is for both ends."""
    if isinstance(padding, int):
        return padding
    return tuple(p for pair in reversed(padding) for p in ((pair, pair) if isinstance(pair, int) else pair))
