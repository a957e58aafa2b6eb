"""Tests of experts on real databases and over HTTP."""
