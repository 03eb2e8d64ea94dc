#!/bin/sh
# MiniStack in an environment of its own, .ministack/ in the repository's root, since it pins another botocore than ours.
set -eu
cd "$(dirname "$0")/../.."
python3 -m venv .ministack
echo '*' >.ministack/.gitignore
.ministack/bin/python -m pip install --quiet --disable-pip-version-check ministack==1.5.33
.ministack/bin/python -m pip show ministack | sed -n 2p
