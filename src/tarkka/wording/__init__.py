"""How the register speaks: figures and days as each language writes them, and the words for its closed lists."""
