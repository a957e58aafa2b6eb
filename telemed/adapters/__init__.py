"""One package per outside system: the real client and its fake behind one Protocol."""
