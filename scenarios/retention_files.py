"""Retention files: how long what is kept, as TOML."""

from typing import Annotated

from pydantic import Field

from detectors.privacy.retention import RAW_FILES, RetentionTerms
from scenarios.errors import InputError
from scenarios.toml_files import FileModel, Kind, read_model, resolve

DEFAULT = "uu-27-2022"


class RawFile(FileModel):
    """The table [raw]."""

    days: Annotated[float, Field(gt=0, le=3660)] = 14.0
    files: tuple[str, ...] = RAW_FILES


class HashesFile(FileModel):
    """The table [hashes]."""

    hours: Annotated[float, Field(gt=0, le=24)] = 24.0


class EvidenceFile(FileModel):
    """The table [evidence]."""

    appeal_days: Annotated[float, Field(ge=0, le=36_600)] = 30.0


class RetentionFile(FileModel):
    """A retention file."""

    raw: RawFile = RawFile()
    hashes: HashesFile = HashesFile()
    evidence: EvidenceFile = EvidenceFile()


def read_retention(name_or_path: str = DEFAULT) -> RetentionTerms:
    """Return the terms of a built-in name or of a file; raises InputError that says what is wrong."""
    file = resolve(Kind.RETENTION, name_or_path)
    said = read_model(file, RetentionFile)
    try:
        return RetentionTerms(said.raw.days, said.raw.files, said.hashes.hours, said.evidence.appeal_days)
    except ValueError as error:
        msg = f"{file}: {error}"
        raise InputError(msg) from error
