import torch


class LoopedLSTM(torch.nn.LSTM):
    """An LSTM with other activations than the hyperbolic tangent and the sigmoid, step by step."""

    def __init__(self, input_size, hidden_size, activation, recurrent_activation, bias=True):
        super().__init__(input_size, hidden_size, bias=bias, batch_first=True)
        self.activation = activation
        self.recurrent_activation = recurrent_activation

    def forward(self, x, states=None):
        nothing = x.new_zeros(len(x), self.hidden_size)
        h, c = (nothing, nothing) if states is None else (state[0] for state in states)
        b_ih, b_hh = (self.bias_ih_l0, self.bias_hh_l0) if self.bias else (None, None)
        outputs = []
        for step in x.unbind(1):
            gates = torch.nn.functional.linear(step, self.weight_ih_l0, b_ih)
            gates = gates + torch.nn.functional.linear(h, self.weight_hh_l0, b_hh)
            i, f, g, o = gates.chunk(4, dim=-1)
            c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
            h = self.recurrent_activation(o) * self.activation(c)
            outputs.append(h)
        return torch.stack(outputs, dim=1), (h[None], c[None])
