import tensorflow as tf

L = tf.keras.layers


class Block(L.Layer):
    """A convolution, and a slope that is learnt."""

    def __init__(self, filters, **kwargs):
        super(Block, self).__init__(**kwargs)
        self.conv = L.Conv2D(filters, kernel_size=(3, 3), activation="linear", name="conv")
        self.prelu = L.PReLU(shared_axes=[1, 2], name="prelu")

    def build(self, input_shape):
        with tf.name_scope("conv"):
            self.conv.build(input_shape)
        output_shape = self.conv.compute_output_shape(input_shape)
        self.prelu.build(output_shape)
        self.built = True

    def call(self, inputs):
        return self.prelu(self.conv(inputs))

    def compute_output_shape(self, input_shape):
        return self.conv.compute_output_shape(input_shape)


class Detector(tf.keras.Model):
    """Where something is in a small image, and what."""

    def __init__(self, classes=2, **kwargs):
        super(Detector, self).__init__(**kwargs)
        self.block1 = Block(6)
        self.pool = L.MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same", name="pool")
        self.block2 = Block(8)
        self.permute = L.Permute((2, 1, 3), name="permute")
        self.flatten = L.Flatten(name="flatten")
        self.fc = L.Dense(16, name="fc")
        self.prelu = L.PReLU(name="prelu")
        self.boxes = L.Dense(4, name="boxes-1")
        self.classes = L.Dense(classes, activation="softmax", name="classes-1")

    def build(self, input_shape=(None, 16, 12, 3)):
        """Builds the layers one by one."""
        self.block1.build(input_shape)
        output_shape = self.block1.compute_output_shape(input_shape)
        self.pool.build(output_shape)
        output_shape = self.pool.compute_output_shape(output_shape)
        self.block2.build(output_shape)
        super(Detector, self).build(input_shape)

    def call(self, inputs, *args, **kwargs):
        x = self.pool(self.block1(inputs))
        x = self.block2(x)
        x = self.flatten(self.permute(x))
        x = self.prelu(self.fc(x))
        return [self.boxes(x), self.classes(x)]
