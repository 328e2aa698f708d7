import keras


class StackedRNN(keras.layers.Layer):
    """Recurrent layers one after another, in one direction or both: the outputs, and the last states of all layers.

    States have an axis of layers and directions first; those of an LSTM are a pair.
    """

    def __init__(
        self,
        layer,
        units,
        num_layers=1,
        use_bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        activation="tanh",
    ):
        super().__init__()
        self.units, self.num_layers = units, num_layers
        self.batch_first, self.bidirectional = batch_first, bidirectional
        options = {"activation": activation, "use_bias": use_bias, "return_sequences": True, "return_state": True}
        self.forward_layers = [layer(units, **options) for _ in range(num_layers)]
        backward = num_layers if bidirectional else 0
        self.backward_layers = [layer(units, go_backwards=True, **options) for _ in range(backward)]
        self.dropout = keras.layers.Dropout(dropout)

    def call(self, x, hx=None):
        x = x if self.batch_first else keras.ops.swapaxes(x, 0, 1)
        initial = hx if isinstance(hx, (tuple, list)) else [hx]
        states = []
        for index, forward in enumerate(self.forward_layers):
            x = x if index == 0 else self.dropout(x)
            outputs = []
            for layer in [forward, *self.backward_layers[index : index + 1]]:
                y, *last = layer(x, initial_state=None if hx is None else [state[len(states)] for state in initial])
                outputs.append(y if layer is forward else keras.ops.flip(y, 1))
                states.append(last)
            x = keras.ops.concatenate(outputs, axis=-1)
        x = x if self.batch_first else keras.ops.swapaxes(x, 0, 1)
        h, *c = [keras.ops.stack(state) for state in zip(*states, strict=True)]
        return x, (h, *c) if c else h
