"""Evidence pictures as they may leave the archive: redacted, and marked again where they are simulated."""

from functools import partial

import cv2
import numpy as np

from detectors.archive.pictures import BAR_PX, JPEG_QUALITY, captioned
from detectors.archive.store import CaseStore, StoredPicture
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.privacy.redaction import AccusedVehicle, Box, RedactionRefused, VehicleBox, redact


def redacted_picture(store: CaseStore, picture: StoredPicture, vehicle_class: VehicleClass) -> UInt8Array:
    """Return an evidence picture (h, w, 3) BGR of a case about a vehicle of a class, redacted.

    Others that were followed are hidden; since nobody looked for people and for whom the detector missed,
    all outside the accused vehicle is a mosaic. The bar that says SIMULATED stays readable.

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
    return redact(image_bgr, accused, others, plates_px=None, people_px=None)
