"""Supervision of staff: rules that go through the trail and flag what is unusual, and what the officer found (R22).

`running` lets every rule of `rules` judge what has happened since the last run and keeps what they find as flags;
`queries` and `actions` are the data-protection officer's: who did what, which flags wait, and deciding them.
"""
