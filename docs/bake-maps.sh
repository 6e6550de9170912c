#!/usr/bin/env bash
# Bake the maps of a Godot project without its editor, or report which ones are out of date.
#
#     bake-maps.sh [--check] [PROJECT]
#
# GODOT and TILEBAKE name the programs, if they are not `godot` and `tilebake` on PATH. Needs bash and coreutils.
# Exit codes: 0 done, 1 something failed, 2 wrong usage, 3 a map or picture is out of date (--check).
set -euo pipefail

check=()
if [ "${1:-}" = --check ]; then
	check=(--check)
	shift
fi
if [ $# -gt 1 ] || [[ "${1:-}" == -* ]]; then
	sed -n 's/^# \{0,5\}\(bake-maps.sh .*\)/usage: \1/p' "$0" >&2
	exit 2
fi
project=${1:-.}
read -ra godot <<<"${GODOT:-godot}"
read -ra tilebake <<<"${TILEBAKE:-tilebake}"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
import_project() {
	# The log of an import matters only if the export fails after it, and its exit code says nothing. The time limit
	# is for dialogs that nobody would answer.
	timeout 900 "${godot[@]}" --headless --path "$project" --import >"$log" 2>&1 || true
}

import_project
if timeout 900 "${godot[@]}" --headless --path "$project" \
	-s res://addons/tilebake/cli/export_maps.gd -- --all "${check[@]}"; then
	exported=0
else
	exported=$?
fi
if [ "$exported" = 1 ]; then
	echo "The export failed. The log of the import before it:" >&2
	cat "$log" >&2
fi
if [ "$exported" != 0 ]; then
	exit "$exported"
fi

cd "$project"
"${tilebake[@]}" bake "${check[@]}"
cd - >/dev/null
if [ ${#check[@]} = 0 ]; then
	import_project # the new pictures
fi
