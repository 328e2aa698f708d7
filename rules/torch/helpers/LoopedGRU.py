import torch


class LoopedGRU(torch.nn.GRU):
    """A GRU with other activations than the hyperbolic tangent and the sigmoid, step by step."""

    def __init__(self, input_size, hidden_size, activation, recurrent_activation, bias=True):
        super().__init__(input_size, hidden_size, bias=bias, batch_first=True)
        self.activation = activation
        self.recurrent_activation = recurrent_activation

    def reset(self, h, r):
        """The part of the state in the next one, of which ``r`` says how much is kept."""
        bias = self.bias_hh_l0[-self.hidden_size :] if self.bias else None
        return r * torch.nn.functional.linear(h, self.weight_hh_l0[-self.hidden_size :], bias)

    def forward(self, x, state=None):
        h = x.new_zeros(len(x), self.hidden_size) if state is None else state[0]
        b_ih, b_hh = (self.bias_ih_l0, self.bias_hh_l0) if self.bias else (None, None)
        outputs = []
        for step in x.unbind(1):
            r, z, n = torch.nn.functional.linear(step, self.weight_ih_l0, b_ih).chunk(3, dim=-1)
            h_r, h_z, _ = torch.nn.functional.linear(h, self.weight_hh_l0, b_hh).chunk(3, dim=-1)
            r, z = self.recurrent_activation(r + h_r), self.recurrent_activation(z + h_z)
            h = z * h + (1 - z) * self.activation(n + self.reset(h, r))
            outputs.append(h)
        return torch.stack(outputs, dim=1), h[None]
