import keras
from keras import layers, ops


class PatchEmbedding(layers.Layer):
    def __init__(self, patch, width, **kwargs):
        super().__init__(**kwargs)
        self.patch = patch
        self.project = layers.Dense(width)

    def call(self, images):
        shape = ops.shape(images)
        n, h, w, c = shape
        p = self.patch
        x = ops.reshape(images, (n, h // p, p, w // p, p, c))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        x = ops.reshape(x, (n, (h // p) * (w // p), p * p * c))
        return self.project(x)


class Attention(layers.Layer):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.qkv = layers.Dense(3 * width, use_bias=False)
        self.out = layers.Dense(width)

    def call(self, x, mask=None):
        b, t, c = ops.shape(x)
        qkv = ops.reshape(self.qkv(x), (b, t, 3, self.heads, c // self.heads))
        q, k, v = ops.unstack(ops.transpose(qkv, (2, 0, 3, 1, 4)), axis=0)
        scores = ops.einsum("bhqd,bhkd->bhqk", q, k) * self.scale
        causal = ops.tril(ops.ones((t, t)))
        scores = ops.where(causal > 0, scores, -1e9)
        weights = ops.softmax(scores, axis=-1)
        x = ops.matmul(weights, v)
        x = ops.reshape(ops.swapaxes(x, 1, 2), (b, t, c))
        return self.out(x)


class Block(layers.Layer):
    def __init__(self, width, heads, ratio=2):
        super().__init__()
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.attention = Attention(width, heads)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.grow = layers.Dense(width * ratio, activation=keras.activations.gelu)
        self.shrink = layers.Dense(width)

    def call(self, x):
        x = ops.add(x, self.attention(self.norm1(x)))
        return x + self.shrink(self.grow(self.norm2(x)))


class TinyViT(keras.Model):
    def __init__(self, patch=4, width=8, heads=2, depth=2, classes=3):
        super().__init__()
        self.embed = PatchEmbedding(patch, width)
        self.blocks = [Block(width, heads) for _ in range(depth)]
        self.norm = layers.LayerNormalization()
        self.head = layers.Dense(classes, kernel_initializer="zeros")

    def call(self, images):
        x = self.embed(ops.cast(images, "float32") / 127.5 - 1.0)
        positions = ops.arange(0, ops.shape(x)[1], dtype="float32")
        x = x + ops.expand_dims(ops.sin(positions), axis=-1)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        pooled = ops.concatenate([ops.mean(x, axis=1), ops.max(x, axis=1)], axis=-1)
        return self.head(ops.log_softmax(pooled))
