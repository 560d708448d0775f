"""The files side: reading and replacing files, the Markdown dialect, names."""
