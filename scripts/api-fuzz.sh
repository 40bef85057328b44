#!/usr/bin/env bash
# `npm run test:api-fuzz`: schemathesis asks the administrative API what docs/openapi-api.yaml allows, and what it does not,
# with a key of each scope: no 5xx, and no answer that its schema does not describe. Wants Python 3.10 or newer.
set -euo pipefail
cd "$(dirname "$0")/.."

SCHEMATHESIS=4.32.5
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sso-link/schemathesis-$SCHEMATHESIS
if [ ! -x "$cache/bin/st" ]; then
  python3 -m venv "$cache"
  "$cache/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$SCHEMATHESIS"
fi
exec npx tsx test/api/fuzz.ts "$cache/bin/st" "$@"
