"""A tagger: a label for each word of a sentence."""

from tensorflow import keras
from tensorflow.keras import layers


def build_tagger(words=50, tags=5, units=6, depth=2, rate=0.2):
    inputs = keras.Input(shape=(None,), dtype="int32", name="words")
    x = layers.Embedding(words, 8, name="embedding")(inputs)
    x = layers.SpatialDropout1D(rate)(x)
    for i in range(depth):
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True), name=f"encoder_{i}")(x)
    # the whole sentence, beside each word
    sentence = layers.Bidirectional(layers.GRU(units), merge_mode="sum", name="summary")(x)
    scores = layers.TimeDistributed(layers.Dense(tags, activation="softmax"), name="tags")(x)
    return keras.Model(inputs, [scores, layers.Dense(1, activation="sigmoid", name="sentence")(sentence)])
