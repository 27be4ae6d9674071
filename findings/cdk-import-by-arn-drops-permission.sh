#!/usr/bin/env bash
# CDK makes no permission for a function imported by its ARN, or for an imported alias, unless the
# stack names its account; for one imported by name it does.
#
# Seen with aws-cdk-lib 2.276.0: `addPermission` on `Function.fromFunctionName` writes an
# AWS::Lambda::Permission. On `fromFunctionArn` in a stack without `env`, and on
# `Alias.fromAliasAttributes` of a version by ARN, the template holds no permission; synthesis
# succeeds with a warning ("addPermission() has no effect on a Lambda Function …").
#
# Who meets it: whoever looks for the missing grant in the emulator or in AWS. No AddPermission was
# ever sent. `fromFunctionAttributes` with `sameEnvironment: true` writes it.
# Guessed before the run: that both imports behave alike.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error aws-cdk-lib@2.276.0 constructs@10 >/dev/null
cat >"$dir/stacks.cjs" <<'JS'
const cdk = require('aws-cdk-lib');
const lambda = require('aws-cdk-lib/aws-lambda');
const { ServicePrincipal } = require('aws-cdk-lib/aws-iam');
const { Template } = require('aws-cdk-lib/assertions');
const arn = 'arn:aws:lambda:us-east-1:123456789012:function:my-function';
const cases = {
  fromFunctionName: (s) => lambda.Function.fromFunctionName(s, 'F', 'my-function'),
  fromFunctionArn: (s) => lambda.Function.fromFunctionArn(s, 'F', arn),
  'fromFunctionAttributes, sameEnvironment': (s) => lambda.Function.fromFunctionAttributes(s, 'F', { functionArn: arn, sameEnvironment: true }),
  fromAliasAttributes: (s) => lambda.Alias.fromAliasAttributes(s, 'F', { aliasName: 'live', aliasVersion: lambda.Version.fromVersionArn(s, 'V', `${arn}:1`) }),
};
for (const [name, make] of Object.entries(cases)) {
  const stack = new cdk.Stack(new cdk.App({ outdir: process.argv[2] }), 'S');
  make(stack).addPermission('P', { principal: new ServicePrincipal('s3.amazonaws.com'), sourceAccount: '123456789012' });
  const found = Template.fromStack(stack).findResources('AWS::Lambda::Permission');
  console.log(`${name}: ${Object.keys(found).length}`);
}
JS
node "$dir/stacks.cjs" "$dir/cdk.out" 2>/dev/null | grep -E '^from[A-Za-z, ]+: [0-9]+$' >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
fromFunctionName: 1
fromFunctionArn: 0
fromFunctionAttributes, sameEnvironment: 1
fromAliasAttributes: 0
OUT
