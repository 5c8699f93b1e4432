"""What identified customers bought, at three levels in three tables, and how receipts come in."""
