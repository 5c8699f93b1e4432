"""How an id is written in an address."""

ID = "[1-9][0-9]{0,17}"
"""At most 18 digits, so that what matches always fits the database's bigint."""
