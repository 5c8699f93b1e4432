"""What the faces of people share: the portal and the console, which never import each other.

`rate_limit` says how often somebody may ask, `addresses` where a form or a sign-in may lead back to, `ids` how an id is
written in an address; the template tags put the register description and receipts into words.
"""
