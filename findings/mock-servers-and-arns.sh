#!/usr/bin/env bash
# A function's ARN in the path of an HTTP mock: msw refuses it when the request comes, `responses`
# and nock do not find it, respx does.
#
# Seen with msw 2.12.4: a handler for `…/functions/arn:aws:lambda:…/policy` is registered without
# complaint; at the first request, path-to-regexp reads `:aws:lambda` as two parameters without a
# text between them and throws, and the AWS SDK reports an error named "Unknown". Seen with nock
# 14.0.10 and responses 0.26.3: no match, since the SDKs and botocore send `arn%3Aaws%3A…` and the
# path is compared as text. Seen with respx 0.23.1: a match.
#
# Who meets it: authors of tests that mock Lambda over HTTP and copy an ARN into the mock. Names
# work everywhere, so the mock breaks when the code under test switches to ARNs. The escaped form
# (`encodeURIComponent`, `urllib.parse.quote(arn, safe="")`) matches in all four.
# Guessed before the run: that msw matches too much (parameters), and that respx compares as text.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error \
    msw@2.12.4 nock@14.0.10 @aws-sdk/client-lambda@3.1164.0 >/dev/null
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check \
    'responses==0.26.3' 'requests==2.34.2' 'respx==0.23.1' 'httpx==0.28.1'
cat >"$dir/common.mjs" <<'JS'
import { GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
export const arn = 'arn:aws:lambda:us-east-1:123456789012:function:my-function';
export const base = 'http://127.0.0.1:9';
export async function get() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new LambdaClient({ region: 'us-east-1', endpoint: base, credentials, maxAttempts: 1 });
  try {
    return (await client.send(new GetPolicyCommand({ FunctionName: arn }))).Policy;
  } catch (error) {
    return `${error.name}: ${error.message.split('\n')[0].slice(0, 45)}`;
  }
}
JS
cat >"$dir/with-msw.mjs" <<'JS'
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { arn, base, get } from './common.mjs';
const handler = (label) => http.get(`${base}/2015-03-31/functions/${label}/policy`, () => HttpResponse.json({ Policy: 'mocked' }));
const server = setupServer(handler(arn));
server.listen({ onUnhandledRequest: 'error' });
console.log('msw, plain ARN:', await get());
server.resetHandlers(handler(encodeURIComponent(arn)));
console.log('msw, escaped ARN:', await get());
server.close();
JS
cat >"$dir/with-nock.mjs" <<'JS'
import nock from 'nock';
import { arn, base, get } from './common.mjs';
for (const [name, label] of [['plain', arn], ['escaped', encodeURIComponent(arn)]]) {
  nock(base).get(`/2015-03-31/functions/${label}/policy`).reply(200, { Policy: 'mocked' });
  console.log(`nock, ${name} ARN:`, (await get()).slice(0, 25));
  nock.cleanAll();
}
JS
cat >"$dir/in_python.py" <<'PY'
import urllib.parse

import httpx
import requests
import responses
import respx

ARN = "arn:aws:lambda:us-east-1:123456789012:function:my-function"
ESCAPED = urllib.parse.quote(ARN, safe="")
URL = "http://127.0.0.1:9/2015-03-31/functions/{}/policy"
for name, label in (("plain", ARN), ("escaped", ESCAPED)):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(URL.format(label))
        try:
            seen = requests.get(URL.format(ESCAPED)).status_code
        except requests.ConnectionError:
            seen = "no match"
    print(f"responses, {name} ARN: {seen}")
    with respx.mock(assert_all_called=False) as mock:
        mock.get(URL.format(label)).respond(200)
        try:
            seen = httpx.get(URL.format(ESCAPED)).status_code
        except respx.models.AllMockedAssertionError:
            seen = "no match"
    print(f"respx, {name} ARN: {seen}")
PY
{
    node "$dir/with-msw.mjs" 2>/dev/null
    node "$dir/with-nock.mjs" 2>/dev/null
    "$dir/python/bin/python" "$dir/in_python.py"
} >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
msw, plain ARN: Unknown: Must have text between two parameters, missin
msw, escaped ARN: mocked
nock, plain ARN: Error: Nock: No match for
nock, escaped ARN: mocked
responses, plain ARN: no match
respx, plain ARN: 200
responses, escaped ARN: 200
respx, escaped ARN: 200
OUT
