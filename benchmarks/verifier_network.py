"""The verifier's head in torch, to be trained; `aligner/verify/head.py` runs it in numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from aligner.verify.head import Head

States = npt.NDArray[np.float16]

SIZE = 128  # dimensions of a comparison; 192 tell no more
DROPOUT = 0.2


@dataclass(frozen=True, slots=True)
class Views:
    """What the head makes of `n` sentences of up to `t` tokens; as `aligner.verify.head.View`, padded.

    `mask` `[n, t]` is false where there is padding.
    """

    keys: Tensor
    values: Tensor
    importance: Tensor
    gist: Tensor
    mask: Tensor

    def take(self, numbers: Tensor) -> "Views":
        """The views of some of the sentences, in that order."""
        return Views(
            self.keys[numbers],
            self.values[numbers],
            self.importance[numbers],
            self.gist[numbers],
            self.mask[numbers],
        )


def padded(states: Sequence[States]) -> tuple[Tensor, Tensor]:
    """States `[tokens, d]` of sentences as one tensor `[n, t, d]`, and its mask `[n, t]`."""
    width = states[0].shape[1]
    result = torch.zeros(len(states), max(map(len, states)), width)
    mask = torch.zeros(result.shape[:2], dtype=torch.bool)
    for k, one in enumerate(states):
        result[k, : len(one)] = torch.from_numpy(one.astype(np.float32))
        mask[k, : len(one)] = True
    return result, mask


class Network(nn.Module):
    """The head with its names of `aligner.verify.head.Head`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.key = nn.Linear(width, SIZE, bias=False)
        self.value = nn.Linear(width, SIZE)
        nn.init.orthogonal_(self.key.weight)
        nn.init.orthogonal_(self.value.weight)
        self.log_sharpness = nn.Parameter(torch.tensor(2.0))
        self.importance = nn.Linear(width, 1, bias=False)
        self.gist = nn.Linear(width, SIZE)
        self.compare = nn.Linear(4 * SIZE + 1, SIZE)
        self.hidden = nn.Linear(6 * SIZE, SIZE)
        self.pair = nn.Linear(SIZE, 1)
        self.word = nn.Linear(SIZE, 1)
        self.drop = nn.Dropout(DROPOUT)

    def view(self, states: Tensor, mask: Tensor) -> Views:
        """The views of sentences, from their states `[n, t, d]`."""
        rows = self.drop(self.norm(states))
        importance = self.importance(rows)[..., 0].masked_fill(~mask, -1e4).softmax(-1)
        gist = self.gist((rows * importance[..., None]).sum(1))
        keys = nn.functional.normalize(self.key(rows), dim=-1)
        return Views(keys, self.value(rows), importance, gist, mask)

    def forward(self, a: Views, b: Views) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of n pairs: of the same statement `[n]`, of what only a says `[n, t]`, and only b."""
        cosine = a.keys @ b.keys.transpose(1, 2)
        of_a = self._compared(cosine, a, b)
        of_b = self._compared(cosine.transpose(1, 2), b, a)
        sum_a, sum_b = (
            (part * side.importance[..., None]).sum(1) for part, side in ((of_a, a), (of_b, b))
        )
        peak_a, peak_b = (
            part.masked_fill(~side.mask[..., None], -1e4).amax(1)
            for part, side in ((of_a, a), (of_b, b))
        )
        symmetric = [
            sum_a + sum_b,
            (sum_a - sum_b).abs(),
            torch.maximum(peak_a, peak_b),
            peak_a + peak_b,
            (a.gist - b.gist).abs(),
            a.gist * b.gist,
        ]
        hidden = self.drop(torch.tanh(self.hidden(torch.cat(symmetric, -1))))
        return self.pair(hidden)[:, 0], self.word(of_a)[..., 0], self.word(of_b)[..., 0]

    def _compared(self, cosine: Tensor, own: Views, other: Views) -> Tensor:
        """The comparison `[n, t, k]` of each token with what it finds in the other sentence."""
        hidden = ~other.mask[:, None]
        attention = (self.log_sharpness.exp() * cosine).masked_fill(hidden, -1e4).softmax(-1)
        nearest = cosine.masked_fill(hidden, -1.0).amax(-1, keepdim=True)
        found, values = attention @ other.values, own.values
        compared = [values, found, (values - found).abs(), values * found, nearest]
        return nn.functional.gelu(self.compare(torch.cat(compared, -1)), approximate="tanh")

    def head(self, depth: int) -> Head:
        """The weights as the package has them."""
        w = {name: value.detach().numpy() for name, value in self.state_dict().items()}
        return Head(
            depth=depth,
            norm=np.stack([w["norm.weight"], w["norm.bias"]]),
            sharpness=np.exp(w["log_sharpness"]),
            importance=w["importance.weight"][0],
            **_linear(w, "value", "gist", "compare", "hidden", "pair", "word"),
            key=w["key.weight"].T,
        )


def _linear(
    weights: Mapping[str, npt.NDArray[np.float32]], *names: str
) -> dict[str, npt.NDArray[np.float32]]:
    parts = {name: weights[f"{name}.weight"].T for name in names}
    return parts | {f"{name}_bias": weights[f"{name}.bias"] for name in names}
