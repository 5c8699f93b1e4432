"""What the registered person has a right to: the extract, the written extract, and requests with their due dates."""
