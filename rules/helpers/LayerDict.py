import keras


class LayerDict(keras.layers.Layer):
    """A layer that is also the dictionary of layers which it uses."""

    def __init__(self, items=(), **kwargs):
        super().__init__(**kwargs)
        self.by_name = dict(items)

    def __getitem__(self, name):
        return self.by_name[name]

    def __setitem__(self, name, layer):
        self.by_name[name] = layer

    def __contains__(self, name):
        return name in self.by_name

    def __len__(self):
        return len(self.by_name)

    def __iter__(self):
        return iter(self.by_name)

    def keys(self):
        return self.by_name.keys()

    def values(self):
        return self.by_name.values()

    def items(self):
        return self.by_name.items()

    def update(self, items):
        self.by_name.update(items)
