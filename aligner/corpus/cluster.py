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
from aligner.corpus.worker import Task, Worker
from aligner.errors import AlignerError, ModelError, ResultsError

MANIFEST = "manifest.parquet"
ROWS = 1_000  # pairs of the manifest in memory at a time
BATCH = 4  # pairs that an actor takes at a time
TIMES = 3  # that an actor is started again when it dies, as with its node
FIELDS = ("name", "a", "b", "a_text", "b_text", "confidence", "size", "key")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Ray is (`auto`, `ray://host:port`; None starts one here), its actors, and GPUs of each."""

    address: str | None = None
    actors: int = 1
    gpus: float = 0


def on_cluster(task: Task, pairs: Iterable[Pair], cluster: Cluster, place: Path) -> Outcomes:
    """The outcome of each pair, as they come. `place`: a folder that every node sees.

    The pairs of an actor that dies are done again by another. Raises ModelError, and ResultsError when
    Ray is not installed, is not reached, or gives up.
    """
    with _ray(cluster) as ray:
        manifest = _write_manifest(pairs, place / MANIFEST)
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
            max_restarts=TIMES,
            max_task_retries=TIMES,
        )
        try:
            for batch in dataset.iter_batches(
                batch_size=None, batch_format="pyarrow", prefetch_batches=1
            ):
                yield from map(_outcome, batch.to_pylist())
        except ray.exceptions.RayError as error:
            reason = str(error).strip().split("\n")[-1][:200]
            raise ResultsError(
                f"Ray gave up ({reason}); what is done is kept, give the same command again"
            ) from error


class Actor:
    """A worker in a process of Ray."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._worker: Worker | None = None

    def __call__(self, batch: Any) -> Any:
        """Compare the pairs of a table of pyarrow; a table with a row for each."""
        import pyarrow

        return pyarrow.Table.from_pylist([self._compared(row) for row in batch.to_pylist()])

    def _compared(self, row: dict[str, Any]) -> dict[str, Any]:
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


def _write_manifest(pairs: Iterable[Pair], path: Path) -> Path:
    """Write what is to be done, a group of rows at a time."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    types = {"a": pyarrow.binary(), "b": pyarrow.binary(), "confidence": pyarrow.float64()}
    types |= {"size": pyarrow.int64()}
    schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in FIELDS])
    with ParquetWriter(path, schema) as writer:
        for some in groups(pairs, ROWS):
            rows = [_manifest_row(pair) for pair in some]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
    return path


def _manifest_row(pair: Pair) -> dict[str, Any]:
    texts = pair.texts or (None, None)
    values = (
        os.fsencode(pair.a),
        os.fsencode(pair.b),
        *texts,
        pair.confidence,
        pair.size,
        pair.key,
    )
    return dict(zip(FIELDS, (pair.name, *values), strict=True))


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
            logging.getLogger("ray.data").setLevel(logging.ERROR)
            context.print_on_execution_start = False
            yield ray
        finally:
            ray.shutdown()
