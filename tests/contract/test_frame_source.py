"""The twin as a source of frames: what every frame and every snapshot of a view keeps to."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import TimeBase
from detectors.datatypes.steps import SnapshotRequest
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, scene, street
from twin.cameras.snapshots import SNAPSHOT_PX
from twin.cameras.survey import surveyed
from twin.randomness import Seed
from twin.rendering.source import TwinView, VirtualControl

NETWORK = street()
CAR = (VehicleClass.CAR, -88.0, 5.0, 0.0)
LATE_NS = 7_000_000
S = 1_000_000_000


@pytest.fixture(scope="module")
def view() -> TwinView:
    return TwinView(NETWORK, replace(KERB_VIEW, clock_error_ns=LATE_NS), Seed(2))


def ask(name: str, at_ns: int, zoom: float = 6.0) -> SnapshotRequest:
    return SnapshotRequest(name, "case", (320.0, 200.0), zoom, at_ns)


def test_frames_carry_view_index_clock_and_the_mark(view: TwinView) -> None:
    frame = view.frame(scene(CAR), 4)
    assert (frame.view, frame.index, frame.simulated) == ("kerb", 4, True)
    assert frame.timestamp_ns == AFTERNOON_NS + LATE_NS
    assert frame.time_base is TimeBase.UTC
    assert frame.snapshot is None
    assert frame.size_px == KERB_VIEW.size_px
    assert not frame.image_bgr.flags.writeable


def test_truth_belongs_to_the_true_camera(view: TwinView) -> None:
    truth = view.truth(scene(CAR))
    contact, _ = view.camera.project([[-88.0, 5.0, 0.0]])
    assert truth.contact_px[0] == pytest.approx(contact[0])


def test_a_snapshot_comes_after_its_delay_as_a_tagged_frame(view: TwinView) -> None:
    control = VirtualControl(view)
    now_ns = AFTERNOON_NS + LATE_NS
    assert control.request(ask("r1", now_ns)) is True
    assert control.due(scene(CAR)) == ()
    (answer,) = control.due(scene(CAR, at_ns=AFTERNOON_NS + 2 * S))
    assert answer.snapshot is not None
    assert (answer.snapshot.request_id, answer.snapshot.zoom) == ("r1", 6.0)
    assert answer.timestamp_ns == AFTERNOON_NS + 2 * S + LATE_NS
    assert answer.size_px == SNAPSHOT_PX
    assert answer.simulated
    assert control.due(scene(CAR, at_ns=AFTERNOON_NS + 9 * S)) == ()


def test_a_snapshot_tells_the_optics_as_surveyed_and_no_more_zoom_than_there_is(view: TwinView) -> None:
    control = VirtualControl(view)
    control.request(ask("r2", AFTERNOON_NS, zoom=400.0))
    (answer,) = control.due(scene(CAR, at_ns=AFTERNOON_NS + 5 * S))
    tag = answer.snapshot
    assert tag is not None
    assert tag.zoom == KERB_VIEW.max_zoom
    believed = surveyed(view.camera, KERB_VIEW, Seed(2))
    assert tag.camera is not None
    assert tag.camera.position_m == pytest.approx(believed.position_m)
    assert (tag.camera.width_px, tag.camera.height_px) == SNAPSHOT_PX
    assert tag.camera.focal_px == pytest.approx(3 * 25 * believed.focal_px)
    assert not np.allclose(tag.camera.position_m, view.camera.position_m)


def test_the_loudspeaker_says_what_it_is_told(view: TwinView) -> None:
    control = VirtualControl(view)
    assert control.announce("teguran", 5) is True
    (said,) = control.announced
    assert (said.text_code, said.asked_ns, said.begins_ns) == ("teguran", 5, 5)
    assert said.ends_ns > said.begins_ns  # speaking takes time
