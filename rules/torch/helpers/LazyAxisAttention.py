from .AxisAttention import AxisAttention
from .LazyMultiHeadAttention import LazyMultiHeadAttention


class LazyAxisAttention(LazyMultiHeadAttention, AxisAttention):
    """Attention along some axes that finds out the sizes of its inputs when it is called first."""

    cls_to_become = AxisAttention
