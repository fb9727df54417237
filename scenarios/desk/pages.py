"""Documents as HTML: one file each that needs nothing else."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from scenarios.desk.documents import Document
from scenarios.reports.pictures import jpeg_uri
from scenarios.texts import Texts


def environment() -> Environment:
    """Return the templates of the desk, which escape what they are given."""
    made = Environment(
        loader=PackageLoader("scenarios", "desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["jpeg_uri"] = jpeg_uri
    return made


def page(document: Document) -> str:
    """Return a document as one HTML file."""
    texts = Texts(document.language)
    return environment().get_template("document.html").render(d=document, t=texts.text)
