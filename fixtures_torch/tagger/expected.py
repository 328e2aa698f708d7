"""A tagger: a label for each word of a sentence."""

from torch import nn


class SpatialDropout1d(nn.Dropout1d):
    """Sets whole channels, which come last, to zero while the model trains."""

    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class Tagger(nn.Module):
    def __init__(self, words=50, tags=5, units=6, depth=2, rate=0.2):
        super().__init__()
        self.embedding = nn.Embedding(words, 8)
        self.spatial_dropout = SpatialDropout1d(rate)
        self.encoders = nn.ModuleList()
        channels = 8
        for i in range(depth):
            self.encoders.append(nn.LSTM(channels, units, batch_first=True, bidirectional=True))
            channels = 2 * units
        # the whole sentence, beside each word
        self.summary_ = nn.GRU(channels, units, batch_first=True, bidirectional=True)
        self.tags = nn.Sequential(nn.Linear(channels, tags), nn.Softmax(dim=-1))
        self.sentence = nn.Sequential(nn.Linear(units, 1), nn.Sigmoid())

    def forward(self, inputs):
        x = self.embedding(inputs)
        x = self.spatial_dropout(x)
        for encoder in self.encoders:
            x, _ = encoder(x)
        _, h = self.summary_(x)
        sentence = h.sum(0)
        scores = self.tags(x)
        return [scores, self.sentence(sentence)]
