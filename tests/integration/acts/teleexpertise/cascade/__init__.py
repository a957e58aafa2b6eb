"""The cascade as a machine of states, in any order."""
