"""Tests of télé-expertise."""
