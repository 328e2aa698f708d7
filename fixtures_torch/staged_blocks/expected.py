"""A network in stages: settings of blocks in dictionaries, downsampling layers in a list, normalization at the end."""

from torch import nn


class LayerNorm2d(nn.LayerNorm):
    """Layer normalization over axis 1, where images have their channels."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class LazyLayerNorm2d(nn.modules.lazy.LazyModuleMixin, nn.LayerNorm):
    """Layer normalization over axis 1, of which it finds out the size when it is called first."""

    def __init__(self, eps=1e-5):
        super().__init__(0, eps)
        self.weight = nn.parameter.UninitializedParameter()
        self.bias = nn.parameter.UninitializedParameter()

    def initialize_parameters(self, x):
        if self.has_uninitialized_params():
            self.normalized_shape = (x.shape[1],)
            self.weight.materialize(self.normalized_shape)
            self.bias.materialize(self.normalized_shape)
            self.reset_parameters()

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


STAGES = [
    {"kernel_size": 3, "expansion": 2},
    {"kernel_size": 5, "expansion": 4},
]


class Block(nn.Module):
    """A depthwise convolution, then two dense layers over the channels."""

    def __init__(self, filters, kernel_size=7, expansion=1):
        super().__init__()
        self.depthwise = nn.LazyConv2d(filters, kernel_size, padding="same", groups=filters)
        self.norm = nn.LayerNorm(filters, eps=1e-6)
        self.expand = nn.Linear(filters, expansion * filters)
        self.activation = nn.GELU()
        self.project = nn.Linear(expansion * filters, filters)

    def forward(self, x):
        shortcut = x
        x = self.depthwise(x)
        x = self.norm(x.permute(0, 2, 3, 1))
        x = self.expand(x)
        x = self.activation(x)
        x = self.project(x)
        return shortcut + x.permute(0, 3, 1, 2)


class StagedNetwork(nn.Module):
    def __init__(self, filters=(8, 12), depths=(1, 2), pooling=None):
        super().__init__()
        self.pooling = pooling

        downsample_layers = [
            nn.Sequential(
                nn.LazyConv2d(filters[0], 4, stride=4),
                LayerNorm2d(filters[0], eps=1e-6),
            )
        ]
        for number in filters[1:]:
            downsample_layers.append(
                nn.Sequential(
                    LazyLayerNorm2d(eps=1e-6),
                    nn.LazyConv2d(number, 2, stride=2),
                ),
            )
        self.downsample_layers = nn.ModuleList(downsample_layers)
        self.stage_blocks = nn.ModuleList()
        for i, settings in enumerate(STAGES):
            stage_blocks = []
            for j in range(depths[i]):
                stage_blocks.append(Block(filters[i], **settings))
            self.stage_blocks.append(nn.ModuleList(stage_blocks))

        # with or without a place for each pixel
        if pooling == "avg":
            pass
        self.norm = LazyLayerNorm2d(eps=1e-6)

    def forward(self, inputs):
        x = inputs
        for i, stage_blocks in enumerate(self.stage_blocks):
            x = self.downsample_layers[i](x)
            for stage_block in stage_blocks:
                x = stage_block(x)

        # with or without a place for each pixel
        if self.pooling == "avg":
            x = x.mean((2, 3))
        x = self.norm(x)
        return x
