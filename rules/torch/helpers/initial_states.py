import torch


def initial_states(states):
    """States to begin with, each with the axis of layers that PyTorch's recurrent modules have; None stays None."""
    if states is None:
        return None
    if torch.is_tensor(states):
        return states[None]
    states = tuple(state[None] for state in states)
    return states if len(states) > 1 else states[0]
