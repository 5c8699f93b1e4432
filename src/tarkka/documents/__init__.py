"""Papers as people keep them: PDF that everybody can read, made from a template and data."""
