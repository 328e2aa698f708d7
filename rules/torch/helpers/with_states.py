import torch


def with_states(result, last=False):
    """Outputs of a recurrent module (or the last of each direction), then its states, for each direction."""
    outputs, states = result
    states = states if isinstance(states, tuple) else (states,)
    if last:
        outputs = torch.cat(tuple(states[0]), dim=-1)
    return outputs, *(state for direction in zip(*states, strict=True) for state in direction)
