"""Product groups of the sample: the data set's 303 product categories in 66 groups with names in three languages."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OTHER = "other"
"""The group of everything that stands nowhere in groups.toml."""


@dataclass(frozen=True, slots=True)
class ProductGroup:
    """A product group. `categories` and `types` are the data set's words; `sold_by` is a chain of special trade.

    `vat` names the rates that it has in vat.toml; None if the till tells no rate.
    """

    code: str
    name_fi: str
    name_sv: str
    name_en: str
    categories: tuple[str, ...]
    types: tuple[str, ...]
    earns_bonus: bool
    lots: bool
    sold_by: str | None
    vat: str | None


@cache
def product_groups() -> tuple[ProductGroup, ...]:
    """Return all product groups in the order of groups.toml."""
    table = tomllib.loads((Path(__file__).parent / "groups.toml").read_text(encoding="utf-8"))
    return tuple(
        ProductGroup(
            code=code,
            name_fi=group["fi"],
            name_sv=group["sv"],
            name_en=group["en"],
            categories=tuple(group["categories"]),
            types=tuple(group.get("types", ())),
            earns_bonus=group.get("earns_bonus", True),
            lots=group.get("lots", False),
            sold_by=group.get("sold_by"),
            vat=group.get("vat", "general") or None,
        )
        for code, group in table.items()
    )


@cache
def _by_category() -> dict[str, ProductGroup]:
    return {category: group for group in product_groups() for category in group.categories}


@cache
def _by_type() -> dict[str, ProductGroup]:
    return {product_type: group for group in product_groups() for product_type in group.types}


def group_of(category: str | None, product_type: str | None) -> ProductGroup:
    """Return the group of a product: by its type where groups.toml lists that, then by its category, or `other`."""
    other = next(group for group in product_groups() if group.code == OTHER)
    return _by_type().get(product_type or "") or _by_category().get(category or "") or other
