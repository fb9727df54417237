"""ByteTrack of the package `trackers` on boxes of a file, for whichever Python has it; no import of ours.

`trackers` asks for opencv-python, which overwrites the headless one, so that it may live in an environment of
its own: PEER names its Python. Called as a program it reads clips (.npz) and settings (JSON) and writes ids.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

PEER = "BCONNECT_TRACKERS_PYTHON"
USUAL: dict[str, Any] = {}


def interpreter() -> str | None:
    """Return the Python that has `trackers`, None where none is known."""
    named = os.environ.get(PEER)
    return named or (sys.executable if find_spec("trackers") else None)


def write_clip(path: Path, fps: float, boxes: Sequence[np.ndarray], scores: Sequence[np.ndarray]) -> None:
    """Write the boxes (N, 4) and scores (N,) of each frame of a clip."""
    counts = np.array([len(one) for one in boxes])
    np.savez(path, fps=fps, counts=counts, boxes=np.concatenate(boxes), scores=np.concatenate(scores))


def followed(clips: Sequence[Path], settings: Sequence[dict[str, Any]]) -> list[list[list[np.ndarray]]]:
    """Return by setting and clip the ids (N,) of the boxes of each frame, -1 where a box has none."""
    python = interpreter()
    assert python is not None
    asked = json.dumps({"clips": [str(clip) for clip in clips], "settings": list(settings)})
    done = subprocess.run([python, __file__], input=asked, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return [[[np.array(ids, dtype=np.int64) for ids in clip] for clip in one] for one in told]


def _follow(clip: dict[str, Any], settings: dict[str, Any]) -> list[list[int]]:
    import supervision  # noqa: PLC0415 - the peer's own
    from trackers import ByteTrackTracker  # noqa: PLC0415

    tracker = ByteTrackTracker(frame_rate=float(clip["fps"]), **settings)
    ends = np.cumsum(clip["counts"])[:-1]
    found = []
    for boxes, scores in zip(np.split(clip["boxes"], ends), np.split(clip["scores"], ends), strict=True):
        row = np.arange(len(boxes))
        detections = supervision.Detections(
            xyxy=boxes.astype(np.float64).reshape(-1, 4),
            confidence=scores.astype(np.float64),
            data={"row": row},
        )
        followed_now = tracker.update(detections)
        ids = np.full(len(boxes), -1)
        if len(followed_now):
            ids[followed_now.data["row"]] = followed_now.tracker_id
        found.append(ids.tolist())
    return found


def _main() -> None:
    asked = json.load(sys.stdin)
    clips = [dict(np.load(path)) for path in asked["clips"]]
    json.dump([[_follow(clip, one) for clip in clips] for one in asked["settings"]], sys.stdout)


if __name__ == "__main__":
    _main()
