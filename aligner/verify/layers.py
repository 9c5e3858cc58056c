"""The layers of a BERT encoder (Devlin et al., 2019) in numpy, on texts of any lengths side by side.

Tokens of all texts of a batch stand below each other, `[t, d]`, so that nothing is padded; only
attention goes text by text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aligner.verify import Array
from aligner.verify.packed import PackedModel


@dataclass(frozen=True, slots=True)
class Layer:
    """One encoder layer; matrices `[inputs, outputs]`, `qkv` that of query, key and value in turn.

    A norm `[2, d]` is a scale and a shift.
    """

    qkv: Array
    qkv_bias: Array
    out: Array
    out_bias: Array
    attention_norm: Array
    up: Array
    up_bias: Array
    down: Array
    down_bias: Array
    output_norm: Array


def read_layer(model: PackedModel, number: int) -> Layer:
    """A layer of the packed model, counted from 0."""
    name = f"l{number}."

    def matrix(part: str, columns: int = 0) -> Array:
        return model.matrix(f"{name}{part}.w", columns or model.width)

    # Turned without a copy: products take as long, and the file holds outputs by inputs.
    return Layer(
        qkv=np.concatenate([matrix(part) for part in "qkv"]).T,
        qkv_bias=np.concatenate([model.array(f"{name}{part}.b") for part in "qkv"]),
        out=matrix("ao").T,
        out_bias=model.array(f"{name}ao.b"),
        attention_norm=read_norm(model, f"{name}aln"),
        up=matrix("fi").T,
        up_bias=model.array(f"{name}fi.b"),
        down=matrix("fo", len(model.array(f"{name}fi.b"))).T,
        down_bias=model.array(f"{name}fo.b"),
        output_norm=read_norm(model, f"{name}oln"),
    )


def read_norm(model: PackedModel, name: str) -> Array:
    """The scale and shift `[2, d]` of a normalisation."""
    return np.stack([model.array(f"{name}.w"), model.array(f"{name}.b")])


def forward(
    layer: Layer, states: Array, lengths: Sequence[int], heads: int, epsilon: float
) -> Array:
    """The states `[t, d]` of texts of those lengths, one layer on."""
    attended = _attention(layer, states, lengths, heads) @ layer.out + layer.out_bias
    states = normalised(states + attended, layer.attention_norm, epsilon)
    fed = gelu(states @ layer.up + layer.up_bias) @ layer.down + layer.down_bias
    return normalised(states + fed, layer.output_norm, epsilon)


def normalised(states: Array, norm: Array, epsilon: float) -> Array:
    """Each row with mean 0 and variance 1, then scaled and shifted by `norm` `[2, d]`."""
    centred = states - states.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + np.float32(epsilon))
    result: Array = centred / deviation * norm[0] + norm[1]
    return result


def gelu(x: Array) -> Array:
    """The tanh form (Hendrycks & Gimpel, 2016); numpy has no error function."""
    # 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), in one array: new ones took half of the time.
    result: Array = x * x
    result *= 0.044715
    result += 1
    result *= x
    result *= 0.7978846
    np.tanh(result, out=result)
    result += 1
    result *= x
    result *= 0.5
    return result


def softmax(x: Array) -> Array:
    """Rows of positive weights that sum to 1."""
    weights: Array = np.exp(x - x.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def _attention(layer: Layer, states: Array, lengths: Sequence[int], heads: int) -> Array:
    size = states.shape[1] // heads
    projected = (states @ layer.qkv + layer.qkv_bias).reshape(len(states), 3, heads, size)
    queries, keys, values = projected.transpose(1, 2, 0, 3)  # each [heads, t, size]
    queries = queries * np.float32(size**-0.5)
    result = np.empty((len(states), heads, size), dtype=np.float32)
    start = 0
    for length in lengths:
        end = start + length
        weights = softmax(queries[:, start:end] @ keys[:, start:end].transpose(0, 2, 1))
        result[start:end] = (weights @ values[:, start:end]).transpose(1, 0, 2)
        start = end
    return result.reshape(len(states), -1)
