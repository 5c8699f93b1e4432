"""The app's icons as pictures: `python -m tarkka.site.icons` makes them from the mark, `static/tarkka/mark.svg`."""

import re
from pathlib import Path

import typst

FOLDER = Path(__file__).parent / "static" / "tarkka"
SIZES = {"icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512, "icon-maskable-512.png": 512}
"""Pixels to a side. Those of 180 and the maskable one fill the square: the device cuts their corners."""


def picture(name: str) -> bytes:
    """Return the icon as PNG."""
    mark = (FOLDER / "mark.svg").read_text(encoding="utf-8")
    if name in ("icon-180.png", "icon-maskable-512.png"):
        # The ground to the edge, and the strokes within the middle four fifths, which no device cuts off.
        mark = re.sub(r'viewBox="[^"]*"', 'viewBox="-5 -5 26 26"', mark)
        mark = re.sub(r"<rect [^>]*fill", '<rect x="-5" y="-5" width="26" height="26" fill', mark)
    page = "#set page(width: 72pt, height: 72pt, margin: 0pt, fill: none)\n#image(bytes(sys.inputs.mark), width: 100%)"
    made = typst.compile(page.encode(), format="png", ppi=float(SIZES[name]), sys_inputs={"mark": mark})
    assert isinstance(made, bytes)  # noqa: S101  # of one page
    return made


if __name__ == "__main__":
    for name in SIZES:
        (FOLDER / name).write_bytes(picture(name))
