"""How passwords are hashed; the settings name it."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id with OWASP's parameters: 19 MiB, two passes, one lane: a flood of tries does not fill the memory.

    Django's own ask for 100 MiB and eight lanes a try. Passwords here are long, and never enough by themselves.
    """

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
