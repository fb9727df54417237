"""Evidence as it may leave the archive: redacted, and marked again where it is simulated."""

import io
from collections.abc import Iterator
from functools import partial

import av
import cv2
import numpy as np

from detectors.archive.pictures import BAR_PX, JPEG_QUALITY, captioned, mp4_of
from detectors.archive.store import CaseStore, StoredPicture
from detectors.archive.stored import StoredClip
from detectors.cases.evidence import outlined
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.evidence import EvidenceClip
from detectors.privacy.redaction import AccusedVehicle, Box, RedactionRefused, VehicleBox, redact

CLOSE_UP = (PictureKind.VEHICLE, PictureKind.ZOOMED, PictureKind.PLATE)  # have no outline of the vehicle


def redacted_picture(store: CaseStore, picture: StoredPicture, vehicle_class: VehicleClass) -> UInt8Array:
    """Return an evidence picture (h, w, 3) BGR of a case about a vehicle of a class, redacted.

    Others that were followed are hidden; since nobody looked for people and for whom the detector missed,
    all outside the accused vehicle is a mosaic, so coarse that it shows nobody's face or plate, and no
    coarser where the view says how finely it shows them. The outline of the vehicle and the bar that says
    SIMULATED are drawn again.

    Raises RedactionRefused where it is not recorded where the vehicle stands, or the file is no picture.
    """
    image = cv2.imdecode(np.frombuffer(store.content(picture.path), np.uint8), cv2.IMREAD_COLOR)
    if image is None or picture.box_px is None:
        what = "it is no picture" if image is None else "where its vehicle stands was not recorded"
        msg = f"{picture.path}: not exported, {what}"
        raise RedactionRefused(msg)
    pixels = np.asarray(image, dtype=np.uint8)
    hide = partial(_hidden, picture=picture, vehicle_class=vehicle_class)
    return captioned(hide(pixels[:-BAR_PX])) if picture.simulated else hide(pixels)


def redacted_jpeg(store: CaseStore, picture: StoredPicture, vehicle_class: VehicleClass) -> bytes:
    """Return the same as JPEG, without any metadata."""
    image = redacted_picture(store, picture, vehicle_class)
    _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return bytes(jpeg.tobytes())


def redact_but(
    picture_bgr: UInt8Array,
    keep: tuple[Box, ...],
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN,
    *,
    only_plate: bool = False,
) -> UInt8Array:
    """Return a picture (h, w, 3) of which nothing is known but the box to keep, redacted.

    That is the accused vehicle, or its plate alone. A bar that says SIMULATED is not known here: cut it off
    before, and put it back after. Raises RedactionRefused unless there is one box.
    """
    accused = AccusedVehicle(keep[0], vehicle_class, only_plate=only_plate) if len(keep) == 1 else None
    return redact(picture_bgr, accused, others=None, plates_px=None, people_px=None)


def _hidden(image_bgr: UInt8Array, picture: StoredPicture, vehicle_class: VehicleClass) -> UInt8Array:
    only_plate = picture.kind is PictureKind.PLATE
    if picture.box_px is None or picture.others_px is None:
        keep = () if picture.box_px is None else (picture.box_px,)
        return redact_but(image_bgr, keep, vehicle_class, only_plate=only_plate)
    accused = AccusedVehicle(picture.box_px, vehicle_class, only_plate=only_plate)
    others = [VehicleBox(box) for box in picture.others_px]
    hidden = redact(image_bgr, accused, others, plates_px=None, density_px_m=picture.density_px_m)
    return hidden if picture.kind in CLOSE_UP else outlined(hidden, picture.box_px)


def redacted_clip(store: CaseStore, clip: StoredClip, vehicle_class: VehicleClass) -> bytes:
    """Return a clip of a case about a vehicle of a class as MP4, each frame redacted as a picture is.

    Frames that do not show the vehicle are left out. Raises RedactionRefused where it is not recorded what
    stands where, where no frame shows the vehicle, or where the file has not the frames that were recorded.
    """
    times, images = [], []
    for at_ns, image in _redacted_frames(store, clip, vehicle_class):
        times.append(at_ns)
        images.append(image)
    if not images:
        raise _not_exported(clip, "no frame of it shows its vehicle")
    return mp4_of(EvidenceClip(clip.case_id, tuple(times), tuple(images), clip.simulated))


def _redacted_frames(
    store: CaseStore, clip: StoredClip, vehicle_class: VehicleClass
) -> Iterator[tuple[int, UInt8Array]]:
    if clip.times_ns is None or clip.size_px is None or not (clip.own_px and clip.others_px):
        raise _not_exported(clip, "what stands where in its frames was not recorded")
    frames = _frames(store.content(clip.path))
    if len(frames) != len(clip.times_ns):
        raise _not_exported(clip, f"it has {len(frames)} frames, recorded were {len(clip.times_ns)}")
    width, height = clip.size_px
    shown = height + (BAR_PX if clip.simulated else 0)
    across, down = frames[0].shape[1] / width, frames[0].shape[0] / shown
    density = clip.density_px_m and tuple(one * max(across, down) for one in clip.density_px_m)
    rows = int(height * down)  # above the bar
    for at_ns, image, own, others in zip(clip.times_ns, frames, clip.own_px, clip.others_px, strict=True):
        if own is not None:
            accused = AccusedVehicle(_scaled(own, across, down), vehicle_class)
            near = [VehicleBox(_scaled(box, across, down)) for box in others]
            hidden = redact(image[:rows], accused, near, plates_px=None, density_px_m=density)
            yield at_ns, outlined(hidden, accused.box_px)


def _frames(content: bytes) -> list[UInt8Array]:
    try:
        with av.open(io.BytesIO(content), "r") as container:
            found = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    except (av.FFmpegError, IndexError):
        return []
    return [np.asarray(one, dtype=np.uint8) for one in found]


def _scaled(box: Box, across: float, down: float) -> Box:
    return box[0] * across, box[1] * down, box[2] * across, box[3] * down


def _not_exported(clip: StoredClip, why: str) -> RedactionRefused:
    return RedactionRefused(f"{clip.path}: not exported, {why}")
