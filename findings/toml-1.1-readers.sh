#!/usr/bin/env bash
# A configuration file in TOML 1.1 is read by half of the readers that sit beside it in a project.
#
# Seen with an inline table over several lines and a comma behind its last entry, which is TOML 1.1:
# tomli 2.5.0, tomlkit 0.15.2, smol-toml 1.9.0 and toml 5.0.1 (npm) read it; the tomllib of Python
# 3.11 and @iarna/toml 3.0.0 refuse it.
#
# Who meets it: projects whose tools read one settings file, such as a list of known failures, from
# Python and from Node.
# Guessed before the run: that the JavaScript readers are all at TOML 1.0.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
npm install --prefix "$dir" --no-audit --no-fund --loglevel=error \
    smol-toml@1.9.0 @iarna/toml@3.0.0 toml@5.0.1 >/dev/null
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'tomli==2.5.0' 'tomlkit==0.15.2'
printf 'failure = {\n  rule = "action.pattern",\n  reason = "accepted unchecked",\n}\n' >"$dir/known.toml"
cat >"$dir/read.py" <<'PY'
import importlib
import sys

text = open(sys.argv[1]).read()
for name in ("tomllib", "tomli", "tomlkit"):
    module = importlib.import_module(name)
    try:
        module.loads(text)
        print(name, "reads it")
    except ValueError:
        print(name, "refuses it")
PY
cat >"$dir/read.cjs" <<'JS'
const text = require('node:fs').readFileSync(process.argv[2], 'utf8');
for (const name of ['smol-toml', '@iarna/toml', 'toml']) {
  try {
    require(name).parse(text);
    console.log(name, 'reads it');
  } catch {
    console.log(name, 'refuses it');
  }
}
JS
{ "$dir/python/bin/python" "$dir/read.py" "$dir/known.toml"; node "$dir/read.cjs" "$dir/known.toml"; } >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
tomllib refuses it
tomli reads it
tomlkit reads it
smol-toml reads it
@iarna/toml refuses it
toml reads it
OUT
