"""What the wire says of photos, contacts and the rest, and the items that are made of it; pure."""
