"""Programs that write to an archive until they are killed; each accepted case is told on stdout.

`python -m tests.verification.archive_writer write WHERE FIRST COUNT VIEW` tells of cases FIRST.. as a view
sees them, and asks again where the database is away. `... kills WHERE NUMBER SEED` starts a writer, kills it
at a random moment and starts the next, NUMBER times: one process a kill, forked, so that a kill costs no
start of Python.
"""

import os
import signal
import sys
import time
from dataclasses import replace

import numpy as np

from detectors.archive.store import CaseStore, StoreError
from detectors.datatypes.cases import Case
from tests.archives import nth_case, picture_of, renamed, statement_of

PAUSE_S = 0.05
AGAIN = 5  # cases that a writer tells again after a restart
LONGEST_S = 0.12


def as_seen(view: str, number: int) -> Case:
    """Return a case as a view tells it: under its own id, by its own track, a little later."""
    case = nth_case(number)
    return replace(renamed(case, f"{view}-{number:06d}"), view=view, track_id=number + len(view))


def tell(store: CaseStore, view: str, number: int) -> None:
    """Put one case with its evidence; say so once it is kept."""
    case = as_seen(view, number)
    store.put(case)
    os.write(1, f"{case.case_id}\n".encode())
    store.attest(statement_of(case))
    store.attach(picture_of(case))


def write(where: str, first: int, cases: int, view: str) -> None:
    """Tell of cases one after another; one that was not accepted is told again."""
    with CaseStore(where) as store:
        for number in range(first, first + cases):
            for _ in range(2000):
                try:
                    tell(store, view, number)
                    break
                except StoreError:
                    time.sleep(PAUSE_S)
            else:
                sys.exit(f"case {number} was never accepted")


def kills(where: str, number: int, seed: int) -> None:
    """Start and kill writers; each goes on a little before where the last was killed."""
    CaseStore(where).close()
    delays_s = np.random.default_rng(seed).uniform(0.0, LONGEST_S, number)
    at = 0
    for delay_s in delays_s:
        read, out = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(out, 1)
            write(where, max(at - AGAIN, 0), 1_000_000, "view")
            os._exit(1)
        os.close(out)
        told = os.read(read, 64)  # it is at work
        time.sleep(float(delay_s))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := os.read(read, 65536):
            told += more
        os.close(read)
        os.write(1, told[: told.rfind(b"\n") + 1])
        at = max([at, *(int(line.rpartition("-")[2]) + 1 for line in told.decode().split())])


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    else:
        kills(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
