"""One suite for every CameraControl: a camera of the twin, and the snapshots of a recording."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.datatypes.frame import NS_PER_S, Frame, TimeBase
from detectors.datatypes.steps import SnapshotRequest
from hardware_adapters.recorded_snapshots import (
    RecordedSnapshot,
    RecordedSnapshots,
    snapshots_folder,
    write_index,
)
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, scene, street
from twin.randomness import Seed
from twin.rendering.source import TwinView, VirtualControl

VIEW = replace(KERB_VIEW, size_px=(320, 180))
TARGETS_PX = {"a": (100.0, 90.0), "b": (250.0, 120.0)}
ASKED_NS = {"a": AFTERNOON_NS + 10 * NS_PER_S, "b": AFTERNOON_NS + 20 * NS_PER_S}
DELAY_NS = VIEW.snapshot_delay_ns


def ask(name: str, request_id: str | None = None) -> SnapshotRequest:
    return SnapshotRequest(request_id or f"request-{name}", "case", TARGETS_PX[name], 6.0, ASKED_NS[name])


class Virtual:
    """A camera of the twin."""

    def __init__(self, view: TwinView) -> None:
        self.control = VirtualControl(view)

    def due(self, now_ns: int) -> tuple[Frame, ...]:
        """Return the answers that have come by `now_ns`."""
        return self.control.due(scene(at_ns=now_ns))


class Recorded:
    """The snapshots that lie beside a video."""

    def __init__(self, folder: Path) -> None:
        pictures = snapshots_folder(folder / "evening.mp4")
        pictures.mkdir()
        rows = []
        for name, target_px in TARGETS_PX.items():
            cv2.imwrite(str(pictures / f"{name}.jpg"), np.full((36, 64, 3), 90, np.uint8))
            taken_ns = ASKED_NS[name] + DELAY_NS
            rows.append(RecordedSnapshot(ASKED_NS[name], taken_ns, target_px, 6.0, f"{name}.jpg"))
        write_index(pictures, tuple(rows))
        self.control = RecordedSnapshots(pictures, VIEW.name, simulated=True)

    def due(self, now_ns: int) -> tuple[Frame, ...]:
        return self.control.due(now_ns)


Rig = Virtual | Recorded


@pytest.fixture(scope="module")
def view() -> TwinView:
    return TwinView(street(), VIEW, Seed(2))


@pytest.fixture(params=["virtual", "recorded"])
def rig(request: pytest.FixtureRequest, view: TwinView, tmp_path: Path) -> Rig:
    return Virtual(view) if request.param == "virtual" else Recorded(tmp_path)


def answers(rig: Rig, until_s: int = 40) -> list[tuple[int, str]]:
    """Return (when it came, whose it is) of every answer, looking once a second."""
    found = []
    for second in range(until_s):
        now_ns = AFTERNOON_NS + second * NS_PER_S
        found += [(second, frame.snapshot.request_id) for frame in rig.due(now_ns) if frame.snapshot]
    return found


def test_a_request_is_granted_at_once_and_answered_later(rig: Rig) -> None:
    assert rig.control.request(ask("a")) is True
    assert rig.due(ASKED_NS["a"]) == ()
    assert rig.due(ASKED_NS["a"] + DELAY_NS - 1) == ()
    assert len(rig.due(ASKED_NS["a"] + DELAY_NS)) == 1


def test_each_request_is_answered_once_by_its_own_id(rig: Rig) -> None:
    granted = [rig.control.request(ask(name)) for name in TARGETS_PX]
    assert granted == [True, True]
    assert answers(rig) == [(12, "request-a"), (22, "request-b")]


def test_two_requests_for_one_place_are_two_answers(rig: Rig) -> None:
    assert rig.control.request(ask("a", "first"))
    assert rig.control.request(ask("a", "second"))
    assert sorted(name for _, name in answers(rig)) == ["first", "second"]


def test_an_answer_is_a_tagged_picture_of_the_view_taken_after_it_was_asked_for(rig: Rig) -> None:
    rig.control.request(ask("a"))
    now_ns = ASKED_NS["a"] + 2 * NS_PER_S
    (frame,) = rig.due(now_ns)
    assert frame.view == VIEW.name
    assert ASKED_NS["a"] < frame.timestamp_ns <= now_ns
    assert frame.snapshot is not None
    assert frame.snapshot.zoom == 6.0
    assert frame.time_base is TimeBase.UTC
    assert frame.simulated
    assert frame.image_bgr.dtype == np.uint8
    assert not frame.image_bgr.flags.writeable
    optics = frame.snapshot.camera
    assert optics is None or (optics.width_px, optics.height_px) == frame.size_px


def test_what_is_refused_is_never_answered(rig: Rig) -> None:
    odd = replace(ask("b"), request_id="odd", asked_ns=AFTERNOON_NS)
    granted = rig.control.request(odd)
    assert isinstance(granted, bool)
    assert len(answers(rig)) == int(granted)


def test_nothing_comes_unasked(rig: Rig) -> None:
    assert answers(rig) == []


def test_speaking_returns_at_once_whether_it_was_heard(rig: Rig) -> None:
    assert isinstance(rig.control.announce("teguran.kerb_parking", AFTERNOON_NS), bool)


def test_two_controls_in_one_process_do_not_disturb_each_other(view: TwinView, tmp_path: Path) -> None:
    folders = tmp_path / "one", tmp_path / "other"
    for folder in folders:
        folder.mkdir()
    pairs: list[tuple[Rig, Rig]] = [
        (Virtual(view), Virtual(view)),
        (Recorded(folders[0]), Recorded(folders[1])),
    ]
    for asked, unasked in pairs:
        asked.control.request(ask("a"))
        assert answers(unasked) == []
        assert answers(asked) == [(12, "request-a")]
