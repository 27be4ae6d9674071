#!/usr/bin/env bash
# exrex never reaches the upper bound of a long repetition.
#
# Seen with exrex 0.12.0: `limit` (20 unless given), which its documentation has for `*` and `+`,
# also cuts `{m,n}` to its first 20 lengths. In 3,000 draws, PrincipalOrgID's `o-[a-z0-9]{10,32}`
# gave no text longer than 31 characters of 34, and `[a-z]{1,100}` none longer than 20.
#
# Who meets it: tests that generate identifiers from AWS's patterns to try the greatest length. The
# longest values, at which truncation shows, are never sent. `exrex.getone(pattern, limit=100)` helps.
# Guessed before the run: that only `*` and `+` are limited.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/python"
"$dir/python/bin/pip" install --quiet --disable-pip-version-check 'exrex==0.12.0'
cat >"$dir/draw.py" <<'PY'
import random

import exrex

random.seed(1)
for pattern, limit in (("o-[a-z0-9]{10,32}", 20), ("[a-z]{1,100}", 20), ("[a-z]{1,100}", 100)):
    longest = max(len(exrex.getone(pattern, limit=limit)) for _ in range(3000))
    print(pattern, f"limit={limit}:", longest)
PY
"$dir/python/bin/python" "$dir/draw.py" >"$dir/out"
cat "$dir/out"
diff - "$dir/out" <<'OUT'
o-[a-z0-9]{10,32} limit=20: 31
[a-z]{1,100} limit=20: 20
[a-z]{1,100} limit=100: 100
OUT
