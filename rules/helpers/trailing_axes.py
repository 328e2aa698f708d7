def trailing_axes(shape):
    """The numbers of the last axes, as many as `shape` has: -1 for a number, [-2, -1] for a pair."""
    return -1 if isinstance(shape, int) else list(range(-len(shape), 0))
