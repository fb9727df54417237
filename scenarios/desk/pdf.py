"""Documents as PDF by ReportLab, which is optional: the only module that knows it."""

import io
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from xml.sax.saxutils import escape

from detectors.datatypes.arrays import UInt8Array
from scenarios.desk.documents import Commands, Document, Facts, Figure, Listing, Paragraph, Section
from scenarios.desk.images import decoded
from scenarios.errors import InputError
from scenarios.texts import Texts

WIDTH_PT, MOST_HIGH_PT = 481.0, 330.0  # of an A4 page between margins of 20 mm; of a picture
MARGIN_PT = 57.0


class PdfMissing(InputError):  # noqa: N818 - reads as what happened
    """ReportLab is not installed."""


def pdf(document: Document) -> bytes:
    """Return a document as PDF, A4, the same bytes for the same document; raises PdfMissing."""
    try:
        platypus = import_module("reportlab.platypus")
    except ImportError as error:
        msg = "--pdf: ReportLab is not installed: pip install 'bconnect-twin[pdf]'; HTML needs nothing"
        raise PdfMissing(msg) from error
    held = io.BytesIO()
    made = platypus.SimpleDocTemplate(
        held,
        pagesize=(595.0, 842.0),
        leftMargin=MARGIN_PT,
        rightMargin=MARGIN_PT,
        topMargin=MARGIN_PT,
        bottomMargin=MARGIN_PT,
        title=f"{document.title}: {document.subtitle}",
        author="B-Connect Twin",
        lang=document.language,
        invariant=1,
    )
    story = list(_Story(platypus, document).flowables())

    def stamp(canvas: Any, _template: Any) -> None:
        _stamp(canvas, document)

    made.build(story, onFirstPage=stamp, onLaterPages=stamp)
    return held.getvalue()


def _stamp(canvas: Any, document: Document) -> None:
    """Draw the mark across a page and along its top, and the footer with the number of the page."""
    canvas.saveState()
    if document.mark:
        canvas.setFillColorRGB(0.64, 0.15, 0.04, alpha=0.09)
        canvas.setFont("Helvetica-Bold", 92)
        canvas.translate(297, 421)
        canvas.rotate(52)
        canvas.drawCentredString(0, -30, "SIMULATED")
        canvas.rotate(-52)
        canvas.translate(-297, -421)
        canvas.setFillAlpha(1.0)
        canvas.setFillColorRGB(0.64, 0.15, 0.04)
        canvas.setFont("Helvetica-Bold", 9)
        canvas.drawCentredString(297.5, 810, _plain(document.mark))
    canvas.setFillColorRGB(0.35, 0.4, 0.45)
    canvas.setFont("Helvetica", 7)
    canvas.drawString(MARGIN_PT, 34, _plain(document.footer)[:120])
    canvas.drawRightString(595 - MARGIN_PT, 34, str(canvas.getPageNumber()))
    canvas.restoreState()


class _Story:
    """Turns sections into what Platypus lays out."""

    def __init__(self, platypus: Any, document: Document) -> None:
        styles = import_module("reportlab.lib.styles")
        self._p, self._document = platypus, document
        self._texts = Texts(document.language)
        base = {"fontName": "Helvetica", "fontSize": 9.5, "leading": 13, "spaceAfter": 4}
        self._body = styles.ParagraphStyle("body", **base)
        self._small = styles.ParagraphStyle("small", **(base | {"fontSize": 7.5, "leading": 10}))
        self._code = styles.ParagraphStyle("code", **(base | {"fontName": "Courier", "fontSize": 7.5}))
        bold = base | {"fontName": "Helvetica-Bold"}
        self._title = styles.ParagraphStyle("title", **(bold | {"fontSize": 18, "leading": 22}))
        self._head = styles.ParagraphStyle(
            "head", **(bold | {"fontSize": 11.5, "leading": 15, "spaceBefore": 12, "keepWithNext": 1})
        )

    def flowables(self) -> Iterator[Any]:
        """Yield the whole document."""
        yield self._paragraph(self._document.title, self._title)
        yield self._paragraph(self._document.subtitle, self._code)
        for section in self._document.sections:
            yield from self._section(section)

    def _section(self, section: Section) -> Iterator[Any]:
        yield self._paragraph(section.title, self._head)
        for block in section.blocks:
            yield from self._block(block)

    def _block(self, block: Facts | Paragraph | Listing | Commands | Figure) -> Iterator[Any]:
        if isinstance(block, Facts):
            yield self._table(block)
        elif isinstance(block, Listing):
            for number, item in enumerate(block.items, start=1):
                yield self._paragraph(f"{number}. {item}", self._body)
        elif isinstance(block, Commands):
            for line in block.lines:
                yield self._paragraph(line, self._code)
        elif isinstance(block, Figure):
            yield self._p.KeepTogether(list(self._figure(block)))
        else:
            yield self._paragraph(block.text, self._body)

    def _paragraph(self, text: str, style: Any) -> Any:
        return self._p.Paragraph(escape(_plain(text)), style)

    def _table(self, block: Facts) -> Any:
        rows = [
            [self._paragraph(name, self._small), self._paragraph(value, self._body)]
            for name, value in block.rows
        ]
        rule = [("LINEBELOW", (0, 0), (-1, -1), 0.3, (0.8, 0.84, 0.88)), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        return self._p.Table(rows, colWidths=[WIDTH_PT * 0.3, WIDTH_PT * 0.7], style=rule)

    def _figure(self, block: Figure) -> Iterator[Any]:
        if block.jpeg is None:
            yield self._paragraph(f"[{self._texts.text('withheld')}]", self._body)
        else:
            width, height = _fitted(decoded(block.jpeg))
            yield self._p.Image(io.BytesIO(block.jpeg), width=width, height=height)
        yield self._paragraph(block.caption, self._body)
        for note in block.notes:
            yield self._paragraph(note, self._small)


def _fitted(picture: UInt8Array) -> tuple[float, float]:
    height, width = picture.shape[:2]
    scale = min(WIDTH_PT / width, MOST_HIGH_PT / height, 1.0)
    return width * scale, height * scale


def _plain(text: str) -> str:
    """Return a text in the characters that the standard fonts have (Windows-1252)."""
    return text.encode("cp1252", "replace").decode("cp1252")
