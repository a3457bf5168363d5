"""One file type each; run only inside the limited process of `inspector`."""


class Refused(Exception):
    """Not this file: `code` is the name of a refusal in `rules`."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.answer: dict[str, object] = {"refused": code, **facts}
