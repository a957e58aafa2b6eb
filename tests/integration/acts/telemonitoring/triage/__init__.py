"""The life of alerts as a machine of states, in any order."""
