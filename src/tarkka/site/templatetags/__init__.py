"""Tags and filters that every page may use; they are built in, so no template loads them."""
