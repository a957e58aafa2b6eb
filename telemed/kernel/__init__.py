"""Shared vocabulary: no input or output, no framework, imports nothing of ours."""
