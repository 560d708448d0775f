"""The files: what stands where in them, which versions there were, what is being written."""
