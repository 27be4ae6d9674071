#!/usr/bin/env bash
# An unquoted account id that begins with 0 in a template: three YAML readers, three accounts.
#
# Seen with PyYAML 6.0.4 (under SAM, cfn-lint and the AWS CLI), ruamel.yaml 0.19.1 and yaml 2.9.1
# (npm): `012345670123` holds octal digits alone, so YAML 1.1 reads the number 1402433619, YAML 1.2
# the number 12345670123. `098765432109` is a text to PyYAML and to ruamel.yaml under YAML 1.1,
# since 8 and 9 are not octal; yaml makes it the number 98765432109 under YAML 1.1 as well.
#
# Who meets it: whoever writes SourceAccount or Principal of an AWS::Lambda::Permission without
# quotes, with one of the accounts that begin with 0. Whether the template is refused, grants to
# the right account or names another number depends on the tool and on the digits.
# Guessed before the run: that the readers of YAML 1.1 agree with each other.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error yaml@2.9.1 >/dev/null
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'PyYAML==6.0.4' 'ruamel.yaml==0.19.1'
cat >"$dir/read.py" <<'PY'
import yaml
from ruamel.yaml import YAML

for account in ("012345670123", "098765432109"):
    text = f"SourceAccount: {account}\n"
    print(account, "PyYAML:", repr(yaml.safe_load(text)["SourceAccount"]))
    for version in ("1.1", "1.2"):
        reader = YAML(typ="safe")
        reader.version = version
        print(account, f"ruamel.yaml {version}:", repr(reader.load(text)["SourceAccount"]))
PY
cat >"$dir/read.mjs" <<'JS'
import { parse } from 'yaml';
for (const account of ['012345670123', '098765432109']) {
  for (const version of ['1.1', '1.2']) {
    console.log(account, `yaml ${version}:`, parse(`SourceAccount: ${account}\n`, { version }).SourceAccount);
  }
}
JS
{ "$dir/python/bin/python" "$dir/read.py"; node "$dir/read.mjs"; } | sort >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
012345670123 PyYAML: 1402433619
012345670123 ruamel.yaml 1.1: 1402433619
012345670123 ruamel.yaml 1.2: 12345670123
012345670123 yaml 1.1: 1402433619
012345670123 yaml 1.2: 12345670123
098765432109 PyYAML: '098765432109'
098765432109 ruamel.yaml 1.1: '098765432109'
098765432109 ruamel.yaml 1.2: 98765432109
098765432109 yaml 1.1: 98765432109
098765432109 yaml 1.2: 98765432109
OUT
