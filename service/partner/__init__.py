"""The partner node: witness, issuer and trustee in one small program with a state directory."""
