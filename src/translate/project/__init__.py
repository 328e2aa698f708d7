"""Many files: which they are, what they depend on, what is known of them from before, and translating them."""
