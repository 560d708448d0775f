"""What the control socket answers, as a table beside its routes; OpenAPI and docs/api.md follow."""
