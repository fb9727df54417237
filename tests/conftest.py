"""What tests of several kinds share."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.postgresql_server import Server, binaries, temporary_folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Give a PostgreSQL server; skip where it or its driver is not installed."""
    found = binaries()
    if found is None or find_spec("psycopg") is None:
        pytest.skip("PostgreSQL (apt-get install postgresql) or psycopg is not installed")
    folder = temporary_folder()
    try:
        server = Server(folder, found)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
