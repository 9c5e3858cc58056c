"""The nearest of many vectors: exact up to a size, by an inverted index of FAISS above it.

Vectors may be 16-bit floats of a mapped file; blocks of them are in memory at a time.

Exact search looks at every pair, in blocks; it is a matrix product and fast for tens of thousands. The
index (IVF: Jegou et al., 2011; Johnson et al., 2021) sorts the vectors around centres and looks only
where the query falls. Of the kinds that FAISS has, it gives the same answer on every run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from aligner.errors import ResultsError
from aligner.vectors import Vectors

# Pairs of vectors up to which all are looked at; a tenth of it takes 4.3 s of a slow core.
MOST_EXACT = 1_000_000_000
BLOCK, WIDE = 2_048, 8_192  # rows and columns of the product that are in memory at a time
# Vectors a centre, and the share of centres that is looked at; what that misses is told (`recall`).
PER_CENTRE, LOOKED_AT = 200, 0.1
# More centres than so many times the root of the vectors take longer to find than they save; FAISS
# advises 4 to 16, and 30 to 256 vectors to find a centre by.
ROOTS, TRAINED_ON = 4, 64
SAMPLED = 1_000  # queries from which the recall is told


AnyVectors = npt.NDArray[np.float16] | npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The `k` nearest for each of `n` queries, the nearest first.

    `numbers` `[n, k]`: which they are, -1 where there are fewer; `cosines` `[n, k]`. `recall`: the share
    of the true ones that were found, 0 to 1; 1 for exact search.
    """

    numbers: npt.NDArray[np.intp]
    cosines: Vectors
    recall: float


def nearest(
    queries: AnyVectors, vectors: AnyVectors, k: int, most_exact: int = MOST_EXACT
) -> Neighbours:
    """The `k` nearest of `vectors` `[m, d]` for each of `queries` `[n, d]`, all of length 1, by cosine.

    There must be a vector.

    Raises ResultsError when there are more than `most_exact` pairs and FAISS is not installed.
    """
    k = min(k, len(vectors))
    if len(queries) * len(vectors) <= most_exact:
        return Neighbours(*_exact(queries, vectors, k), 1.0)
    index = _index(vectors)
    found = [index.search(_floats(queries[rows]), k) for rows in _blocks(len(queries), BLOCK)]
    cosines, numbers = (np.concatenate([one[part] for one in found]) for part in (0, 1))
    step = max(1, len(queries) // SAMPLED)
    true, _ = _exact(queries[::step], vectors, k)
    shared = [len({*one} & {*other}) for one, other in zip(true, numbers[::step], strict=True)]
    return Neighbours(numbers, cosines, sum(shared) / true.size)


def _exact(
    queries: AnyVectors, vectors: AnyVectors, k: int
) -> tuple[npt.NDArray[np.intp], Vectors]:
    numbers = np.empty((len(queries), k), dtype=np.intp)
    cosines = np.empty((len(queries), k), dtype=np.float32)
    for rows in _blocks(len(queries), BLOCK):
        some = _floats(queries[rows])
        found = [_best(some, vectors, columns, k) for columns in _blocks(len(vectors), WIDE)]
        best, values = (np.concatenate([one[part] for one in found], axis=1) for part in (0, 1))
        order = np.lexsort((best, -values), axis=1)[:, :k]
        numbers[rows] = np.take_along_axis(best, order, axis=1)
        cosines[rows] = np.take_along_axis(values, order, axis=1)
    return numbers, cosines


def _best(
    queries: Vectors, vectors: AnyVectors, columns: slice, k: int
) -> tuple[npt.NDArray[np.intp], Vectors]:
    """Numbers and cosines of the `k` nearest among some vectors, in any order."""
    products = queries @ _floats(vectors[columns]).T
    if products.shape[1] > k:
        best = np.argpartition(products, -k, axis=1)[:, -k:]
    else:
        best = np.broadcast_to(np.arange(products.shape[1]), products.shape)
    return best + columns.start, np.take_along_axis(products, best, axis=1)


def _blocks(length: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover `length`."""
    return (slice(*ends) for ends in pairwise([*range(0, length, size), length]))


def _floats(vectors: AnyVectors) -> Vectors:
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _index(vectors: AnyVectors) -> Any:
    try:
        import faiss
    except ImportError as error:
        raise ResultsError(
            f"{len(vectors):,} vectors need FAISS; pip install 'bitext-align[mine]', or take fewer texts"
        ) from error
    centres = max(1, min(len(vectors) // PER_CENTRE, round(ROOTS * len(vectors) ** 0.5)))
    # Half the memory of plain floats; the last digits do not matter here.
    index: Any = faiss.index_factory(
        vectors.shape[1], f"IVF{centres},SQfp16", faiss.METRIC_INNER_PRODUCT
    )
    index.train(_floats(vectors[:: max(1, len(vectors) // (TRAINED_ON * centres))]))
    for rows in _blocks(len(vectors), BLOCK):
        index.add(_floats(vectors[rows]))
    index.nprobe = max(1, round(LOOKED_AT * centres))
    return index
