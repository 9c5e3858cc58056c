"""The nearest of many vectors: exact up to a size, by an inverted index of FAISS above it.

Exact search looks at every pair, in blocks; it is a matrix product and fast for tens of thousands. The
index (IVF: Jegou et al., 2011; Johnson et al., 2021) sorts the vectors around centres and looks only
where the query falls. Of the kinds that FAISS has, it gives the same answer on every run.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.errors import ResultsError
from aligner.vectors import Vectors

# Pairs of vectors up to which all are looked at; a tenth of it takes 4.3 s of a slow core.
MOST_EXACT = 1_000_000_000
BLOCK = 2_048  # rows of the product that are in memory at a time
# Vectors a centre, and the share of centres that is looked at; what that misses is told (`recall`).
PER_CENTRE, LOOKED_AT = 200, 0.1
SAMPLED = 1_000  # queries from which the recall is told


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The `k` nearest for each of `n` queries, the nearest first.

    `numbers` `[n, k]`: which they are, -1 where there are fewer; `cosines` `[n, k]`. `recall`: the share
    of the true ones that were found, 0 to 1; 1 for exact search.
    """

    numbers: npt.NDArray[np.intp]
    cosines: Vectors
    recall: float


def nearest(queries: Vectors, vectors: Vectors, k: int, most_exact: int = MOST_EXACT) -> Neighbours:
    """The `k` nearest of `vectors` `[m, d]` for each of `queries` `[n, d]`, all of length 1, by cosine.

    There must be a vector.

    Raises ResultsError when there are more than `most_exact` pairs and FAISS is not installed.
    """
    k = min(k, len(vectors))
    if len(queries) * len(vectors) <= most_exact:
        return Neighbours(*_exact(queries, vectors, k), 1.0)
    index = _index(vectors)
    cosines, numbers = index.search(np.ascontiguousarray(queries), k)
    step = max(1, len(queries) // SAMPLED)
    true, _ = _exact(queries[::step], vectors, k)
    found = [len({*one} & {*other}) for one, other in zip(true, numbers[::step], strict=True)]
    return Neighbours(numbers, cosines, sum(found) / true.size)


def _exact(queries: Vectors, vectors: Vectors, k: int) -> tuple[npt.NDArray[np.intp], Vectors]:
    numbers = np.empty((len(queries), k), dtype=np.intp)
    cosines = np.empty((len(queries), k), dtype=np.float32)
    for start in range(0, len(queries), BLOCK):
        rows = slice(start, start + BLOCK)
        products = queries[rows] @ vectors.T
        best = np.argpartition(-products, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(products, best, axis=1)
        order = np.lexsort((best, -values), axis=1)
        numbers[rows] = np.take_along_axis(best, order, axis=1)
        cosines[rows] = np.take_along_axis(values, order, axis=1)
    return numbers, cosines


def _index(vectors: Vectors) -> Any:
    try:
        import faiss
    except ImportError as error:
        raise ResultsError(
            f"{len(vectors):,} vectors need FAISS; pip install 'bitext-align[mine]', or take fewer texts"
        ) from error
    centres = max(1, len(vectors) // PER_CENTRE)
    # Half the memory of plain floats; the last digits do not matter here.
    index: Any = faiss.index_factory(
        vectors.shape[1], f"IVF{centres},SQfp16", faiss.METRIC_INNER_PRODUCT
    )
    contiguous = np.ascontiguousarray(vectors)
    index.train(contiguous)
    index.add(contiguous)
    index.nprobe = max(1, round(LOOKED_AT * centres))
    return index
