"""The trail: what was recorded of looks and of those who look, as a Merkle log that an outsider can verify.

Every row of a sealed table (`sealed`) becomes a leaf (`sealing`), and signed checkpoints (`note`) tell the tree's root
(`tree`). `verifying` finds whatever was changed since, by a superuser too; `queries` proves to a person what was
recorded of them. docs/trail.md tells the formats.
"""
