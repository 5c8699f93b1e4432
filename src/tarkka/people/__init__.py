"""Persons, households over time, cards, how to reach people, and what they have chosen."""
