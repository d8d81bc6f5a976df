"""The record as PDF and PNG, set by typst: the one export that reads a file (the font) and calls a compiler."""
