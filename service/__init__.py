"""What residents, kiosks and partners talk to."""
