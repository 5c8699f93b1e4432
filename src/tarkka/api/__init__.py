"""Machine intake over HTTP: receipts in, a verdict for each out, described by OpenAPI."""
