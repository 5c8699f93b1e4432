"""The console: the pages of staff, under /console/. Whoever signs in here is no customer, and sees places by role."""
