"""Where two programs part: the first submodule whose results differ though what it was given agrees."""
