"""The page that the `type` of a problem leads to: each code with its status and what people read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

from telemed.api.problems import TITLES

ADDRESS = "/docs/problems"
_BUILT = Path(__file__).parent / "problems.md"
_WRITTEN = Path(__file__).parents[2] / "docs" / "reference" / "problems.md"
_ROW = re.compile(r"^\| `([^`]+)` \| (\d{3}|warning) \| (.+) \|$", re.MULTILINE)
_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Problèmes et refus de Telemed</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<main>
<h1>Problèmes et refus</h1>
<p>Ce que l'<a href="/docs">API</a> répond quand elle ne fait pas ce qui est demandé. Chaque réponse
est un <code>application/problem+json</code> (RFC 9457) dont le code est stable. Un refus par une règle (409) donne ses
motifs et ses avertissements, chacun avec son code, son texte et son article. « 404 » dit « absent, ou pas à vous »,
sans dire lequel. Aucune donnée de patient ne s'y trouve.</p>
<table>
<thead><tr><th scope="col">Code</th><th scope="col">Réponse</th><th scope="col">Ce qui est dit</th></tr></thead>
<tbody>
{% for row in rows %}
<tr id="{{ row.code }}"><th scope="row"><a href="#{{ row.code }}"><code>{{ row.code }}</code></a></th>
<td>{{ row.answer }}</td><td>{{ row.text }}</td></tr>
{% endfor %}
</tbody>
</table>
</main>
</body>
</html>
""")


@dataclass(frozen=True)
class Row:
    """A line of the reference: a stable code, the status it comes with (None: it only warns), what people read."""

    code: str
    status: int | None
    text: str

    @property
    def answer(self) -> str:
        if self.status is None:
            return "Avertissement"
        return f"{self.status} {TITLES.get(self.status, 'Refusé par une règle')}"


def read_rows() -> tuple[Row, ...]:
    """The table of docs/reference/problems.md: a checkout holds the page itself, a built package its copy."""
    text = (_BUILT if _BUILT.exists() else _WRITTEN).read_text("utf-8")
    return tuple(
        Row(code, int(status) if status.isdigit() else None, said) for code, status, said in _ROW.findall(text)
    )


def render(rows: tuple[Row, ...]) -> str:
    return _TEMPLATE.render(rows=rows)
