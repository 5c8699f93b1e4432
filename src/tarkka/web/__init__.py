"""What the faces of people share: the portal and the console, which never import each other."""
