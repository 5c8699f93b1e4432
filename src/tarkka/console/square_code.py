"""A square code (QR, ISO/IEC 18004) as a picture within the page: nobody else is asked to draw a secret."""

import io

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_BORDER = 4  # the quiet zone that the standard asks for


def drawn(text: str) -> SafeString:
    """Return the text as a square code, an SVG of one path in the colours that a camera reads in either theme."""
    code = segno.make(text, error="m", micro=False)
    picture = io.BytesIO()
    code.save(picture, kind="svg", xmldecl=False, svgns=False, omitsize=True, nl=False, border=_BORDER)
    return format_html('<span class="square-code" aria-hidden="true">{}</span>', mark_safe(picture.getvalue().decode()))  # noqa: S308  # of our own making
