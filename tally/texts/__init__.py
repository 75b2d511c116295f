"""The one catalogue of what people read, with numbers, money and lists as each language writes them.

A language is one PO file here, nl.po the source; `make texts` keeps the files and `make booth` compiles them.
Who says something imports `texts_in` from tally.texts.texts and names a text by its id.
"""
