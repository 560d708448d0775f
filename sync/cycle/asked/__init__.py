"""What a person asks for beside a cycle: bringing back, resolving, forgetting, carrying in."""
