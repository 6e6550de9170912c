#!/usr/bin/env bash
# Installs Godot, its export template and what it draws with into a folder of its own: `make engine` runs this.
# The system's own packages stay as they are, but for mmdebstrap, Xvfb and strace. Does nothing where there is a Godot already.
set -euo pipefail

folder=${1:?the folder to install into}
say() { echo "engine: $*" >&2; }

# The tests that draw need a screen; the engine's folder cannot have one, for Xvfb looks for its parts in /usr.
# Those that watch what the package opens, or make its system calls fail, need strace.
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] && ! { command -v Xvfb && command -v strace; } >/dev/null; then
	apt-get update --quiet
	apt-get install --yes --quiet --no-install-recommends xvfb strace
fi

if [ -n "${GODOT:-}" ]; then
	say "GODOT names one, $GODOT"
	exit
fi
if command -v godot >/dev/null; then
	say "there is one on PATH, $(command -v godot)"
	exit
fi
if [ -x "$folder/godot" ]; then
	say "there is one in $folder"
	exit
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
	say "this installs Godot on Debian and its kin as root only; elsewhere get Godot 4.6 from godotengine.org"
	say "and name it: make test GODOT=/path/to/godot"
	exit 1
fi

if ! command -v mmdebstrap >/dev/null || [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
	apt-get update --quiet
	apt-get install --yes --quiet --no-install-recommends mmdebstrap debian-archive-keyring
fi

# Made beside it and renamed when whole, so that what is there always works.
draft=$(mktemp --directory "$folder.XXXXXX")
trap 'rm -rf --one-file-system "$draft"' EXIT
mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' \
	--include=godot,godot-template-release,libgl1,libglx-mesa0,libgl1-mesa-dri,ca-certificates \
	forky "$draft"

# What is there comes from a newer release of the system: it runs with the loader and libraries that came with it.
loader=$(cd "$draft" && ls usr/lib*/ld-linux-*.so.* | head -n 1)
libraries=$(cd "$draft" && ls -d usr/lib/*-linux-gnu)
# A test may run it with a PATH on which there is nothing, hence `command -p`.
cat >"$draft/engine" <<END
#!/bin/sh
here=\$(command -p dirname "\$(command -p readlink -f "\$0")")
libraries=\$here/$libraries
exec "\$here/$loader" --library-path "\$libraries:\$libraries/pulseaudio" "\$@"
END
cat >"$draft/godot" <<'END'
#!/bin/sh
here=$(command -p dirname "$(command -p readlink -f "$0")")
exec "$here/engine" "$here/usr/bin/godot" "$@"
END
chmod +x "$draft/engine" "$draft/godot"

rm -rf "$folder"
mv "$draft" "$folder"
say "installed into $folder"
