"""What a record means: documents, resolution tokens, dates, fields. Pure."""
