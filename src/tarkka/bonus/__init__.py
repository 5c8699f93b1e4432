"""Bonus and the payment-method benefit: the program, a ledger of what is owed, its closing and its payout (R31)."""
