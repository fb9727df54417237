"""The plate reader of a process: loaded when the first picture is to be read, and once."""

from functools import lru_cache

from detectors.cases.evidence import Box
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import PlateSight
from detectors.ports import PlateReader


class PlateReaderOnUse:
    """PlateReader that costs nothing until it reads, and can be sent to another process."""

    def read(self, frame: Frame, box_px: Box) -> PlateSight:
        """Return what the plate of the vehicle in a box shows."""
        return _loaded().read(frame, box_px)

    def read_closer(self, frame: Frame, box_px: Box) -> PlateSight:
        """Return what the plate shows whose number should stand in a box."""
        return _loaded().read_closer(frame, box_px)


@lru_cache(maxsize=1)
def _loaded() -> PlateReader:
    from detectors.reading.reader import PlateLineReader  # noqa: PLC0415 - a model runtime: only where one reads

    return PlateLineReader()
