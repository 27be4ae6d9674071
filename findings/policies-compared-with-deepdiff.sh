#!/usr/bin/env bash
# deepdiff and jsondiff call two policies equal that AWS would not answer alike.
#
# Seen with deepdiff 9.1.0: with `ignore_order=True`, a policy that holds one statement twice equals
# the policy that holds it once, unless `report_repetition=True` is given. Seen with jsondiff 2.2.1:
# the condition value `true` equals `1`, since Python's `==` says so; deepdiff reports that one.
#
# Who meets it: tests of emulators and deployment tools that compare a policy with the expected one.
# A StatementId that is taken twice is a common bug of emulators, and this comparison hides it.
# Guessed before the run: that deepdiff finds the repetition, and jsondiff the type.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'deepdiff==9.1.0' 'jsondiff==2.2.1'
cat >"$dir/compare.py" <<'PY'
import jsondiff
from deepdiff import DeepDiff

statement = {"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}
once, twice = {"Statement": [statement]}, {"Statement": [statement, statement]}
print("deepdiff, statement twice:", bool(DeepDiff(once, twice, ignore_order=True)))
print("deepdiff with report_repetition:",
      bool(DeepDiff(once, twice, ignore_order=True, report_repetition=True)))
print("jsondiff, statement twice:", bool(jsondiff.diff(once, twice)))
key = "lambda:InvokedViaFunctionUrl"
yes, one = ({"Condition": {"Bool": {key: value}}} for value in (True, 1))
print("deepdiff, true and 1:", bool(DeepDiff(yes, one)))
print("jsondiff, true and 1:", bool(jsondiff.diff(yes, one)))
PY
"$dir/python/bin/python" "$dir/compare.py" >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
deepdiff, statement twice: False
deepdiff with report_repetition: True
jsondiff, statement twice: True
deepdiff, true and 1: True
jsondiff, true and 1: False
OUT
