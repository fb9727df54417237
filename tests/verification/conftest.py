from collections.abc import Callable

import numpy as np
import pytest


@pytest.fixture
def record_property(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Plain numbers only: those of numpy do not pass from a worker of the tests to where they are told."""

    def record(name: str, value: object) -> None:
        record_property(name, value.item() if isinstance(value, np.generic) else value)

    return record
