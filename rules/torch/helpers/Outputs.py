import torch


class Outputs(torch.nn.Module):
    """Of what a recurrent module gives, the outputs at all steps."""

    def forward(self, result):
        return result[0]
