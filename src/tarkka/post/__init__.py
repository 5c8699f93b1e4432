"""Handing over what is sent to people: e-mail to the mail server, text messages to their gateway."""
