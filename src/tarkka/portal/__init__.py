"""The customer's own pages, from signing in to the extract, and the register description for everyone."""
