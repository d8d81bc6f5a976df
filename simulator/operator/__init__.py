"""The network as somebody outside can hurt it: the drawer of a page, or a test in another process."""
