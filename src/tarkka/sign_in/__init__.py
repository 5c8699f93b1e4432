"""Strong authentication by OpenID Connect, as the Finnish Trust Network profiles it: who somebody is, no more.

`providers` reads the settings; `client` sends the visitor to the provider (`begin`) and takes the answer (`finish`);
`tokens` checks the ID token, `keys` the provider's keys, and `publishing` shows ours. `sessions` and `once` are what is
kept in the database.
"""
