"""What a person asks for beside a cycle: restoring, undoing, resolving, forgetting, carrying in."""
