#!/usr/bin/env bash
# fastify answers 414 to a function that is named by a long ARN with a qualifier.
#
# Seen with fastify 5.12.8: a route `/2015-03-31/functions/:name/policy` takes path parameters of at
# most 100 characters unless `routerOptions.maxParamLength` is raised. The ARN of a function with a
# name of 64 characters (AWS's limit) has 111 characters, 116 with `:live`. The answer is 414 with
# the code FST_ERR_MAX_PARAM_LENGTH, from the router: no handler and no error hook of the route runs.
#
# Who meets it: whoever writes a mock or an emulator of Lambda with fastify. Short names work in
# every test; the first user with a generated name (CloudFormation's reach 64 characters) and a
# deployment tool that names functions by ARN (CDK, chalice, Serverless) gets a 414.
# Guessed before the run: 404, from fastify 4's documentation.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error fastify@5.12.8 >/dev/null
cat >"$dir/server.mjs" <<'JS'
import http from 'node:http';
import Fastify from 'fastify';
const app = Fastify();
app.post('/2015-03-31/functions/:name/policy', async (request) => ({ length: request.params.name.length }));
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = app.server.address();
const arn = (name) => encodeURIComponent(`arn:aws:lambda:us-east-1:123456789012:function:${name}`);
const post = (label) => new Promise((resolve) => {
  const path = `/2015-03-31/functions/${label}/policy`;
  http.request({ host: '127.0.0.1', port, path, method: 'POST', headers: { 'content-length': 0 } }, (answer) => {
    let body = '';
    answer.on('data', (data) => { body += data; });
    answer.on('end', () => resolve(`${answer.statusCode} ${JSON.parse(body).code ?? body}`));
  }).end();
});
console.log('name of 64 characters:', await post('f'.repeat(64)));
console.log('ARN of a short name:', await post(arn('my-function')));
console.log('ARN of that name:', await post(arn('f'.repeat(64))));
await app.close();
JS
node "$dir/server.mjs" >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
name of 64 characters: 200 {"length":64}
ARN of a short name: 200 {"length":58}
ARN of that name: 414 FST_ERR_MAX_PARAM_LENGTH
OUT
