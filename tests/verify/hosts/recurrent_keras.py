import keras
from keras import layers, ops


class Cell(layers.Layer):
    def __init__(self):
        super().__init__()
        self.ih = layers.Dense(16)
        self.hh = layers.Dense(16)

    def call(self, x, h, c):
        i, f, g, o = ops.split(self.ih(x) + self.hh(h), 4, -1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        return ops.sigmoid(o) * ops.tanh(c), c


class Loop(layers.Layer):
    def __init__(self):
        super().__init__()
        self.cell = Cell()

    def call(self, x):
        h = c = ops.zeros((x.shape[0], 4), x.dtype)
        found = []
        for step in range(x.shape[1]):
            h, c = self.cell(x[:, step], h, c)
            found.append(h)
        return ops.stack(found, 1)


class Window(layers.Layer):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv1D(4, 3, padding="causal")

    def call(self, x):
        return self.conv(x)


class Pool(layers.Layer):
    def call(self, x):
        weights = ops.softmax(ops.sum(x, -1, keepdims=True), 1)
        n = x.shape[1]
        return ops.concatenate(
            [ops.sum(weights * x, 1), ops.var(x, 1) * n / (n - 1), ops.cumsum(x[:, 1:], 1)[:, -1]], -1
        )


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.loop = Loop()
        self.lstm = layers.LSTM(3, return_sequences=True)
        self.gru = layers.GRU(4, return_sequences=True)
        self.window = Window()
        self.pool = Pool()
        self.out = layers.Dense(2)

    def call(self, x):
        return self.out(self.pool(self.window(self.gru(self.lstm(self.loop(x))))))
