"""The customer's own pages: purchases, receipts, and who has looked."""
