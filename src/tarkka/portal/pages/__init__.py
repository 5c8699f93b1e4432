"""The customer's pages. Each opens the door for one look at the customer's own data and shows it (R7, R12)."""
