"""Every promised number has its command here. Not part of the tests."""
