"""Bonus and the payment-method benefit: the program, what a month earns, and the ledger of what is owed (R5, R18, R31).

Reckoned from receipts' totals alone, so that no objection and no retention of anything finer changes it by a cent.
"""
