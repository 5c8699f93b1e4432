"""What every face shares: settings, addresses, base templates, looks, words in three languages."""
