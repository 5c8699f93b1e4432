"""Letting go of purchases whose time is over, by the description, finer levels first; holding back what is needed.

`plan` says what is to go, `running` does it, `sql/holds.sql` says what is held back. What went is told by the tables of
purchases/sql/retention.sql, which whoever reads or takes purchases goes by.
"""
