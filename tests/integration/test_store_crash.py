"""Every case for which `put` returned is there after kill -9."""

import signal
import subprocess
import sys
from pathlib import Path

from detectors.archive.store import CaseStore

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from detectors.archive.store import CaseStore
from detectors.cases.opening import CaseBook
from detectors.cases.policy import Policy
from detectors.datatypes.cases import EvidencePicture, PictureKind
from tests.judgement import SEEN, verdict

store, book = CaseStore(Path(sys.argv[1])), CaseBook(Policy())
image = np.zeros((60, 80, 3), dtype=np.uint8)
for n in range(100_000):
    case = book.take(verdict(track_id=n), SEEN).case
    store.put(case)
    sys.stdout.write(case.case_id + "\\n")
    sys.stdout.flush()
    store.attach(EvidencePicture(case.case_id, PictureKind.CONTEXT, 1, image, simulated=True))
"""


def test_what_put_returned_for_survives_kill_9(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert writer.stdout is not None
    returned = [writer.stdout.readline().strip() for _ in range(40)]
    writer.send_signal(signal.SIGKILL)
    returned += writer.stdout.read().split()
    assert writer.wait(timeout=20) == -signal.SIGKILL
    writer.stdout.close()
    with CaseStore(tmp_path, create=False) as store:
        kept = {case.case_id for case in store.cases()}
        assert set(returned) <= kept
        assert len(kept) - len(returned) <= 1  # at most the one whose put had not come back
        for case_id in returned[:40]:
            for picture in store.pictures(case_id):
                assert (tmp_path / picture.path).stat().st_size > 0
