#!/usr/bin/env bash
# aws-sdk-client-mock answers commands that the real client refuses to send.
#
# Seen with aws-sdk-client-mock 4.1.0 and @aws-sdk/client-lambda 3.1164.0: AddPermission without
# FunctionName resolves with the mocked answer. The client without the mock throws "No value
# provided for input HTTP label: FunctionName." before anything is sent, since the mock takes the
# place of `send` and with it of serialisation.
#
# Who meets it: unit tests that pass with a misspelled or missing FunctionName. A server (an emulator,
# or a reference server on a free port) behind the real client finds it.
# Guessed before the run: that the mock serialises the command and so refuses it.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error \
    aws-sdk-client-mock@4.1.0 @aws-sdk/client-lambda@3.1164.0 >/dev/null
cat >"$dir/compare.mjs" <<'JS'
import { AddPermissionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const client = new LambdaClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:9', credentials, maxAttempts: 1 });
const command = () => new AddPermissionCommand({ StatementId: 'a', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' });
const outcome = () => client.send(command()).then((answer) => `answered ${answer.Statement}`, (error) => error.message);
const mock = mockClient(client);
mock.on(AddPermissionCommand).resolves({ Statement: 'mocked' });
console.log('with the mock:', await outcome());
mock.restore();
console.log('without:', await outcome());
JS
node "$dir/compare.mjs" 2>/dev/null >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
with the mock: answered mocked
without: No value provided for input HTTP label: FunctionName.
OUT
