"""A readable page of the OpenAPI document: plain HTML, no script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment

STYLE = (Path(__file__).parent / "docs.css").read_text("utf-8")
_TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API de Telemed</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<main>
<h1>API de Telemed <small>{{ document.info.version }}</small></h1>
<p>{{ document.info.description }} Le même contenu pour un programme : <a href="/openapi.json">openapi.json</a>.
Les refus et leurs codes : <a href="/docs/problems">problèmes</a>.</p>
<nav aria-label="Sections"><ul>
{% for tag in document.tags %}<li><a href="#{{ tag.name }}">{{ tag.name }}</a></li>
{% endfor %}</ul></nav>
{% for tag in document.tags %}
<section id="{{ tag.name }}" aria-labelledby="t-{{ tag.name }}">
<h2 id="t-{{ tag.name }}">{{ tag.name }}</h2>
{% for path, methods in document.paths.items() %}{% for method, operation in methods.items() %}
{% if tag.name in operation.tags %}
<article id="{{ operation.operationId }}">
<h3><code class="method">{{ method | upper }}</code> <code>{{ path }}</code></h3>
<p>{{ operation.summary }}.{% if operation.description %} {{ operation.description }}{% endif %}</p>
<dl>
<dt>Accès</dt><dd>{% for s in operation.security %}{{ s.keys() | join }}{{ " ou " if not loop.last }}{% else %}public\
{% endfor %}</dd>
{% for p in operation.parameters %}
<dt><code>{{ p.name }}</code> ({{ "chemin" if p.in == "path" else "requête" }}{{ ", obligatoire" if p.required }})</dt>
<dd>{{ p.schema.description or p.schema.type or "" }}</dd>
{% endfor %}
{% if operation.requestBody %}
{% for media_type, content in operation.requestBody.content.items() %}
<dt>Corps (<code>{{ media_type }}</code>)</dt><dd>{{ name_of(content.schema) }}</dd>
{% endfor %}
{% endif %}
<dt>Réponses</dt><dd>{% for code, r in operation.responses.items() %}<code>{{ code }}</code> {{ r.description }}\
{{ ", " if not loop.last }}{% endfor %}</dd>
</dl>
</article>
{% endif %}
{% endfor %}{% endfor %}
</section>
{% endfor %}
<section id="schemas" aria-labelledby="t-schemas"><h2 id="t-schemas">Schémas</h2>
{% for name, schema in document.components.schemas.items() %}
<article id="schema-{{ name }}"><h3>{{ name }}</h3>
{% if schema.description %}<p>{{ schema.description }}</p>{% endif %}
<table><thead><tr><th scope="col">Champ</th><th scope="col">Type</th><th scope="col">Obligatoire</th></tr></thead>
<tbody>
{% for field, detail in (schema.properties or {}).items() %}
<tr><th scope="row"><code>{{ field }}</code></th><td>{{ name_of(detail) }}</td>
<td>{{ "oui" if field in (schema.required or []) else "non" }}</td></tr>
{% else %}
<tr><td colspan="3">{{ (schema.enum or [schema.type]) | join(", ") }}</td></tr>
{% endfor %}
</tbody></table></article>
{% endfor %}
</section>
</main>
</body>
</html>
""")


def render(document: dict[str, Any]) -> str:
    return _TEMPLATE.render(document=document, name_of=_name_of)


def _name_of(schema: dict[str, Any]) -> str:
    """A short French-free name of a type: `string (uuid)`, `list of Patient`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(_name_of(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_name_of(schema.get('items', {}))}]"
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind
