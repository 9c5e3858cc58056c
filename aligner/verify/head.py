"""What is trained: a small network that compares two sentences token by token.

Each token looks for its counterpart among the tokens of the other sentence, is compared with what it
found, and the comparisons are summed up (decomposable attention, Parikh et al., 2016; enhanced
comparison, Chen et al., 2017). Everything that concerns one sentence alone is done once a sentence
(`Head.view`), so that a pair costs little. Swapping the sentences changes nothing.

Axes: `t`, `u` tokens of two sentences, those of begin and end included, `d` dimensions of a state, `k`
of a comparison.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from aligner.verify import Array
from aligner.verify.layers import gelu, normalised, softmax

EPSILON = 1e-5  # of the normalisation; torch's default, with which the head is trained


@dataclass(frozen=True, slots=True)
class View:
    """What the head makes of one sentence.

    `keys` `[t, k]` of length 1, by which tokens find each other; `values` `[t, k]`, by which they are
    compared; `importance` `[t]`, which sums to 1; `gist` `[k]`: the sentence as a whole.
    """

    keys: Array
    values: Array
    importance: Array
    gist: Array


@dataclass(frozen=True, slots=True)
class Verdict:
    """Log odds that two sentences make the same statement, and those of what only one says.

    `a_missing` `[t]` and `b_missing` `[u]`: for each token, that the other sentence does not say it.
    """

    logit: float
    a_missing: Array
    b_missing: Array


@dataclass(frozen=True, slots=True)
class Head:
    """The weights; matrices `[inputs, outputs]`. `depth`: the layers of the base that come before."""

    depth: int
    norm: Array
    key: Array
    value: Array
    value_bias: Array
    sharpness: Array
    importance: Array
    gist: Array
    gist_bias: Array
    compare: Array
    compare_bias: Array
    hidden: Array
    hidden_bias: Array
    pair: Array
    pair_bias: Array
    word: Array
    word_bias: Array

    def view(self, states: Array) -> View:
        """What there is to say of one sentence, from its states `[t, d]`."""
        rows = normalised(states, self.norm, EPSILON)
        keys = rows @ self.key
        keys /= np.linalg.norm(keys, axis=1, keepdims=True)
        importance = softmax(rows @ self.importance)
        gist = np.asarray(importance @ rows @ self.gist + self.gist_bias, dtype=np.float32)
        return View(keys, rows @ self.value + self.value_bias, importance, gist)

    def judge(self, pairs: Sequence[tuple[View, View]]) -> list[Verdict]:
        """The verdict on each pair; all are compared in one matrix product."""
        found = [side for a, b in pairs for side in _counterparts(a, b, float(self.sharpness))]
        views = [view for pair in pairs for view in pair]
        ends = np.cumsum([len(view.values) for view in views])[:-1]
        own, other = np.concatenate([view.values for view in views]), np.concatenate(found)
        other, nearest = other[:, :-1], other[:, -1:]
        compared = np.concatenate([own, other, np.abs(own - other), own * other, nearest], axis=1)
        compared = gelu(compared @ self.compare + self.compare_bias)
        missing = np.split((compared @ self.word + self.word_bias)[:, 0], ends)
        parts = np.split(compared, ends)
        sums = [view.importance @ part for view, part in zip(views, parts, strict=True)]
        peaks = [part.max(axis=0) for part in parts]
        logits = self._logits(
            *(np.stack(side) for side in (sums[::2], sums[1::2], peaks[::2], peaks[1::2])),
            *(np.stack([view.gist for view in side]) for side in (views[::2], views[1::2])),
        )
        return [
            Verdict(float(logit), a, b)
            for logit, a, b in zip(logits, missing[::2], missing[1::2], strict=True)
        ]

    def _logits(  # noqa: PLR0913, PLR0917 (three things of either side)
        self, sum_a: Array, sum_b: Array, peak_a: Array, peak_b: Array, gist_a: Array, gist_b: Array
    ) -> Array:
        symmetric = [
            sum_a + sum_b,
            np.abs(sum_a - sum_b),
            np.maximum(peak_a, peak_b),
            peak_a + peak_b,
            np.abs(gist_a - gist_b),
            gist_a * gist_b,
        ]
        hidden = np.tanh(np.concatenate(symmetric, axis=1) @ self.hidden + self.hidden_bias)
        logits: Array = (hidden @ self.pair + self.pair_bias)[:, 0]
        return logits


_ARRAYS = [one.name for one in fields(Head) if one.name != "depth"]
# A sentence as each of several heads sees it.
Views = tuple[View, ...]


def _counterparts(a: View, b: View, sharpness: float) -> tuple[Array, Array]:
    """For each token, the mean value of its counterparts and the cosine of the nearest, `[t, k + 1]`."""
    cosine = a.keys @ b.keys.T
    return tuple(  # type: ignore[return-value]
        np.concatenate([softmax(sharpness * one) @ values, one.max(axis=1, keepdims=True)], axis=1)
        for one, values in ((cosine, b.values), (cosine.T, a.values))
    )


@dataclass(frozen=True, slots=True)
class Heads:
    """Heads of equal depth, trained from different beginnings, whose verdicts are averaged.

    Two have 0.007 AUC more than one on held-out blocks, and cost little beside the base.
    """

    members: tuple[Head, ...]

    @property
    def depth(self) -> int:
        """The layers of the base that come before."""
        return self.members[0].depth

    def views(self, states: Array) -> Views:
        """What each of the heads makes of a sentence, from its states `[t, d]`."""
        return tuple(head.view(states) for head in self.members)

    def judge(self, pairs: Sequence[tuple[Views, Views]]) -> list[Verdict]:
        """The mean verdict on each pair."""
        by_head = [
            head.judge([(a[k], b[k]) for a, b in pairs]) for k, head in enumerate(self.members)
        ]
        return [_mean(verdicts) for verdicts in zip(*by_head, strict=True)]


def _mean(verdicts: Sequence[Verdict]) -> Verdict:
    return Verdict(
        float(np.mean([one.logit for one in verdicts])),
        np.mean([one.a_missing for one in verdicts], axis=0),
        np.mean([one.b_missing for one in verdicts], axis=0),
    )


def load_heads(data: bytes) -> Heads:
    """What `save_heads` wrote."""
    with np.load(io.BytesIO(data)) as stored:
        members = [
            Head(
                depth=int(stored["depth"]),
                **{one: stored[f"{k}.{one}"].astype(np.float32) for one in _ARRAYS},
            )
            for k in range(int(stored["members"]))
        ]
    return Heads(tuple(members))


def save_heads(heads: Heads, path: Path) -> None:
    """Write the package's file: numpy's `.npz`, weights of 16 bits."""
    arrays = {"depth": np.array(heads.depth), "members": np.array(len(heads.members))}
    for k, head in enumerate(heads.members):
        arrays |= {
            f"{k}.{one}": np.asarray(getattr(head, one), dtype=np.float16) for one in _ARRAYS
        }
    np.savez(path, **arrays)  # type: ignore[arg-type]
