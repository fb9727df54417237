"""Clips leave frame by frame as pictures do, or not at all."""

import io
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from detectors.archive.pictures import BAR_PX
from detectors.archive.store import CaseStore
from detectors.archive.stored import StoredClip
from detectors.cases.evidence import Box
from detectors.datatypes.arrays import ShapeError, UInt8Array
from detectors.datatypes.cases import Case
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.evidence import EvidenceClip
from detectors.datatypes.frame import NS_PER_S
from detectors.privacy.redaction import GREY, RedactionRefused
from scenarios.cli.main import main
from scenarios.redacting import redacted_clip
from tests.archives import nth_case

OTHER: Box = (200.0, 100.0, 260.0, 160.0)
CAR = VehicleClass.CAR


def own(number: int) -> Box:
    return 20.0 + 10 * number, 60.0, 80.0 + 10 * number, 120.0


def image(number: int, other: int) -> UInt8Array:
    """Return a street (200, 320, 3) with a moving vehicle, and another of a brightness."""
    picture = np.full((200, 320, 3), 60, dtype=np.uint8)
    for (x0, y0, x1, y1), shade in ((own(number), 200), (OTHER, other)):
        picture[int(y0) : int(y1), int(x0) : int(x1)] = shade
    return picture


def clip(case: Case, other: int = 250, *, known: bool = True, missing: int | None = None) -> EvidenceClip:
    """Return three seconds; `missing` is a frame that does not show the vehicle."""
    numbers = range(4)
    taken = (
        case.case_id,
        tuple(case.opened_ns + n * NS_PER_S for n in numbers),
        tuple(image(n, other) for n in numbers),
        case.simulated,
    )
    if not known:
        return EvidenceClip(*taken)
    boxes = tuple(None if n == missing else own(n) for n in numbers)
    return EvidenceClip(*taken, boxes, ((OTHER,),) * 4, (40.0,))


def kept(folder: Path, made: EvidenceClip) -> tuple[CaseStore, StoredClip]:
    store = CaseStore(folder)
    store.put(replace(nth_case(1), simulated=made.simulated))
    store.attach_clip(made)
    (found,) = store.stored_clips(made.case_id)
    return store, found


def frames(content: bytes) -> list[UInt8Array]:
    with av.open(io.BytesIO(content), "r") as container:
        return [np.asarray(one.to_ndarray(format="bgr24")) for one in container.decode(video=0)]


@pytest.mark.parametrize("simulated", [True, False])
def test_every_frame_is_redacted(tmp_path: Path, simulated: bool) -> None:
    store, found = kept(tmp_path, clip(replace(nth_case(1), simulated=simulated)))
    shown = frames(redacted_clip(store, found, CAR))
    store.close()
    assert len(shown) == 4
    for number, one in enumerate(shown):
        across, down = one.shape[1] / 320, one.shape[0] / (200 + BAR_PX * simulated)
        x0, y0, x1, y1 = (edge * scale for edge, scale in zip(OTHER, (across, down) * 2, strict=True))
        there = one[int(y0) + 6 : int(y1) - 6, int(x0) + 6 : int(x1) - 6].astype(int)
        assert abs(there - GREY).max() < 16  # but for what coding leaves
        x, y = (own(number)[0] + 30) * across, 112 * down
        assert one[int(y), int(x)].mean() > 170  # below its glass


def test_the_clip_is_the_same_whatever_others_look_like(tmp_path: Path) -> None:
    """Coding spreads a little of a vehicle around its box, so the streets differ by its colour there."""
    shown = []
    for name, other in (("a", 250), ("b", 10)):
        store, found = kept(tmp_path / name, clip(nth_case(1), other))
        shown.append(np.stack(frames(redacted_clip(store, found, CAR))).astype(int))
        store.close()
    assert abs(shown[0] - shown[1]).max() < 48
    assert abs(shown[0] - shown[1]).mean() < 1.0


def test_frames_that_do_not_show_the_vehicle_are_left_out(tmp_path: Path) -> None:
    store, found = kept(tmp_path, clip(nth_case(1), missing=2))
    assert len(frames(redacted_clip(store, found, CAR))) == 3
    hidden = replace(found, own_px=(None,) * 4)
    with pytest.raises(RedactionRefused, match="no frame of it shows its vehicle"):
        redacted_clip(store, hidden, CAR)
    store.close()


def test_a_clip_of_which_little_is_known_stays_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, found = kept(tmp_path, clip(nth_case(1), known=False))
    store.close()
    assert found.own_px == ()
    with pytest.raises(RedactionRefused, match="was not recorded"):
        redacted_clip(store, found, CAR)
    out = tmp_path / "out"
    assert main(["cases", "pictures", str(tmp_path), "--out", str(out), "--lang", "en"]) == 3
    said = capsys.readouterr().out
    assert "Not exported: " in said
    assert "what stands where in its frames was not recorded" in said
    assert not list(out.glob("*.mp4"))
    of_before = StoredClip(found.case_id, found.path, simulated=True)
    with pytest.raises(RedactionRefused, match="was not recorded"):
        redacted_clip(store, of_before, CAR)


def test_a_file_that_is_not_the_clip_stays_in(tmp_path: Path) -> None:
    store, found = kept(tmp_path, clip(nth_case(1)))
    fewer = replace(found, times_ns=(found.times_ns or ())[:3])
    with pytest.raises(RedactionRefused, match="it has 4 frames, recorded were 3"):
        redacted_clip(store, fewer, CAR)
    (file,) = tmp_path.rglob("clip.*.mp4")
    file.write_bytes(b"no film")
    with pytest.raises(RedactionRefused, match="it has 0 frames"):
        redacted_clip(store, found, CAR)
    store.close()


def test_boxes_of_a_clip_are_those_of_all_its_frames() -> None:
    made = clip(nth_case(1))
    with pytest.raises(ShapeError, match="own_px of 1 of 4"):
        replace(made, own_px=(own(0),))
    with pytest.raises(ShapeError, match="others_px of 1 of 4"):
        replace(made, others_px=((),))
