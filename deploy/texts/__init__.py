"""Keep the catalogue of texts: find what is used, take CLDR's marks from Babel, say what is missing.

`python -m deploy.texts` brings the PO files up to date; `--check` changes nothing and fails if it would.
"""
