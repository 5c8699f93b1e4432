"""Products of the sample: readable names, groups, and GTINs of the range for internal use. Nothing real is named."""

import re
import tomllib
from pathlib import Path

import duckdb

from tarkka.sample.groups import group_of
from tarkka.sample.source import statement

_RULES = tomllib.loads((Path(__file__).parent / "products.toml").read_text(encoding="utf-8"))
_WORDS: dict[str, str] = _RULES["words"]
_REAL_BRANDS = frozenset(_RULES["real_brands"])
_VAGUE = frozenset(_RULES["vague"])

_TYPE_LENGTH = 30
"""The data set cuts a type off here, often in the middle of a word."""

_SEPARATORS = re.compile(r"([\s/&:,\-]+)")
_SIZE = re.compile(r"[0-9.]+(?:-[0-9.]+)? ?(?:CT|DZ|FT|GA|GAL|IN|LB|LT|ML|OZ|PC|PK|PT|QT|SQ FT|YD)")


def _words(text: str) -> str:
    if len(text) == _TYPE_LENGTH and "(" not in text:
        text = re.sub(r"[ /][^ /]*$", "", text)
    parts = _SEPARATORS.split(text.partition("(")[0].strip(" -:/&,"))
    joined = "".join(_WORDS.get(part, part.lower()) for part in parts).replace("&", " and ").replace(":", ": ")
    return re.sub(r"\s+", " ", joined).strip()


def product_name(category: str | None, product_type: str | None, brand: str | None, package_size: str | None) -> str:
    """Return a readable English name, for instance `Soft drinks 12/18 and 15 pack can, own brand, 12 oz`.

    It is made of the data set's words; a type that is a real brand's name gives way to its category.
    """
    if product_type is None or product_type in _REAL_BRANDS:
        name = _words(category) if category else "unnamed product"
    elif product_type in _VAGUE and category:
        name = f"{_words(category)}: {_words(product_type)}"
    else:
        name = _words(product_type)
    name = name[:1].upper() + name[1:]
    if brand == "Private":
        name += ", own brand"
    if package_size and _SIZE.fullmatch(package_size):
        name += f", {package_size.lower()}"
    return name


def make_products(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `product`, a row for every product of the data set and its transactions (see sql/product.sql)."""
    kinds = connection.execute(
        "SELECT DISTINCT product_category, product_type, brand, package_size FROM source_products"
    ).fetchall()
    groups = [group_of(category, product_type) for category, product_type, _, _ in kinds]
    connection.execute(
        "CREATE TABLE kind AS SELECT * FROM (SELECT"
        " unnest(?::VARCHAR[]) AS product_category, unnest(?::VARCHAR[]) AS product_type,"
        " unnest(?::VARCHAR[]) AS brand,"
        " unnest(?::VARCHAR[]) AS package_size, unnest(?::VARCHAR[]) AS name, unnest(?::VARCHAR[]) AS group_code,"
        " unnest(?::BOOLEAN[]) AS earns_bonus, unnest(?::BOOLEAN[]) AS lots, unnest(?::VARCHAR[]) AS sold_by,"
        " unnest(?::VARCHAR[]) AS vat)",
        [
            *(list(column) for column in zip(*kinds, strict=True)),
            [product_name(*kind) for kind in kinds],
            [group.code for group in groups],
            [group.earns_bonus for group in groups],
            [group.lots for group in groups],
            [group.sold_by for group in groups],
            [group.vat for group in groups],
        ],
    )
    connection.execute(statement("product"))
