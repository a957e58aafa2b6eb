"""How billing writes things down: what a claim keeps, and what is exchanged with a caisse."""

from billing.formats.kept import basis_from_json, basis_to_json, cite, reasons_from_json, reasons_to_json

__all__ = ["basis_from_json", "basis_to_json", "cite", "reasons_from_json", "reasons_to_json"]
