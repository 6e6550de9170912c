#!/usr/bin/env bash
# Installs a Chromium without a window, for the test of the page that `tilebake view` writes: `make browser` runs this.
# Does nothing where there is one already.
set -euo pipefail

say() { echo "browser: $*" >&2; }

for name in chromium-headless-shell chromium chromium-browser google-chrome; do
	if command -v "$name" >/dev/null; then
		say "there is one on PATH, $(command -v "$name")"
		exit
	fi
done
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
	say "this installs Chromium on Debian and its kin as root only; elsewhere put a Chromium or Chrome on PATH"
	exit 1
fi
apt-get update --quiet
apt-get install --yes --quiet --no-install-recommends chromium-headless-shell
