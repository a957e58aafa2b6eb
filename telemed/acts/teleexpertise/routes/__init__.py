"""HTTP of télé-expertise: requests, answers, opinions, exchanges, lists, calls."""

from telemed.acts.teleexpertise.routes import answers, exchange, levels, live, papers, proposals, requests, templates

OPERATIONS = (
    requests.operations,
    answers.operations,
    exchange.operations,
    papers.operations,
    live.operations,
    levels.operations,
    templates.operations,
    proposals.operations,
)
