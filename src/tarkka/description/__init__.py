"""The register description: what is collected, for what it may be used and by whom.

One file says it, people read it, and the register obeys it. Only `models`, `queries` and `actions` need a database.
"""
