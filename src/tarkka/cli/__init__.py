"""The commands of operators: one file a room, `main` gathers them."""
