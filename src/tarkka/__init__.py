"""Tarkka: a purchase-data register whose description is executable, with one door to personal data."""
