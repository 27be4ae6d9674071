#!/usr/bin/env bash
# cfn-lint finds the newline of a block scalar in SourceAccount, but not in Principal.
#
# Seen with cfn-lint 1.51.0: in an AWS::Lambda::Permission whose SourceAccount and Principal are both
# written as `|` blocks, E3033 reports the first (13 characters), and nothing is said of
# "s3.amazonaws.com" with a newline behind it. AWS's pattern for Principal admits no white space
# anywhere, so the deployment fails at AddPermission.
#
# Who meets it: templates whose values are pasted as blocks or made by a template engine.
# Guessed before the run: both are reported, or neither.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'cfn-lint==1.51.0'
cat >"$dir/template.yaml" <<'YAML'
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  OfTheAccount:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: my-function
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
      SourceAccount: |
        123456789012
  OfThePrincipal:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: my-function
      Action: lambda:InvokeFunction
      Principal: |
        s3.amazonaws.com
YAML
"$dir/python/bin/cfn-lint" --format parseable "$dir/template.yaml" 2>&1 |
    sed -E 's,^.*template.yaml:([0-9]+):.*:(E[0-9]+):.*,line \1 \2,' >"$dir/out" || true
cat "$dir/out"
diff - "$dir/out" <<'OUT'
line 9 E3033
OUT
