"""What iCloud last said, and how far its zones were read."""
