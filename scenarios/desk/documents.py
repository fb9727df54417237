"""What is given out on paper, before it is HTML or PDF: sections of facts, paragraphs, lists and figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of a name and a value."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of words."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Points, in their order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commands:
    """Lines to be typed as they stand."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as JPEG with what it shows, and notes; None as the picture says that it is withheld."""

    caption: str
    jpeg: bytes | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Facts | Paragraph | Listing | Commands | Figure, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language; `mark` runs across every page where it is simulated, else ""."""

    language: str
    title: str
    subtitle: str
    mark: str
    sections: tuple[Section, ...]
    footer: str
