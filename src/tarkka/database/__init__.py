"""Where the register's PostgreSQL is, how it is set up, and what it must be like before the program trusts it."""
