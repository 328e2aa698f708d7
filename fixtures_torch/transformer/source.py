import keras
from keras import layers, ops


class PositionEmbedding(layers.Layer):
    def __init__(self, length, size, **kwargs):
        super().__init__(**kwargs)
        self.positions = layers.Embedding(length, size)

    def call(self, x):
        return x + self.positions(ops.arange(ops.shape(x)[1]))


class TransformerBlock(layers.Layer):
    def __init__(self, size, heads, hidden, rate=0.1, causal=True, **kwargs):
        super().__init__(**kwargs)
        self.causal = causal
        self.attention = layers.MultiHeadAttention(num_heads=heads, key_dim=size // heads, dropout=rate)
        self.feed_forward = keras.Sequential([layers.Dense(hidden, activation="gelu"), layers.Dense(size)])
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout = layers.Dropout(rate)

    def call(self, x, training=None):
        normed = self.norm1(x)
        x = x + self.dropout(self.attention(normed, normed, use_causal_mask=self.causal), training=training)
        return x + self.dropout(self.feed_forward(self.norm2(x)), training=training)


def create_model(vocabulary=30, length=6, size=8, heads=2, blocks=2):
    inputs = keras.Input((length,), dtype="int32")
    x = layers.Embedding(vocabulary, size)(inputs)
    x = PositionEmbedding(length, size)(x)
    for i in range(blocks):
        x = TransformerBlock(size, heads, 4 * size, causal=i > 0, name=f"block_{i}")(x)
    x = layers.LayerNormalization()(x)
    return keras.Model(inputs, layers.Dense(vocabulary, name="head")(x))
