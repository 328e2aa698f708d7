import keras
from keras import layers, ops


class Average(layers.Layer):
    def __init__(self):
        super().__init__()
        self.weight = self.add_weight(shape=(6,), initializer="ones", name="weight")
        self.seen = self.add_weight(shape=(6,), initializer="zeros", trainable=False, name="seen")

    def call(self, x, training=None):
        if training:
            self.seen.assign(0.9 * self.seen + 0.1 * ops.mean(ops.stop_gradient(x), 0))
        return x * self.weight + self.seen


class Gate(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(6)

    def call(self, x):
        return x * ops.sigmoid(self.inner(ops.stop_gradient(x)))


class Share(layers.Layer):
    def __init__(self):
        super().__init__()
        self.fc = layers.Dense(6)

    def call(self, x):
        return self.fc(ops.relu(self.fc(x))) + x * ops.diagonal(self.fc.kernel)


class Squares(layers.Layer):
    def __init__(self):
        super().__init__()
        self.matrix = self.add_weight(shape=(6, 6), initializer="identity", name="matrix")
        self.bias = self.add_weight(shape=(6,), initializer="zeros", name="bias")

    def call(self, x):
        return x @ self.matrix + self.bias


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(6)
        self.bn = layers.BatchNormalization(momentum=0.8, epsilon=1e-5)
        self.average = Average()
        self.gate = Gate()
        self.share = Share()
        self.squares = Squares()
        self.drop = layers.Dropout(0.4)
        self.frozen = layers.Dense(6, trainable=False)
        self.last = layers.Dense(3)

    def call(self, x):
        x = ops.relu(self.bn(self.first(x)))
        x = self.squares(self.share(self.gate(self.average(x))))
        x = self.drop(x) + ops.tanh(self.frozen(x))
        return {"logits": self.last(x), "norm": ops.norm(x, axis=1)}
