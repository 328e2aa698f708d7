import keras


class Softplus(keras.layers.Layer):
    """log(1 + exp(beta * x)) / beta, and x itself where beta * x exceeds the threshold."""

    def __init__(self, beta=1.0, threshold=20.0, **kwargs):
        super().__init__(**kwargs)
        self.beta = beta
        self.threshold = threshold

    def call(self, inputs):
        scaled = self.beta * inputs
        return keras.ops.where(scaled > self.threshold, inputs, keras.ops.softplus(scaled) / self.beta)
