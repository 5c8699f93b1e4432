"""What people keep: PDF that everybody can read, made from a template and data, and CSV."""
