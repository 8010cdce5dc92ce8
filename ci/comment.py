#!/usr/bin/env python3
"""Keeps one comment up to date on a merge request of GitLab or a pull request of GitHub.

    comment.py gitlab REPORT.md    needs GITLAB_TOKEN and the variables of a merge request pipeline
    comment.py github REPORT.md    needs GITHUB_TOKEN, GITHUB_API_URL, GITHUB_REPOSITORY, PULL_REQUEST

The first line of the comment is a mark that nobody sees; the comment of ours that begins with it is replaced, so
that a second run adds none. Exits 1 with a message when the forge refuses. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any

SECONDS = 30
PAGE = 100
PAGES = 50
"""Nobody reads a discussion of more than 5,000 comments; a forge that goes on for ever is not followed."""


class CommentError(Exception):
    """Why there is no comment, as a sentence for people."""


@dataclass(frozen=True)
class Forge:
    """What the two have in common: comments of one request, which are listed, added and replaced."""

    comments: str
    """Where the comments are listed and added."""
    single: str
    """Where one of them is; its id follows."""
    user: str
    """Where the token is told who it is."""
    replace: str
    """The method that replaces a comment."""
    author: str
    """Where a comment says who wrote it."""
    name: str
    """What tells one author from another."""
    headers: Mapping[str, str]

    def keep(self, mark: str, report: str) -> str:
        """Replace our comment with this mark, or add one; returns what was done."""
        body = {"body": f"{mark}\n{report}"}
        try:
            found = self._find(mark)
        except (AttributeError, KeyError, TypeError):
            raise CommentError(f"{self.comments} answers something else than comments") from None
        if found is None:
            self._send("POST", self.comments, body)
            return "added"
        self._send(self.replace, f"{self.single}/{found}", body)
        return "updated"

    def _find(self, mark: str) -> int | None:
        """Return our newest comment with the mark; others can write it as well, and theirs is not ours to change."""
        own = self._who()
        found = None
        for page in range(1, PAGES + 1):
            comments = self._send("GET", f"{self.comments}?per_page={PAGE}&page={page}")
            for each in comments:
                is_ours = own is None or (each[self.author] or {}).get(self.name) == own
                if is_ours and str(each["body"]).startswith(mark):
                    found = int(each["id"])
            if len(comments) < PAGE:
                break
        return found

    def _who(self) -> Any:
        """Return who writes; `None` where GitLab does not tell, which lets nobody change notes of others anyway."""
        try:
            return self._send("GET", self.user)[self.name]
        except CommentError:
            return None

    def _send(self, method: str, url: str, body: Mapping[str, str] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # the forge's own address, from its environment
            url,
            None if body is None else json.dumps(body).encode(),
            {**self.headers, "Content-Type": "application/json"},
            method=method,
        )
        where = urllib.parse.urlsplit(url)
        try:
            with _OPENER.open(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            told = f"status {error.code}"
            error.close()
        except (OSError, HTTPException, ValueError) as error:
            told = str(error) or type(error).__name__
        raise CommentError(f"{method} {where.scheme}://{where.netloc}{where.path}: {told}")


class GitHub(Forge):
    """GitHub, where the token of a job may change what others wrote, and is told who it is by GraphQL alone."""

    def _who(self) -> Any:
        told = self._send("POST", self.user, {"query": "query { viewer { login } }"})
        try:
            return told["data"]["viewer"]["login"]
        except (KeyError, TypeError):
            raise CommentError("GitHub does not tell whose the token is") from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another host."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Follow none, so that it is an error."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def gitlab(environ: Mapping[str, str]) -> Forge:
    """Return the notes of the merge request that a pipeline is for; a job's own token cannot write any."""
    api, project, number, token = _need(
        environ, "CI_API_V4_URL", "CI_MERGE_REQUEST_PROJECT_ID", "CI_MERGE_REQUEST_IID", "GITLAB_TOKEN"
    )
    notes = f"{api}/projects/{project}/merge_requests/{number}/notes"
    return Forge(notes, notes, f"{api}/user", "PUT", "author", "id", {"PRIVATE-TOKEN": token})


def github(environ: Mapping[str, str]) -> Forge:
    """Return the comments of a pull request."""
    api, repository, number, token = _need(
        environ, "GITHUB_API_URL", "GITHUB_REPOSITORY", "PULL_REQUEST", "GITHUB_TOKEN"
    )
    issues = f"{api}/repos/{repository}/issues"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    graphql = f"{api.removesuffix('/v3')}/graphql"
    return GitHub(
        f"{issues}/{number}/comments", f"{issues}/comments", graphql, "PATCH", "user", "login", headers
    )


FORGES = {"gitlab": gitlab, "github": github}


def _need(environ: Mapping[str, str], *names: str) -> list[str]:
    missing = [name for name in names if not environ.get(name)]
    if missing:
        raise CommentError(
            f"{', '.join(missing)} not set; comments are for pull and merge requests, with a token"
        )
    values = [environ[name].strip() for name in names]
    # Said here, because the message of `http.client` would hold the value, which may be the token.
    odd = [
        name
        for name, value in zip(names, values, strict=True)
        if not (value.isascii() and value.isprintable())
    ]
    if odd:
        raise CommentError(f"{', '.join(odd)} holds line breaks or characters beyond ASCII")
    return values


def main() -> int:
    """Keep the comment and return an exit status."""
    parser = argparse.ArgumentParser(description="Keep one comment up to date on a pull or merge request.")
    parser.add_argument("forge", choices=FORGES)
    parser.add_argument("report", type=Path, help="the comment, in Markdown")
    parser.add_argument("--name", default="plan", help="tells several comments of one request apart (plan)")
    chosen = parser.parse_args()
    try:
        report = chosen.report.read_text(encoding="utf-8")
        done = FORGES[chosen.forge](os.environ).keep(f"<!-- groupctl: {chosen.name} -->", report)
    except (OSError, ValueError, CommentError) as error:
        print(f"warning: No comment: {error}", file=sys.stderr)  # noqa: T201  # it is for people
        return 1
    print(f"Comment {done}.", file=sys.stderr)  # noqa: T201  # it is for people
    return 0


if __name__ == "__main__":
    sys.exit(main())
