"""By what a view measures: ids of software, detector, weights and calibration, for its evidence."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from detectors.datatypes.evidence import Instruments
from detectors.datatypes.site import SitePlan
from detectors.ports import Detector
from scenarios.site_files import site_toml

DISTRIBUTION = "bconnect-twin"


def instruments_of(detector: Detector, site: SitePlan | None) -> Instruments:
    """Return what evidence says of the instruments of a view.

    The calibration is that of the site plan as it is written to a file; the weights are those of the
    file that the detector was made from, where it has one.
    """
    weights = getattr(detector, "weights", None)
    return Instruments(
        software=f"{DISTRIBUTION} {version(DISTRIBUTION)}",
        detector=detector.name,
        weights=_sha256(weights.read_bytes()) if isinstance(weights, Path) and weights.is_file() else "",
        calibration=_sha256(site_toml(site).encode()) if site is not None else "",
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
