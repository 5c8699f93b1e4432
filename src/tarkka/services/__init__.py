"""Services made of a person's purchases, at the level that their choices leave: receipts sent by e-mail."""
