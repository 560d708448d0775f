"""The web page: its files, and what it shows beside the resources that everybody has."""
