"""Long work that outlives whoever asked for it: a queue in the register's database, and the process that does it."""
