import keras


class PaddedEmbedding(keras.layers.Embedding):
    """An embedding whose row `padding_idx`, if it is not None, is not trained."""

    def __init__(self, input_dim, output_dim, padding_idx, **kwargs):
        super().__init__(input_dim, output_dim, **kwargs)
        self.padding_idx = padding_idx

    def call(self, inputs):
        outputs = super().call(inputs)
        if self.padding_idx is None:
            return outputs
        padding = keras.ops.expand_dims(inputs == self.padding_idx % self.input_dim, -1)
        return keras.ops.where(padding, keras.ops.stop_gradient(outputs), outputs)
