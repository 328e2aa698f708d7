import keras
from keras import layers


def make(vocabulary):
    tokens = keras.Input((None,), dtype="int32")
    x = layers.Embedding(vocabulary, 6)(tokens)
    x = layers.Conv1D(8, 3, padding="same", activation="swish")(x)
    x = layers.LayerNormalization()(x)
    x = layers.SpatialDropout1D(0.2)(x)
    weights = layers.Softmax(axis=1)(layers.Dense(1)(x))
    pooled = layers.Dot(axes=1)([weights, x])
    return keras.Model(tokens, {"sequence": x, "pooled": layers.Reshape((8,))(pooled)})
