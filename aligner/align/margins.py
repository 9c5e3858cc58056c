"""How far the similarities of two texts stand out from their background, alike for all models.

Axes: `n` sentences of a, `m` sentences of b.
"""

import numpy as np
from numpy.typing import NDArray

Margins = NDArray[np.float64]

# From the tenth percentile of the margins to their median, which counterparts do not touch, with the
# embedded model; most other models spread less.
USUAL_SPREAD = 0.15
MOST_STRETCH = 1.6
# Of fewer, percentiles say too little: texts of five sentences lost their order.
FEWEST_MARGINS = 64
SMALLEST = 1e-6


def margins_of(similarity: NDArray[np.floating]) -> Margins:
    """How much of the way from its row's and column's mean to identity each cosine [n, m] has come."""
    similarity = similarity.astype(np.float64)
    background = (similarity.mean(axis=0) + similarity.mean(axis=1)[:, None]) / 2
    margin: Margins = (similarity - background) / np.maximum(1 - background, 0.1)
    return margin


def stretch_of(margin: Margins) -> float:
    """By how much margins [n, m] are stretched to spread as usual, 1 to `MOST_STRETCH`."""
    if margin.size < FEWEST_MARGINS:
        return 1.0
    tenth, median = np.quantile(margin, [0.1, 0.5])
    return float(np.clip(USUAL_SPREAD / max(median - tenth, SMALLEST), 1, MOST_STRETCH))
