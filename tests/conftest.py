"""What holds for all tests."""

import os

# Before PyTorch is imported: its threads spin while they wait for each other, which on a busy machine takes most of the time.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
