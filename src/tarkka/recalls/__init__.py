"""Recalls of dangerous products: drafted by one, released by another, traced, and told to everyone affected (R19)."""
