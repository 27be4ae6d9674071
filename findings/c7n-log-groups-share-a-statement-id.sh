#!/usr/bin/env bash
# Cloud Custodian gives two log groups one StatementId, and the second grant is never made.
#
# Seen with c7n 0.9.53: for a log subscription, the StatementId is the log group's name without its
# first character, which is meant for the slash of `/aws/lambda/…`. Groups that differ only there
# (`app-1`, `xpp-1`) share an id, so the second AddPermission is a ResourceConflictException, which
# is taken for a grant that exists already. A group with a dot makes an id that AWS's pattern refuses.
#
# Who meets it: policies over log groups that people named without a leading slash. Events of the
# second group are never delivered, and nothing is reported.
# Guessed before the run: that the whole name, with slashes replaced, is the id.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'c7n==0.9.53'
cat >"$dir/subscribe.py" <<'PY'
from types import SimpleNamespace

from c7n.mu import CloudWatchLogSubscription


class Conflict(Exception):
    pass


class Lambda:
    """Keeps one policy, as Lambda does: a StatementId is taken once."""

    exceptions = SimpleNamespace(ResourceConflictException=Conflict)
    granted = {}

    def add_permission(self, StatementId, SourceArn, **_):
        if StatementId in self.granted:
            raise Conflict
        self.granted[StatementId] = SourceArn


class Logs:
    def put_subscription_filter(self, **_):
        pass


functions = Lambda()
session = SimpleNamespace(client=lambda name: functions if name == "lambda" else Logs())
groups = [{"logGroupName": name, "arn": f"arn:aws:logs:us-east-1:123456789012:log-group:{name}:*"}
          for name in ("/aws/lambda/a", "app-1", "xpp-1")]
subscription = CloudWatchLogSubscription(lambda: session, groups, "")
subscription.session, subscription.client, subscription.iam_delay = session, Logs(), 0
function = SimpleNamespace(name="my-function", event_name="e", alias=None, arn="arn")
subscription.add(function, None)
for statement_id, source in functions.granted.items():
    print(statement_id, "<-", source.split(":")[6])
PY
"$dir/python/bin/python" -W ignore "$dir/subscribe.py" >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
aws-lambda-a <- /aws/lambda/a
pp-1 <- app-1
OUT
