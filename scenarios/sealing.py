"""Who seals the archives of this program: by a key that the environment names, or nobody."""

import os

from detectors.archive.keys import signing_key
from detectors.archive.seals import Sealer
from hardware_adapters.clock import utc_ns

VARIABLE = "BCONNECT_SEAL_KEY"


def sealer() -> Sealer | None:
    """Return who seals: with the key of BCONNECT_SEAL_KEY (file:PATH or env:NAME), None without.

    Raises SealError for a key that cannot be used.
    """
    reference = os.environ.get(VARIABLE)
    return Sealer(signing_key(reference, os.environ), utc_ns) if reference else None
