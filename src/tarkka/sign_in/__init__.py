"""Strong authentication by OpenID Connect, as the Finnish Trust Network profiles it: who somebody is, no more."""
