"""Signs the requests that stdin tells, at the time that it tells; writes the headers to stdout."""

import datetime
import json
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

told = json.load(sys.stdin)
then = datetime.datetime.fromtimestamp(told["time"], datetime.timezone.utc)

# The time that was told, whatever the time is.
assert hasattr(botocore.auth, "get_current_datetime"), "botocore takes its time elsewhere"
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: (
    then.replace(tzinfo=None) if remove_tzinfo else then
)

signed = []
for case in told["cases"]:
    credentials = Credentials(told["key"], told["secret"], case["token"])
    request = AWSRequest(
        method=case["method"],
        url=case["url"],
        headers=dict(case["headers"]),
        data=bytes(case["body"]),
    )
    botocore.auth.SigV4Auth(credentials, "lambda", case["region"]).add_auth(request)
    signed.append({name.lower(): value for name, value in request.headers.items()})
json.dump(signed, sys.stdout)
