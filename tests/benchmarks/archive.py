"""A large archive: 100,000 cases with 60 kB of evidence each are listed and verified.

The archive is built without waiting for the disk at every case; what that costs is told by the cases put
one by one. BCONNECT_BENCH_CASES builds a smaller one.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from detectors.archive.chain import HeldChain
from detectors.archive.database import writing
from detectors.archive.projection import project
from detectors.archive.records import Entry, RecordKind
from detectors.archive.shelves import file_name
from detectors.archive.store import CaseStore
from detectors.archive.telling import Told
from tests.archives import nth_case, picture_of, sealer_in

CASES = int(os.environ.get("BCONNECT_BENCH_CASES", "100000"))
EVIDENCE_BYTES = 60_000
BATCH = 1000
ONE_BY_ONE = 200


def main() -> dict[str, float]:
    """Return seconds; the goals are those of issue 7."""
    with TemporaryDirectory(prefix="bconnect-archive-") as name:
        folder = Path(name)
        built = _timed(lambda: _build(folder))
        with CaseStore(folder, create=False) as store:
            figures = {
                f"s to build an archive of {CASES} cases": built[0],
                f"s to list {CASES} cases (goal < 1)": _timed(store.lines)[0],
                f"s to read {CASES} cases whole": _timed(store.cases)[0],
                f"s to verify {CASES} cases without files (goal < 60)": _verified(store, files=False),
                f"s to verify {CASES} cases with 60 kB of files each": _verified(store, files=True),
            }
        figures["ms to put a case, kept for good"] = _one_by_one(folder / "small", pictures=False)
        figures["ms to put a case with a picture, kept for good"] = _one_by_one(
            folder / "other", pictures=True
        )
    return figures


def _timed(what: Callable[[], object]) -> tuple[float, object]:
    start_s = time.perf_counter()
    made = what()
    return time.perf_counter() - start_s, made


def _verified(store: CaseStore, *, files: bool) -> float:
    start_s = time.perf_counter()
    found = store.verify(files=files)
    took_s = time.perf_counter() - start_s
    if not found.holds or found.cases != CASES:
        msg = f"the archive does not hold: {found.cases} cases, {found.faults[:3]}"
        raise RuntimeError(msg)
    return took_s


def _build(folder: Path) -> None:
    """Fill an archive as the store does, a batch a transaction, a seal a batch."""
    noise = np.random.default_rng(1).bytes(EVIDENCE_BYTES - 8)
    sealer = sealer_in(folder)
    with CaseStore(folder) as store:
        for first in range(0, CASES, BATCH):
            with writing(store._engine) as connection:
                chain = HeldChain(connection)
                for number in range(first, min(first + BATCH, CASES)):
                    _add(chain, folder, number, noise)
                chain.seal(sealer)


def _add(chain: HeldChain, folder: Path, number: int, noise: bytes) -> None:
    case, content = nth_case(number), number.to_bytes(8, "big") + noise
    told = Told(case, None)
    entry = Entry(case.opened_ns, RecordKind.CASE, case.case_id, told.payload, "", case.simulated)
    project(chain, told, chain.append(entry))
    name = file_name(case.case_id, "context", content, "jpg")
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    payload = f'{{"kind":"context","taken_ns":{case.opened_ns}}}'
    chain.append(Entry(case.opened_ns, RecordKind.PICTURE, case.case_id, payload, name, case.simulated))


def _one_by_one(folder: Path, *, pictures: bool) -> float:
    cases = [nth_case(number) for number in range(ONE_BY_ONE)]
    with CaseStore(folder) as store:
        start_s = time.perf_counter()
        for case in cases:
            store.put(case)
            if pictures:
                store.attach(picture_of(case))
        return (time.perf_counter() - start_s) / ONE_BY_ONE * 1000
