"""The motion kernel: records moved by compiled loops (numba); how fast is said by `make bench`."""

import hashlib
import os
from pathlib import Path
from typing import Any

import numba


def _cache_by_source() -> None:
    """Keep compiled code under a digest of all kernel sources.

    Numba looks for changes in the file of a function only, not in those that it calls, and would go
    on running old code after a change elsewhere in the kernel.
    """
    here = Path(__file__).parent
    digest = hashlib.blake2b(b"".join(p.read_bytes() for p in sorted(here.glob("*.py"))), digest_size=6)
    cache = here / "__pycache__" / f"numba-{digest.hexdigest()}"
    settings: Any = numba.config
    if not settings.CACHE_DIR and os.access(here, os.W_OK):
        settings.CACHE_DIR = str(cache)


_cache_by_source()
