#!/usr/bin/env bash
# libcurl refuses `--path-as-is` together with `--aws-sigv4` since 8.19, and before that it signed
# an ARN in the path differently from the AWS SDKs.
#
# Seen with libcurl 8.22.0 (in pycurl 7.48.0): CURLE_BAD_FUNCTION_ARGUMENT (43), "Cannot use sigv4
# authentication with path-as-is flag", whatever the path. Seen with libcurl 8.12.1 (in pycurl
# 7.45.6): the request goes out, and for a function named by its ARN (`arn%3Aaws%3A…`, as every SDK
# writes it) the signature is not the one that botocore 1.44.8 computes for the same bytes; for a
# plain name it is.
#
# Who meets it: whoever pastes a curl line for a Lambda request. Many examples carry both options,
# because paths with dots must not be rewritten. With a current curl such a line sends nothing;
# with an older one, AWS answers 403 SignatureDoesNotMatch to a function named by ARN.
# Guessed before the run: that curl and botocore agree on both paths, in both versions.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/new"
python3 -m venv "$dir/old"
"$dir/new/bin/pip" install --quiet --disable-pip-version-check 'pycurl==7.48.0' 'botocore==1.44.8'
"$dir/old/bin/pip" install --quiet --disable-pip-version-check 'pycurl==7.45.6' 'botocore==1.44.8'
cat >"$dir/sign.py" <<'PY'
import hashlib
import http.server
import re
import threading

import pycurl
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

BODY = b'{"StatementId":"a","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com"}'
seen = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        self.send_response(201)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()


class Signer(SigV4Auth):
    """botocore's signature over exactly the headers that curl signed."""

    def headers_to_sign(self, request):
        headers = HTTPHeaders()
        for name, value in request.headers.items():
            headers[name.lower()] = value
        return headers

    def payload(self, request):
        return hashlib.sha256(BODY).hexdigest()


def expected(path, headers, signed):
    url = f"http://127.0.0.1:{server.server_port}{path}"
    request = AWSRequest(method="POST", url=url, data=BODY,
                         headers={k: v for k, v in headers.items() if k in signed})
    request.context["timestamp"] = headers["x-amz-date"]
    signer = Signer(Credentials("test", "test"), "lambda", "us-east-1")
    canonical = signer.canonical_request(request)
    return signer.signature(signer.string_to_sign(request, canonical), request)


def send(label, as_is):
    path = f"/2015-03-31/functions/{label}/policy"
    curl = pycurl.Curl()
    curl.setopt(curl.URL, f"http://127.0.0.1:{server.server_port}{path}")
    curl.setopt(curl.AWS_SIGV4, "aws:amz:us-east-1:lambda")
    curl.setopt(curl.USERPWD, "test:test")
    curl.setopt(curl.POSTFIELDS, BODY)
    curl.setopt(curl.HTTPHEADER, ["content-type: application/json"])
    curl.setopt(curl.PATH_AS_IS, as_is)
    seen.clear()
    try:
        curl.perform()
    except pycurl.error as error:
        return f"error {error.args[0]}"
    path, headers = seen[-1]
    signed = re.search("SignedHeaders=([^,]+)", headers["authorization"]).group(1).split(";")
    signature = re.search("Signature=([0-9a-f]+)", headers["authorization"]).group(1)
    return "as botocore" if signature == expected(path, headers, signed) else "another signature"


version = re.search(r"libcurl/([0-9.]+)", pycurl.version).group(1)
arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Amy-function"
for name, label in (("name", "my-function"), ("ARN", arn)):
    for as_is in (0, 1):
        print(f"{version} {name} path-as-is={as_is}: {send(label, as_is)}")
PY
"$dir/old/bin/python" "$dir/sign.py" >"$dir/out"
"$dir/new/bin/python" "$dir/sign.py" >>"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
8.12.1 name path-as-is=0: as botocore
8.12.1 name path-as-is=1: as botocore
8.12.1 ARN path-as-is=0: another signature
8.12.1 ARN path-as-is=1: another signature
8.22.0 name path-as-is=0: as botocore
8.22.0 name path-as-is=1: error 43
8.22.0 ARN path-as-is=0: as botocore
8.22.0 ARN path-as-is=1: error 43
OUT
