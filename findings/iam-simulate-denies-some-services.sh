#!/usr/bin/env bash
# iam-simulate denies a service that a policy allows by name, if its domain is not amazonaws.com.
#
# Seen with @cloud-copilot/iam-simulate 0.1.173: `"Principal":{"Service":"alexa-appkit.amazon.com"}`
# gives ImplicitlyDenied for a request of that very principal, and so does a regional service of a
# region in China (`….amazonaws.com.cn`); `s3.amazonaws.com` and services with several labels before
# amazonaws.com are allowed.
#
# Who meets it: whoever checks with it what a policy of a Lambda function grants. Alexa skills are
# the documented use of EventSourceToken, and every one of their grants reads as a denial.
# Guessed before the run: that the regional service (two labels) would be denied, and Alexa allowed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error @cloud-copilot/iam-simulate@0.1.173 >/dev/null
cat >"$dir/simulate.mjs" <<'JS'
import { runSimulation } from '@cloud-copilot/iam-simulate';
const resource = 'arn:aws:lambda:us-east-1:123456789012:function:my-function';
for (const service of ['s3.amazonaws.com', 'logs.eu-west-1.amazonaws.com', 'lambda.alarms.cloudwatch.amazonaws.com',
  'alexa-appkit.amazon.com', 'logs.cn-north-1.amazonaws.com.cn']) {
  const Statement = [{ Sid: 'a', Effect: 'Allow', Principal: { Service: service }, Action: 'lambda:InvokeFunction', Resource: resource }];
  const result = await runSimulation({
    identityPolicies: [], serviceControlPolicies: [], resourceControlPolicies: [],
    resourcePolicy: { Version: '2012-10-17', Statement },
    request: { action: 'lambda:InvokeFunction', principal: service, resource: { resource, accountId: '123456789012' }, contextVariables: {} },
  }, {});
  console.log(`${service}: ${result.overallResult}`);
}
JS
node "$dir/simulate.mjs" 2>/dev/null >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
s3.amazonaws.com: Allowed
logs.eu-west-1.amazonaws.com: Allowed
lambda.alarms.cloudwatch.amazonaws.com: Allowed
alexa-appkit.amazon.com: ImplicitlyDenied
logs.cn-north-1.amazonaws.com.cn: ImplicitlyDenied
OUT
