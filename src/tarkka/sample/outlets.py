"""Outlets of the sample: every store of the data set is given a chain and an invented Finnish outlet.

Beside them stand outlets that the data set lacks: filling stations next to stores that sell fuel, special trade,
restaurants, hotels and partners in the centres, and web shops. Which receipt goes where is decided in sql/basket.sql.
"""

import tomllib
import unicodedata
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import duckdb

from tarkka.sample.source import statement


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet: code, name and chain as Tarkka knows them; `store_id` is the store of the data set, if it is one."""

    code: str
    name: str
    chain: str
    store_id: int | None = None


_LABELS = {
    "abc": "ABC",
    "alepa": "Alepa",
    "emotion": "Emotion",
    "hotels": "Hotelli",
    "kodin-terra": "Kodin Terra",
    "marks-and-spencer": "Marks & Spencer",
    "prisma": "Prisma",
    "restaurants": "Ravintola",
    "s-market": "S-market",
    "s-rauta": "S-Rauta",
    "sale": "Sale",
    "sokos": "Sokos",
}
_PARTNER_TRADES = ("Optikko", "Autovuokraamo", "Kuntosali", "Kampaamo")

_BUSY_BASKETS = 100
"""From so many receipts a year a store is a grocery store of the capital region; below it, it is met on journeys."""

_GROCERY_SIZES = (("prisma", 24), ("s-market", 44), ("alepa", 30), ("sale", 1_000))
"""Busy stores by lines a receipt, most first: so many are of the chain."""

_JOURNEY_CHAINS = ("sale", "s-market", "sale", "restaurants", "s-market", "hotels", "sale", "prisma", "partners", "abc")

_CENTRE_COUNTS = {
    "emotion": 6,
    "hotels": 6,
    "kodin-terra": 3,
    "marks-and-spencer": 3,
    "partners": 8,
    "restaurants": 12,
    "s-rauta": 4,
    "sokos": 6,
}
"""How many outlets a chain has in the centres."""

_WEB_SHOPS = {
    "emotion": "Emotion-verkkokauppa",
    "hotels": "Hotellien verkkovaraus",
    "kodin-terra": "Kodin Terra -verkkokauppa",
    "partners": "Kumppanien verkkopalvelu",
    "prisma": "Prisma-verkkokauppa",
    "s-market": "S-marketin ruokaverkkokauppa",
    "sokos": "Sokos-verkkokauppa",
}


@cache
def _places() -> dict[str, list[str]]:
    names = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
    places: dict[str, list[str]] = names["places"]
    return places


def slug(text: str) -> str:
    """Return lowercase ASCII letters, digits and single hyphens: `Prisma Kannelmäki` → `prisma-kannelmaki`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(letter if letter.isalnum() else " " for letter in ascii_text).split())


def _outlet(chain: str, place: str, store_id: int | None = None) -> Outlet:
    label = _LABELS.get(chain) or _PARTNER_TRADES[len(place) % len(_PARTNER_TRADES)]
    return Outlet(f"{chain}-{slug(place)}", f"{label} {place}", chain, store_id)


def _store_outlets(connection: duckdb.DuckDBPyConnection) -> list[tuple[Outlet, str, bool]]:
    """Return each store's outlet, its place, and whether it has pumps that get a filling station of their own."""
    stores = connection.execute(statement("stores")).fetchall()
    busy = sorted((store for store in stores if store[1] >= _BUSY_BASKETS), key=lambda store: (-store[2], store[0]))
    chains = [chain for chain, count in _GROCERY_SIZES for _ in range(count)]
    districts = _places()["districts"]
    placed = [
        (_outlet(chain, districts[number], store_id), districts[number], fuel_only > 0)
        for number, ((store_id, _, _, _, fuel_only, _, _), chain) in enumerate(zip(busy, chains, strict=False))
    ]
    met: dict[str, int] = {}
    towns = _places()["towns"]
    for number, (store_id, baskets, _, fuel_share, _, special_share, special) in enumerate(stores):
        if baskets >= _BUSY_BASKETS:
            continue
        if fuel_share > 0.5:
            chain = "abc"
        elif special is not None and special_share > 0.5:
            chain = special
        else:
            chain = _JOURNEY_CHAINS[number % len(_JOURNEY_CHAINS)]
        town = towns[(met.get(chain, 0) * 7 + len(chain)) % len(towns)]
        met[chain] = met.get(chain, 0) + 1
        placed.append((_outlet(chain, town, store_id), town, False))
    return placed


def make_outlets(connection: duckdb.DuckDBPyConnection) -> list[Outlet]:
    """Make the tables `store_outlet` (store → outlet, filling station) and `centre` (chain → outlets); return all.

    Needs the table `product`. The order and codes are the same at every call.
    """
    stores = _store_outlets(connection)
    stations = {outlet.store_id: _outlet("abc", place) for outlet, place, pumps in stores if pumps}
    centres = [
        _outlet(chain, place) for chain, count in _CENTRE_COUNTS.items() for place in _places()["centres"][:count]
    ]
    webs = [Outlet(f"{chain}-web", name, chain) for chain, name in _WEB_SHOPS.items()]
    connection.execute(
        "CREATE TABLE store_outlet AS SELECT unnest(?::BIGINT[]) AS store_id, unnest(?::VARCHAR[]) AS chain,"
        " unnest(?::VARCHAR[]) AS code, unnest(?::VARCHAR[]) AS station",
        [
            [outlet.store_id for outlet, _, _ in stores],
            [outlet.chain for outlet, _, _ in stores],
            [outlet.code for outlet, _, _ in stores],
            [stations[outlet.store_id].code if pumps else outlet.code for outlet, _, pumps in stores],
        ],
    )
    connection.execute(
        "CREATE TABLE centre AS SELECT chain, list(code ORDER BY number) AS codes FROM (SELECT"
        " unnest(?::VARCHAR[]) AS chain, unnest(?::VARCHAR[]) AS code, unnest(?::INTEGER[]) AS number) GROUP BY chain",
        [[outlet.chain for outlet in centres], [outlet.code for outlet in centres], list(range(len(centres)))],
    )
    return [*(outlet for outlet, _, _ in stores), *stations.values(), *centres, *webs]


def outlet_rows(outlets: list[Outlet]) -> list[dict[str, str]]:
    """Return what outlets.json holds: code, name and chain of each outlet."""
    return [{key: value for key, value in asdict(outlet).items() if key != "store_id"} for outlet in outlets]
