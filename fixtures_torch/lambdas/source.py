import tensorflow as tf
from tensorflow.keras import layers, Model
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Lambda, Input, Dense, Conv2D


def scale(x, factor=2.0):
    return x * factor


def channel_attention(x, ratio=2):
    avg = Lambda(lambda t: K.mean(t, axis=[1, 2], keepdims=True))(x)
    mx = layers.Lambda(lambda t: tf.reduce_max(t, axis=[1, 2], keepdims=True), name="mx")(x)
    h = Conv2D(K.int_shape(x)[-1] // ratio, 1, activation=tf.nn.relu)
    o = Conv2D(K.int_shape(x)[-1], 1)
    w = layers.Activation("sigmoid")(layers.add([o(h(avg)), o(h(mx))]))
    return layers.multiply([x, w])


def net(classes=3, width=8, temp=0.5):
    inputs = Input((16, 16, 3))
    x = Lambda(lambda t: (t - 127.5) / 127.5)(inputs)
    x = Conv2D(width, 3, padding="same", activation="swish")(x)
    x = channel_attention(x)
    x = Lambda(scale, arguments={"factor": 3.0})(x)
    a, b = Lambda(lambda t: tf.split(t, 2, axis=-1))(x)
    y = Lambda(lambda t: t[0] * t[1])([a, b])
    z = Lambda(lambda t: tf.image.resize(t, (8, 8)))(y)
    z = Lambda(lambda t: K.relu(t, max_value=6))(z)
    z = layers.GlobalAveragePooling2D()(z)
    n = Lambda(lambda t: K.l2_normalize(t, axis=1) / temp)(z)
    half = Lambda(lambda t: t[:, : width // 4])
    n = layers.concatenate([n, half(z)])
    return Model(inputs, Dense(classes, activation=tf.nn.softmax)(n))
