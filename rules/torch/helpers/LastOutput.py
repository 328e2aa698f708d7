import torch


class LastOutput(torch.nn.Module):
    """Of what a recurrent module gives, the output at the last step."""

    def forward(self, result):
        return result[0][:, -1]
