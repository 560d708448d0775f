"""Three-way merges: of a field, of notes, of names, of all that two sides say of one thing."""
