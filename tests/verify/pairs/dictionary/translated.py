from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(4, 3), nn.Linear(4, 3)])
        self.table = nn.Embedding(7, 4)

    def forward(self, inputs):
        x = inputs["x"] + self.table(inputs["tokens"]).sum(1)
        return [head(x) for head in self.heads]
