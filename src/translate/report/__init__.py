"""A translation or a verification as text for people and as JSON for programs."""
