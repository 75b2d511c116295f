"""The board's side of the service: the one writer, the published files, the witnesses."""
