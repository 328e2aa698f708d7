import torch


class UnscaledBatchNorm1d(torch.nn.BatchNorm1d):
    """Batch normalization that shifts its result, but does not scale it."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps, momentum)
        self.weight = None
