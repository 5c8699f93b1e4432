"""The people who work with the register: personal accounts, and what each proves who they are with (R22).

An account is opened by an operator, and its holder sets their own password and second factor by an invitation; nobody
else ever knows them. `passwords`, `codes` and `security_keys` check what is brought, `guessing` says how often it may
be tried, `actions` and `queries` keep and read. What an account may do is its mandates' matter (`tarkka.access`).
"""
