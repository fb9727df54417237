"""What the Detector port promises, tried on drawn pictures: for a third party's class and for ours."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.ports import Detector

FRAMES, FPS = 12, 5
SIZES_PX = ((320, 180), (640, 360), (37, 53), (641, 7), (1, 1))
NOTHING = (0, 114, 255)  # grey levels of pictures that show nothing: night, fog, a lens in the sun
LARGE_PX = (8000, 6000)
UNSURE, ROUNDING = 0.01, 1e-6
START_NS = 1_764_234_000_000_000_000

Make = Callable[[], Detector]


class BrokenPromiseError(AssertionError):
    """A detector did not keep a promise of the port; the message says which and how."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise; `fault` is "" where it was kept."""

    promise: str
    fault: str


def conformance(make: Make) -> tuple[Finding, ...]:
    """Return what became of each promise; `make` returns a fresh detector each time."""
    return tuple(_try(promise, test, make) for promise, test in PROMISES)


def _try(promise: str, test: Callable[[Make], None], make: Make) -> Finding:
    try:
        test(make)
    except BrokenPromiseError as error:
        return Finding(promise, str(error))
    except Exception as error:  # noqa: BLE001 - whatever a third party's class raises is the finding
        return Finding(promise, f"raised {type(error).__name__}: {' '.join(str(error).split())[:200]}")
    return Finding(promise, "")


def drawn_frames(size_px: tuple[int, int] = SIZES_PX[0], seed: int = 1, count: int = FRAMES) -> list[Frame]:
    """Return a grey street of noise through which a bright box drives."""
    draw = np.random.default_rng(seed)
    wide, tall = size_px
    street = draw.integers(80, 110, (tall, wide, 3), dtype=np.uint8)
    frames = []
    for index in range(count):
        picture = street.copy()
        x = index * wide // FRAMES
        picture[tall // 3 : tall // 2, x : x + max(1, wide // 6)] = 230
        frames.append(Frame("drawn", index, START_NS + index * NS_PER_S // FPS, picture, simulated=True))
    return frames


def check_detections(found: Detections, frame: Frame) -> None:
    """Raise BrokenPromiseError where the detections of a frame are not what the port says."""
    n, (wide, tall) = len(found), frame.size_px
    _want(isinstance(found, Detections), f"expected Detections, got {type(found).__name__}")
    _want(bool(np.isfinite(found.boxes_px).all()), "boxes_px: expected finite numbers")
    _want(
        bool((found.boxes_px[:, 2:] > found.boxes_px[:, :2]).all()), "boxes_px: expected x0 < x1 and y0 < y1"
    )
    inside = (found.boxes_px >= 0) & (found.boxes_px <= [wide + 1, tall + 1] * 2)
    _want(bool(inside.all()), f"boxes_px: expected boxes inside a frame of {wide} x {tall}")
    _want(bool(((found.scores >= 0) & (found.scores <= 1)).all()), "scores: expected 0..1")
    kinds = {int(kind) for kind in found.classes}
    _want(kinds <= set(VehicleClass), f"classes: expected VehicleClass, got {sorted(kinds)}")
    known = np.isfinite(found.contact_px)
    _want(bool((known.all(axis=1) | (~known).all(axis=1)).all()), "contact_px: expected both or NaN, NaN")
    _want(len(found.plates) in (0, n), f"plates: expected 0 or {n} entries, got {len(found.plates)}")


def _want(kept: bool, fault: str) -> None:  # noqa: FBT001 - a condition and what to say of it
    if not kept:
        raise BrokenPromiseError(fault)


def as_bytes(found: Detections) -> tuple[object, ...]:
    """Return detections in a form in which equal means equal to the last bit."""
    arrays = (found.boxes_px, found.scores, found.classes, found.contact_px)
    return (*(array.tobytes() for array in arrays), found.plates, found.oracle)


def _run(detector: Detector, frames: list[Frame]) -> list[tuple[object, ...]]:
    return [as_bytes(detector.detect(frame)) for frame in frames]


def _has_a_name(make: Make) -> None:
    name = make().name
    _want(
        isinstance(name, str) and name == name.strip() and bool(name), f"name: expected a name, got {name!r}"
    )


def _gives_what_it_promises(make: Make) -> None:
    for size_px in SIZES_PX:
        detector = make()
        for frame in drawn_frames(size_px):
            check_detections(detector.detect(frame), frame)


def _is_repeatable(make: Make) -> None:
    frames = drawn_frames()
    _want(_run(make(), frames) == _run(make(), frames), "the same frames twice gave different detections")


def _keeps_to_itself(make: Make) -> None:
    clips = drawn_frames(seed=1), drawn_frames(seed=2)
    apart = [_run(make(), clip) for clip in clips]
    one, other = make(), make()
    mixed = [
        (as_bytes(one.detect(a)), as_bytes(other.detect(b))) for a, b in zip(clips[0], clips[1], strict=True)
    ]
    together = [list(found) for found in zip(*mixed, strict=True)]
    _want(together == apart, "two instances in one process disturb each other: keep no state in the class")


def _leaves_frames_alone(make: Make) -> None:
    frames, detector = drawn_frames(), make()
    before = [frame.image_bgr.tobytes() for frame in frames]
    _run(detector, frames)
    _want([frame.image_bgr.tobytes() for frame in frames] == before, "the picture was changed: copy it first")


def _bears_gaps_and_repeats(make: Make) -> None:
    detector, frames = make(), drawn_frames()
    last = frames[-1]
    late = Frame(last.view, FRAMES, last.timestamp_ns + 600 * NS_PER_S, last.image_bgr, simulated=True)
    for frame in (*frames, last, late):
        check_detections(detector.detect(frame), frame)


def _bears_nothing(make: Make) -> None:
    for level in NOTHING:
        detector = make()
        for frame in drawn_frames():
            blank = replace(frame, image_bgr=np.full_like(frame.image_bgr, level))
            check_detections(detector.detect(blank), blank)


def _bears_a_large_picture(make: Make) -> None:
    (street,) = drawn_frames(count=1)
    (wide, tall), (width, height) = LARGE_PX, street.size_px
    picture = np.tile(street.image_bgr, (1 + tall // height, 1 + wide // width, 1))[:tall, :wide]
    large = replace(street, image_bgr=np.ascontiguousarray(picture))
    check_detections(make().detect(large), large)


def _is_as_sure_as_told(make: Make) -> None:
    detector, frames = make(), drawn_frames(count=4)
    if not hasattr(detector, "least_score"):
        return
    detector.least_score = UNSURE
    told = [float(score) for frame in frames for score in detector.detect(frame).scores]
    again = make()
    again.least_score = limit = (UNSURE + max(told, default=1.0)) / 2  # type: ignore[attr-defined]
    scores = [float(score) for frame in frames for score in again.detect(frame).scores]
    least = min(scores, default=1.0)
    _want(least >= limit - ROUNDING, f"least_score: set to {limit:.2f}, and a score of {least:.2f} is told")


def _works_in_threads(make: Make) -> None:
    clips = drawn_frames(seed=1), drawn_frames(seed=2)
    apart = [_run(make(), clip) for clip in clips]
    before = set(threading.enumerate())
    made = [make() for _ in clips]
    with ThreadPoolExecutor(len(clips)) as pool:
        at_once = list(pool.map(_run, made, clips))
    _want(at_once == apart, "two instances in two threads at once gave other detections than one by one")
    left = {thread.name for thread in set(threading.enumerate()) - before if not thread.daemon}
    _want(
        not left, f"a thread was left running that keeps the program from ending: {', '.join(sorted(left))}"
    )


PROMISES: tuple[tuple[str, Callable[[Make], None]], ...] = (
    ("has a name", _has_a_name),
    ("gives shapes, ranges and classes as promised, at any size of picture", _gives_what_it_promises),
    ("bears a picture of 48 megapixels", _bears_a_large_picture),
    ("tells nothing that it is less sure of than it is set to", _is_as_sure_as_told),
    ("gives the same for the same frames", _is_repeatable),
    ("keeps its state to the instance", _keeps_to_itself),
    ("works in threads, two at once, and leaves none behind", _works_in_threads),
    ("leaves the picture as it was", _leaves_frames_alone),
    ("bears a picture that shows nothing", _bears_nothing),
    ("bears a gap in time and a frame told twice", _bears_gaps_and_repeats),
)
