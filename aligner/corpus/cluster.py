"""The pairs of a job on a Ray cluster, in a pool of actors that load the models once each.

What is to be done goes into a manifest in Parquet, which Ray Data reads, hands out, and streams back: no
machine holds it whole. Every node has to see the manifest and the texts under the same paths, as on a
shared disk, and needs `align` installed.
"""

import json
import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aligner.corpus.pair import Outcome, Outcomes, Pair, groups
from aligner.corpus.worker import DIED, Task, Worker
from aligner.errors import AlignerError, ModelError, ResultsError

MANIFEST = "manifest.parquet"
ROWS = 1_000  # pairs of the manifest in memory at a time
BATCH = 4  # pairs that an actor takes at a time
TIMES = 3  # that pairs are done again when their actor dies, as with its node
FIELDS = ("number", "name", "a", "b", "a_text", "b_text", "confidence", "size", "key")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Ray is (`auto`, `ray://host:port`; None starts one here), its actors, and GPUs of each."""

    address: str | None = None
    actors: int = 1
    gpus: float = 0


def on_cluster(task: Task, pairs: Iterable[Pair], cluster: Cluster, place: Path) -> Outcomes:
    """The outcome of each pair, as they come. `place`: a folder that every node sees.

    The pairs of an actor that dies are done again. Those that are left after some times are tried once
    more, each in an actor of its own; when that dies, too, the pair has failed. Raises ModelError, and
    ResultsError when Ray is not installed, is not reached, or gives up.
    """
    with _ray(cluster) as ray:
        manifest, count = _write_manifest(pairs, place / MANIFEST)
        told = bytearray(count)  # 1 for each row of the manifest with an outcome
        try:
            for row in _rows(ray, task, cluster, manifest):
                told[row["number"]] = 1
                yield _outcome(row)
            for row in _manifest_rows(manifest):
                if not told[row["number"]]:
                    yield _alone(ray, task, cluster, row)
        except ray.exceptions.RayError as error:
            reason = str(error).strip().split("\n")[-1][:200]
            raise ResultsError(
                f"Ray gave up ({reason}); what is done is kept, give the same command again"
            ) from error


def _rows(ray: Any, task: Task, cluster: Cluster, manifest: Path) -> Iterator[dict[str, Any]]:
    """What the actors tell, as it comes; nothing of a block whose actor died too often."""
    rows = ray.data.read_parquet(str(manifest), ray_remote_args={"num_cpus": 0.1})
    # Blocks are handed to actors whole; one of a thousand pairs would keep one actor alone busy.
    dataset = rows.repartition(target_num_rows_per_block=BATCH).map_batches(
        Actor,
        fn_constructor_args=(task,),
        batch_size=BATCH,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=cluster.actors),
        num_cpus=1,
        num_gpus=cluster.gpus or None,
        max_restarts=-1,  # an actor that is gone for good would take those behind a bad pair with it
        max_task_retries=TIMES,
    )
    for batch in dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=1):
        yield from batch.to_pylist()


def _alone(ray: Any, task: Task, cluster: Cluster, row: dict[str, Any]) -> Outcome:
    """The outcome of one pair, whose actor ends with it."""
    alone = ray.remote(Actor).options(num_cpus=1, num_gpus=cluster.gpus or None).remote(task)
    try:
        return _outcome(ray.get(alone.compared.remote(row)))
    except ray.exceptions.ActorDiedError:
        return Outcome(_pair(row), "failed", DIED)
    finally:
        ray.kill(alone)


class Actor:
    """A worker in a process of Ray."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._worker: Worker | None = None

    def __call__(self, batch: Any) -> Any:
        """Compare the pairs of a table of pyarrow; a table with a row for each."""
        import pyarrow

        return pyarrow.Table.from_pylist([self.compared(row) for row in batch.to_pylist()])

    def compared(self, row: dict[str, Any]) -> dict[str, Any]:
        """Compare the pair of a row of the manifest; the row with what became of it."""
        try:
            self._worker = self._worker or Worker(self._task)
            outcome = self._worker(_pair(row))
        except AlignerError as error:
            # Of every pair; as an exception it would reach the driver in disguise.
            return row | {"state": "wrong", "reason": str(error), "files": "{}", "counts": "{}"}
        return row | {
            "state": outcome.state,
            "reason": outcome.reason,
            "files": json.dumps(dict(outcome.files)),
            "counts": json.dumps(dict(outcome.counts)),
        }


def _pair(row: dict[str, Any]) -> Pair:
    texts = None if row["a_text"] is None else (row["a_text"], row["b_text"])
    paths = (os.fsdecode(row["a"]), os.fsdecode(row["b"]))
    return Pair(row["name"], *paths, texts, row["confidence"], row["size"], row["key"])


def _outcome(row: dict[str, Any]) -> Outcome:
    if row["state"] == "wrong":
        raise ModelError(row["reason"])
    files, counts = json.loads(row["files"]), json.loads(row["counts"])
    return Outcome(_pair(row), row["state"], row["reason"], files, counts)


def _write_manifest(pairs: Iterable[Pair], path: Path) -> tuple[Path, int]:
    """Write what is to be done, a group of rows at a time, and tell how many there are."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    types = {"a": pyarrow.binary(), "b": pyarrow.binary(), "confidence": pyarrow.float64()}
    types |= {"size": pyarrow.int64(), "number": pyarrow.int64()}
    schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in FIELDS])
    count = 0
    with ParquetWriter(path, schema) as writer:
        for some in groups(pairs, ROWS):
            rows = [_manifest_row(number, pair) for number, pair in enumerate(some, count)]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
            count += len(rows)
    return path, count


def _manifest_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows that were written, a group at a time."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as manifest:
        for batch in manifest.iter_batches(batch_size=ROWS):
            yield from batch.to_pylist()


def _manifest_row(number: int, pair: Pair) -> dict[str, Any]:
    texts = pair.texts or (None, None)
    paths = os.fsencode(pair.a), os.fsencode(pair.b)
    values = (number, pair.name, *paths, *texts, pair.confidence, pair.size, pair.key)
    return dict(zip(FIELDS, values, strict=True))


@contextmanager
def _ray(cluster: Cluster) -> Iterator[Any]:
    """Ray, joined or started, without its talk; what was started or joined here ends here."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ResultsError(
            "--engine ray needs Ray; pip install 'bitext-align[ray]', or use --engine local"
        ) from error
    local: dict[str, Any] = {"num_cpus": cluster.actors + 2, "include_dashboard": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ray.init(
                address=cluster.address or "local",
                log_to_driver=False,
                logging_level=logging.ERROR,
                **({} if cluster.address else local),
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise ResultsError(
                f"no Ray at {cluster.address} ({error}); start it with ray start, or leave out --address"
            ) from error
        try:
            context = ray.data.DataContext.get_current()
            context.enable_progress_bars = False
            context.max_errored_blocks = -1  # pairs without an outcome are tried alone
            logging.getLogger("ray.data").setLevel(logging.ERROR)
            context.print_on_execution_start = False
            yield ray
        finally:
            ray.shutdown()
