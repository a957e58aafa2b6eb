"""One slice per act of article R. 6316-1 CSP; an act never imports another act."""
