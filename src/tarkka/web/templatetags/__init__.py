"""Tags and filters of both faces."""
