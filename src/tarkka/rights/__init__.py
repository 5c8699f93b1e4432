"""What a person has a right to: the extract of everything that the register holds on them, and requests."""
