import keras
from keras import layers


class Encoder(layers.Layer):
    def __init__(self, vocabulary, units):
        super().__init__()
        self.embedding = layers.Embedding(vocabulary, 6)
        self.gru = layers.GRU(units, return_sequences=True, return_state=True)

    def call(self, tokens, state=None):
        x = self.embedding(tokens)
        outputs, state = self.gru(x, initial_state=state)
        return outputs, state


class Decoder(layers.Layer):
    """Looks at what the encoder gave for each word, at every step."""

    def __init__(self, vocabulary, units):
        super().__init__()
        self.embedding = layers.Embedding(vocabulary, 6)
        self.gru = layers.GRU(units, return_sequences=True)
        self.attention = layers.Attention(use_scale=True)
        self.merge = layers.Concatenate(axis=-1)
        self.out = layers.Dense(vocabulary)

    def call(self, tokens, encoded, state):
        x = self.embedding(tokens)
        x = self.gru(x, initial_state=state)
        context = self.attention([x, encoded])
        return self.out(self.merge([x, context]))


class Translator(keras.Model):
    def __init__(self, vocabulary=20, units=8):
        super().__init__()
        self.encoder = Encoder(vocabulary, units)
        self.decoder = Decoder(vocabulary, units)

    def call(self, source, target):
        encoded, state = self.encoder(source)
        return self.decoder(target, encoded, state)
