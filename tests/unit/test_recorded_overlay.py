import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import GroundPlane, LineSegment, Polygon
from detectors.datatypes.site import NoParkingZone, SitePlan, StopLine
from detectors.datatypes.steps import StepRecord
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from scenarios.reports.overlay import COLOUR_OF, LOST, PLAIN, Overlay, draw_overlay

GREY = np.full((360, 640, 3), 90, np.uint8)
CAMERA = PinholeCamera.from_hfov((640, 360), np.radians(60), [0, 0, 6.0], np.pi / 2, np.radians(25))
KERB = Polygon(np.array([[2.0, -30], [4, -30], [4, 40], [2, 40]]))  # reaches behind the lens
JUNCTION = Polygon(np.array([[-4.0, 21], [4, 21], [4, 30]]))
SITE = SitePlan(
    view="v",
    origin_lonlat=(116.8, -1.2),
    camera=CAMERA,
    ground=GroundPlane(),
    no_parking=(NoParkingZone("kerb", KERB, None),),
    stop_lines=(StopLine("line", "g", LineSegment(3, 20, -3, 20), JUNCTION),),
)


def track(number: int = 1, *, observed: bool = True) -> Track:
    box = (100.0, 100.0, 180.0, 160.0)
    return Track(number, 0, VehicleClass.CAR, box, 0.9, 0, 0, observed, (0, 9), (0.0, 10.0))


def verdict(kind: VerdictKind, phase: WindowPhase, updated_ns: int = 0) -> Verdict:
    return Verdict(
        "kerb_parking", "287(1)", "v", "kerb", 1, VehicleClass.CAR, kind, phase, 0, updated_ns, 61.0, "s"
    )


def record(at_ns: int = 0, tracks: tuple[Track, ...] = (), verdicts: tuple[Verdict, ...] = ()) -> StepRecord:
    return StepRecord("v", 0, at_ns, len(tracks), oracle=False, tracks=tracks, verdicts=verdicts, events=())


def edge(picture: np.ndarray) -> tuple[int, ...]:
    return tuple(int(part) for part in picture[130, 100])


def test_the_picture_itself_is_left_alone_and_a_copy_is_drawn_on() -> None:
    before = GREY.copy()
    drawn = draw_overlay(GREY, record(tracks=(track(),)), None)
    assert (before == GREY).all()
    assert drawn.shape == GREY.shape
    assert edge(drawn) == PLAIN


def test_zone_and_stop_line_are_drawn_where_the_camera_sees_them() -> None:
    drawn = draw_overlay(GREY, record(), SITE)
    inside, _ = CAMERA.project([[3.0, 15, 0]])
    u, v = np.round(inside[0]).astype(int)
    assert drawn[v, u, 2] > drawn[v, u, 1]  # reddish
    on_line, _ = CAMERA.project([[0.0, 20, 0]])
    u, v = np.round(on_line[0]).astype(int)
    assert drawn[v - 2 : v + 3, u].max() > 240
    assert (drawn[:10] == GREY[:10]).all()  # beyond the zone


def test_a_zone_behind_the_lens_draws_nothing() -> None:
    behind = Polygon(np.array([[2.0, -30], [4, -30], [4, -10]]))
    site = SitePlan("v", (0, 0), CAMERA, GroundPlane(), (NoParkingZone("kerb", behind, None),))
    assert (draw_overlay(GREY, record(), site) == GREY).all()


def test_a_verdict_stays_while_its_window_is_open_and_two_seconds_more() -> None:
    overlay = Overlay(None)
    opened = verdict(VerdictKind.VIOLATION, WindowPhase.OPENED)
    closed = verdict(VerdictKind.VIOLATION, WindowPhase.CLOSED, updated_ns=10_000_000_000)
    violating = COLOUR_OF[VerdictKind.VIOLATION]
    assert edge(overlay.draw(GREY, record(0, (track(),), (opened,)))) == violating
    assert edge(overlay.draw(GREY, record(9_000_000_000, (track(),)))) == violating
    assert edge(overlay.draw(GREY, record(10_000_000_000, (track(),), (closed,)))) == violating
    assert edge(overlay.draw(GREY, record(11_900_000_000, (track(),)))) == violating
    assert edge(overlay.draw(GREY, record(12_100_000_000, (track(),)))) == PLAIN


def test_another_track_and_a_bridged_one_have_their_own_colours() -> None:
    overlay = Overlay(None)
    doubtful = verdict(VerdictKind.UNDETERMINED, WindowPhase.OPENED)
    assert edge(overlay.draw(GREY, record(0, (track(2),), (doubtful,)))) == PLAIN
    assert edge(overlay.draw(GREY, record(1, (track(1, observed=False),)))) == LOST
