"""Deciding and doing: merge and plan (pure), the sync cycle, the iCloud side, the files side."""
