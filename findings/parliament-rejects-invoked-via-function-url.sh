#!/usr/bin/env bash
# parliament calls a condition that AWS itself writes unknown.
#
# Seen with parliament 1.6.4: the statement that AddPermission makes of InvokedViaFunctionUrl
# (`Bool` on `lambda:InvokedViaFunctionUrl` for lambda:InvokeFunction, recorded from AWS) is reported
# as UNKNOWN_CONDITION_FOR_ACTION. The statements with AWS:SourceArn, AWS:SourceAccount,
# aws:PrincipalOrgID, lambda:FunctionUrlAuthType and lambda:EventSourceToken pass.
#
# Who meets it: whoever lints deployed policies. CDK and SAM write this statement for every function
# URL, so the finding shows up after an upgrade of either, with nothing wrong in the policy.
# Guessed before the run: that lambda:EventSourceToken is the unknown one, being the rarest.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'parliament==1.6.4' 'setuptools<81'
cat >"$dir/lint.py" <<'PY'
import json

import parliament

RESOURCE = "arn:aws:lambda:us-east-1:123456789012:function:my-function"


def lint(name, principal, operator, key, value, action="lambda:InvokeFunction"):
    statement = {"Sid": "a", "Effect": "Allow", "Principal": principal, "Action": action,
                 "Resource": RESOURCE, "Condition": {operator: {key: value}}}
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    found = parliament.analyze_policy_string(json.dumps(policy)).findings
    print(f"{name}: {', '.join(finding.issue for finding in found) or 'nothing'}")


s3 = {"Service": "s3.amazonaws.com"}
lint("SourceArn", s3, "ArnLike", "AWS:SourceArn", "arn:aws:s3:::bucket")
lint("SourceAccount", s3, "StringEquals", "AWS:SourceAccount", "123456789012")
lint("PrincipalOrgID", "*", "StringEquals", "aws:PrincipalOrgID", "o-abcdefghij")
lint("FunctionUrlAuthType", "*", "StringEquals", "lambda:FunctionUrlAuthType", "NONE",
     "lambda:InvokeFunctionUrl")
lint("EventSourceToken", {"Service": "alexa-appkit.amazon.com"}, "StringEquals",
     "lambda:EventSourceToken", "amzn1.ask.skill.1")
lint("InvokedViaFunctionUrl", "*", "Bool", "lambda:InvokedViaFunctionUrl", "true")
PY
"$dir/python/bin/python" -W ignore "$dir/lint.py" >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
SourceArn: nothing
SourceAccount: nothing
PrincipalOrgID: nothing
FunctionUrlAuthType: nothing
EventSourceToken: nothing
InvokedViaFunctionUrl: UNKNOWN_CONDITION_FOR_ACTION
OUT
