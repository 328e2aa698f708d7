import keras
from keras import layers, ops


class Block(layers.Layer):
    """Two convolutions and a shortcut."""

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.conv1 = layers.Conv2D(filters, 3, padding="same", activation="relu")
        self.bn = layers.BatchNormalization(epsilon=1e-5)
        self.conv2 = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.add = layers.Add()

    def call(self, x, training=None):
        y = self.conv1(x)  # first
        y = self.bn(y, training=training)
        y = self.conv2(y)
        return ops.relu(self.add([x, y]))


class Net(keras.Model):
    def __init__(self, classes=10):
        super().__init__()
        self.stem = layers.Conv2D(8, 7, strides=2, padding="same")
        self.block = Block(8)
        self.pool = layers.GlobalAveragePooling2D()
        self.drop = layers.Dropout(0.5)
        self.head = layers.Dense(classes, activation="softmax")

    def call(self, inputs, training=False):
        x = self.stem(inputs)
        x = ops.concatenate([x, self.block(x)], axis=-1)
        x = self.pool(x)
        x = self.drop(x, training=training)
        return self.head(x)
