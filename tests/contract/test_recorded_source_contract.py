"""One suite for every FrameSource: a video file, a folder of pictures, opened by what they are."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.datatypes.frame import NS_PER_S, Frame, TimeBase
from hardware_adapters.image_folder import ImageFolder
from hardware_adapters.registry import KINDS
from hardware_adapters.sources import Recorded, open_source
from hardware_adapters.video_file import VideoFile
from hardware_adapters.video_writer import VideoWriter
from tests.drawn_clip import START_NS, Clip

CLIP = Clip(seconds=4.0, width_px=160, height_px=96)
FRAMES = 20
Open = Callable[[int | None, bool], Recorded]


def video(folder: Path) -> Path:
    path = folder / "clip.mp4"
    with VideoWriter(path, fps=CLIP.fps) as writer:
        for frame in CLIP.frames():
            writer.write(frame.image_bgr)
    return path


def pictures(folder: Path) -> Path:
    path = folder / "clip"
    path.mkdir()
    for frame in CLIP.frames():
        cv2.imwrite(str(path / f"{frame.index:04d}.png"), frame.image_bgr)
    (path / "read me.txt").write_text("not a picture", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {"video_file": video(folder), "image_folder": pictures(folder)}


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, paths: dict[str, Path]) -> Open:
    path = paths[str(request.param)]
    return lambda start_ns, simulated: open_source(path, "drawn", start_ns, simulated=simulated)


def gist(frames: Iterator[Frame]) -> list[tuple[object, ...]]:
    return [(f.view, f.index, f.timestamp_ns, f.image_bgr.tobytes()) for f in frames]


def test_the_kind_of_source_follows_from_what_lies_there(paths: dict[str, Path]) -> None:
    kinds = {name: type(open_source(path, "v", None, simulated=False)) for name, path in paths.items()}
    assert kinds == {"video_file": VideoFile, "image_folder": ImageFolder}


def test_frames_come_in_the_order_of_their_time_numbered_from_0(opened: Open) -> None:
    frames = list(opened(START_NS, False).frames())
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert all(before.timestamp_ns < after.timestamp_ns for before, after in pairwise(frames))
    assert {frame.view for frame in frames} == {"drawn"}
    assert {frame.snapshot for frame in frames} == {None}


def test_pictures_are_of_one_size_in_colour_and_read_only(opened: Open) -> None:
    for frame in opened(None, False).frames():
        assert frame.image_bgr.shape == (96, 160, 3)
        assert frame.image_bgr.dtype == np.uint8
        assert not frame.image_bgr.flags.writeable


def test_pictures_are_those_that_were_taken(opened: Open) -> None:
    for frame, taken in zip(opened(None, False).frames(), CLIP.frames(), strict=True):
        error = np.abs(frame.image_bgr.astype(int) - taken.image_bgr.astype(int))
        assert error.mean() < 8  # noise, coded


def test_times_are_those_of_the_clock_where_the_start_is_known(opened: Open) -> None:
    frames = list(opened(START_NS, False).frames())
    assert {frame.time_base for frame in frames} == {TimeBase.UTC}
    assert frames[0].timestamp_ns == START_NS
    assert frames[-1].timestamp_ns == START_NS + (FRAMES - 1) * NS_PER_S // CLIP.fps


def test_times_count_from_0_where_the_start_is_unknown(opened: Open) -> None:
    frames = list(opened(None, False).frames())
    assert {frame.time_base for frame in frames} == {TimeBase.MEDIA}
    assert frames[0].timestamp_ns == 0
    known = [frame.timestamp_ns - START_NS for frame in opened(START_NS, False).frames()]
    assert [frame.timestamp_ns for frame in frames] == known


@pytest.mark.parametrize("simulated", [True, False])
def test_the_mark_of_the_simulated_stays_on_every_frame(opened: Open, simulated: bool) -> None:
    assert {frame.simulated for frame in opened(None, simulated).frames()} == {simulated}


def test_a_source_says_how_many_frames_it_has_and_how_fast_they_come(opened: Open) -> None:
    source = opened(None, False)
    assert source.frame_count in (0, FRAMES)
    assert source.fps == pytest.approx(CLIP.fps)


def test_a_source_can_be_read_again_and_by_two_at_once(opened: Open) -> None:
    source = opened(START_NS, False)
    first = gist(source.frames())
    assert gist(source.frames()) == first
    pairs = list(zip(gist(source.frames()), gist(opened(START_NS, False).frames()), strict=True))
    assert all(one == other for one, other in pairs)
    one, other = source.frames(), source.frames()
    next(one)
    assert next(other).index == 0
    assert next(one).index == 1
