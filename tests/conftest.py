"""What holds for all tests."""

import os

# Before PyTorch is imported: its threads spin while they wait for each other, most of the time on a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
