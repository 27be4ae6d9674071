#!/usr/bin/env bash
# itty-router (JavaScript) and Sanic (Python) hand a path parameter to its handler still escaped.
#
# Seen with itty-router 5.0.24 and Sanic 25.12.1: for `POST /2015-03-31/functions/arn%3Aaws%3A…/policy`
# the parameter is `arn%3Aaws%3A…`; for the same ARN with plain colons it is `arn:aws:…`. Express,
# Koa, Hono, fastify, Flask, Starlette, Falcon, aiohttp and Tornado decode it.
#
# Who meets it: whoever mocks Lambda with one of them. AWS's SDKs escape every colon of a label
# (`%3A`), curl and hand-written clients usually do not, so one function has two names, `f:alias`
# never matches an alias, and `$LATEST` arrives as `%24LATEST`.
# Guessed before the run: that routers decode parameters, as their larger relatives do.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error itty-router@5.0.24 >/dev/null
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'sanic==25.12.1' 'sanic-testing==24.6.0'
cat >"$dir/itty.mjs" <<'JS'
import { AutoRouter } from 'itty-router';
const router = AutoRouter();
router.post('/2015-03-31/functions/:name/policy', (request) => ({ name: request.params.name }));
for (const label of ['my-function%3Alive', 'my-function:live', 'my-function%3A%24LATEST']) {
  const answer = await router.fetch(new Request(`http://127.0.0.1/2015-03-31/functions/${label}/policy`, { method: 'POST' }));
  console.log('itty-router', label, '->', (await answer.json()).name);
}
JS
cat >"$dir/with_sanic.py" <<'PY'
from sanic import Sanic
from sanic.response import json
from sanic_testing import TestManager

app = Sanic("mock")
TestManager(app)


@app.post("/2015-03-31/functions/<name:str>/policy")
async def policy(request, name):
    return json({"name": name})


for label in ("my-function%3Alive", "my-function:live", "my-function%3A%24LATEST"):
    _, answer = app.test_client.post(f"/2015-03-31/functions/{label}/policy", host="127.0.0.1")
    print("sanic", label, "->", answer.json["name"])
PY
node "$dir/itty.mjs" >"$dir/out"
"$dir/python/bin/python" "$dir/with_sanic.py" 2>/dev/null | grep '^sanic' >>"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
itty-router my-function%3Alive -> my-function%3Alive
itty-router my-function:live -> my-function:live
itty-router my-function%3A%24LATEST -> my-function%3A%24LATEST
sanic my-function%3Alive -> my-function%3Alive
sanic my-function:live -> my-function:live
sanic my-function%3A%24LATEST -> my-function%3A%24LATEST
OUT
