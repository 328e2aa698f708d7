import keras


class LayerList(keras.layers.Layer):
    """A layer that is also the list of layers which it uses."""

    def __init__(self, items=(), **kwargs):
        super().__init__(**kwargs)
        self.items = list(items)

    def __getitem__(self, index):
        return self.items[index]

    def __setitem__(self, index, layer):
        self.items[index] = layer

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def append(self, layer):
        self.items.append(layer)
        return self

    def extend(self, items):
        self.items.extend(items)
        return self

    def insert(self, index, layer):
        self.items.insert(index, layer)
