"""`python -m tests.golden.rewrite [NAME ...]`: write anew the references that a replay disagrees with."""

import sys

import cv2

from tests.golden.reference import complaint, path_of
from tests.golden.replays import REPLAYS


def main(names: list[str]) -> int:
    """Rewrite the named references, or all; return the exit code."""
    unknown = sorted(set(names) - set(REPLAYS))
    if unknown:
        sys.stderr.write(f"no replay {unknown[0]!r}; known: {', '.join(REPLAYS)}\n")
        return 2
    cv2.setNumThreads(1)
    for name in names or REPLAYS:
        replayed = REPLAYS[name].text()
        said = complaint(name, replayed, REPLAYS[name].slack)
        if said is not None:
            path_of(name).write_text(replayed, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{name}: {'as it was' if said is None else 'rewritten'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
