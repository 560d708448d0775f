"""The CloudKit side of the pretend iCloud: zones, records, tokens, queries, writes, files."""
