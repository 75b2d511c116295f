"""Every way in which the registrar's tool says no."""


class RegistrarError(Exception):
    """Something that the registrar must put right first, as the text says; nothing has been written."""
