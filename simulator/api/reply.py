"""What leaves over HTTP."""

from dataclasses import dataclass, field

from simulator.model import Json


@dataclass
class Reply:
    """A JSON body, or `page` of type `content_type` in its place; the ledger reads `body` in either case."""

    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    page: str | None = None
    content_type: str = "text/plain"
