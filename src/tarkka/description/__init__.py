"""The register description: what is collected, for what it may be used and by whom, in one file that people read and the register obeys."""
