"""The steps of `walk.json` through boto3: steps on stdin, an answer a line on stdout.

An error is told as the client's own exception class tells it.
"""

import json
import sys

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

client = boto3.client("lambda")
revisions = {}


def resolved(value):
    """A member's value, with the revision that an earlier answer carried."""
    prefix = "$revision."
    if isinstance(value, str) and value.startswith(prefix):
        return revisions[value[len(prefix) :]]
    return value


def walk(step):
    members = {name: resolved(value) for name, value in step["with"].items()}
    try:
        answer = getattr(client, xform_name(step["call"]))(**members)
    except ClientError as error:
        told = error.response
        return {
            "class": type(error).__name__,
            "status": told["ResponseMetadata"]["HTTPStatusCode"],
            "code": told["Error"]["Code"],
            "message": told["Error"]["Message"],
            "type": told.get("Type"),
        }
    revisions[step["name"]] = answer.get("RevisionId")
    status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    return {"status": status, "gives": {name: answer[name] for name in step.get("gives", {})}}


for step in json.load(sys.stdin):
    print(json.dumps(walk(step)))
