import keras
from keras import layers, ops

SIDES = [[0, 0], [1, 1], [1, 1], [0, 0]]


class Stem(layers.Layer):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(6, 3, strides=2, use_bias=False)
        self.bn = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
        self.pool = layers.MaxPooling2D(3, 2)

    def call(self, x):
        x = ops.relu(self.bn(self.conv(ops.pad(x, SIDES))))
        return self.pool(ops.pad(x, SIDES, constant_values=-float("inf")))


class Mix(layers.Layer):
    def __init__(self):
        super().__init__()
        self.wide = layers.DepthwiseConv2D(3, padding="same", dilation_rate=2)
        self.point = layers.Conv2D(8, 1)
        self.norm = layers.GroupNormalization(2, epsilon=1e-5)

    def call(self, x):
        x = ops.leaky_relu(self.wide(x), 0.01)
        return ops.gelu(self.norm(self.point(x)), approximate=False)


class Down(layers.Layer):
    def call(self, x):
        return ops.average_pool(ops.pad(x, SIDES), 3, strides=1)


class Border(layers.Layer):
    def call(self, x):
        return ops.pad(x[:, 1:, :-1], [[0, 0], [2, 1], [1, 2], [0, 0]], mode="reflect")


class Up(layers.Layer):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2DTranspose(8, 3, strides=2)

    def call(self, x):
        x = self.conv(x)[:, 1:, 1:]
        return ops.image.resize(x, (2 * x.shape[1], 2 * x.shape[2]), interpolation="nearest")


class Swap(layers.Layer):
    def call(self, x):
        n, h, w, c = x.shape
        x = ops.reshape(ops.swapaxes(ops.reshape(x, (n, h, w, 2, c // 2)), 3, 4), (n, h, w, c))
        centred = x - ops.mean(x, (1, 2), keepdims=True)
        spread = ops.sqrt(ops.sum(centred**2, (1, 2), keepdims=True) / (h * w - 1))
        return centred * ops.clip(centred + 3, 0, 6) / 6 / spread


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.stem = Stem()
        self.mix = Mix()
        self.down = Down()
        self.border = Border()
        self.up = Up()
        self.swap = Swap()
        self.drop = layers.SpatialDropout2D(0.3)
        self.head = layers.Dense(5)

    def call(self, x):
        x = self.swap(self.up(self.border(self.down(self.mix(self.stem(x))))))
        x = self.drop(x)
        x = ops.concatenate([ops.max(x, (1, 2)), ops.mean(x, (1, 2))], 1)
        return ops.log_softmax(self.head(x), 1)
