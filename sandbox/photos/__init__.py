"""The pretend photo library: Apple's records, and files that are made when they are asked for."""
