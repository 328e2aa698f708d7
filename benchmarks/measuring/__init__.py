"""The parts of speed.py, a file each."""
