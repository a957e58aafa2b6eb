"""What a case may do, and by when: pure."""
