#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zone-kube-setup on the files of hosts that are not this one: what it puts
# there is understood, once is enough, and it takes all of it away again.
. "$top_srcdir/tests/cli/lib.sh"
setup=$top_builddir/zone-kube-setup
root=$tmp/root
toml=$root/etc/containerd/config.toml
mkdir -p "$root/etc/containerd"

# setup WORDS...: its output in out and err, its exit in status.
setup()
{
    command="zone-kube-setup $*"
    status=0
    "$setup" "$@" --root "$root" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# value PATH...: what containerd would read at that path of its file.
value()
{
    /usr/bin/python3 - "$toml" "$@" <<'END'
import sys
import tomllib
with open(sys.argv[1], "rb") as f:
    at = tomllib.load(f)
for key in sys.argv[2:]:
    at = at[key]
print(at)
END
}

all_files()
{
    (cd "$root" && find . \( -type f -o -type l \) -printf '%p %m %l\n' |
        sort && find . -type f | sort | xargs -r cat) | cksum
}

have_toml=yes
/usr/bin/python3 -c 'import tomllib' 2>/dev/null || have_toml=no

# is_runtime VERSION PLUGIN
is_runtime()
{
    if [ $have_toml = no ]; then
        skip "version $1: as containerd reads it" "no tomllib"
        return
    fi
    is "version $1" "$(value version)" "$1"
    is "version $1: the runtime" \
        "$(value plugins "$2" containerd runtimes zone options BinaryName)" \
        "$(sed -n 's/^sbin=\([^ ]*\) .*/\1/p' "$setup")/zone-oci"
    is "version $1: containerd's own is not lost" \
        "$(value plugins "$2" containerd runtimes runc runtime_type)" \
        io.containerd.runc.v2
    is "version $1: its annotations" \
        "$(value plugins "$2" containerd runtimes zone pod_annotations)" \
        "['zoneplace.io/*', 'dev.edera/*']"
}

nothing=$(all_files)
setup install --dry-run
expect_exit 0 "a dry run"
check "it says what it would do" grep -q "^would write: $toml" "$tmp/out"
is "and does nothing" "$(all_files)" "$nothing"

setup install
expect_exit 0 "a host without containerd's file"
is_runtime 2 io.containerd.grpc.v1.cri
is "both daemons start at boot" \
    "$(cd "$root/etc/systemd/system/multi-user.target.wants" && echo *)" \
    "zone-cri.service zone-device-plugin.service"
plugin=$(program zone-device-plugin)
if [ -x "$plugin" ]; then
    check "the plugin takes its configuration" sh -c '"$@" >/dev/null' sh \
        "$plugin" --list \
        --host "$top_srcdir/tests/data/hosts/epyc-7742-nps4.json" \
        --config "$root/etc/zoneplace/device-plugin.conf"
fi
once=$(all_files)
setup install
expect_exit 0 "twice"
is "is the same as once" "$(all_files)" "$once"
setup uninstall --dry-run
is "a dry run of the way back" "$(all_files)" "$once"
setup uninstall
expect_exit 0 "the way back"
is "nothing is left" "$(all_files)" "$nothing"
setup uninstall
expect_exit 0 "twice back"

# Files of others stay as they were, to the byte and the mode.
cat >"$toml" <<'END'
version = 2   # of the format
root = "/var/lib/containerd"
[plugins."io.containerd.grpc.v1.cri"]
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
# [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.zone]
END
chmod 640 "$toml"
mkdir -p "$root/etc/zoneplace"
echo "interval = 9" >"$root/etc/zoneplace/device-plugin.conf"
before=$(all_files)
setup install
expect_exit 0 "a host with containerd's file"
is_runtime 2 io.containerd.grpc.v1.cri
check "what was there still is" grep -q 'default_runtime_name = "runc"' "$toml"
is "its mode, too" "$(stat -c %a "$toml")" 640
setup uninstall
is "back to the byte" "$(all_files)" "$before"

# As Debian's package has it.
cat >"$toml" <<'END'
version = 2

[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/usr/lib/cni"
      conf_dir = "/etc/cni/net.d"
END
setup install
expect_exit 0 "a host with Debian's file"
is_runtime 2 io.containerd.grpc.v1.cri
setup uninstall

printf 'version = 3\n' >"$toml"
setup install
expect_exit 0 "containerd 2"
is_runtime 3 io.containerd.cri.v1.runtime
rm -f "$toml"
"$setup" uninstall --root "$root" >/dev/null

# refuses LABEL PART <CONFIG: nothing changes, one line says why.
refuses()
{
    cat >"$toml"
    before=$(all_files)
    setup install
    is "$1: refused" "$status" 1
    check "$1: in a line" [ "$(wc -l <"$tmp/err")" = 1 ]
    check "$1: that says why" grep -q -- "$2" "$tmp/err"
    is "$1: nothing changed" "$(all_files)" "$before"
}

refuses "version 1" "config migrate" <<'END'
root = "/var/lib/containerd"
END
refuses "a version in a table" "config migrate" <<'END'
[plugins]
version = 2
END
refuses "a runtime zone" "runtime zone of its own" <<'END'
version = 2
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.zone.options]
END
refuses "no CRI" "disabled_plugins" <<'END'
version = 2
disabled_plugins = ["cri"]
END
refuses "half a block" "no pair" <<'END'
version = 2
# BEGIN zoneplace: written by zone-kube-setup
END
rm -f "$toml"
mkdir "$toml"
setup install
is "a directory: refused" "$status" 1

for words in "" "install uninstall" "install --colour" "remove"; do
    # shellcheck disable=SC2086 # words
    setup $words
    is "'$words': a wrong command line" "$status" 2
done
status=0
"$setup" install --root "$tmp/none" >/dev/null 2>&1 || status=$?
is "no such root" "$status" 1
man=$top_srcdir/docs/man/zone-kube-setup.8.pod
while read -r option; do
    check "zone-kube-setup(8) has $option" \
        grep -q "^=item .*B<$option>" "$man"
done < <("$setup" --help | grep -o -- '^  --[a-z-]*\|--help' | tr -d ' ')
finish
