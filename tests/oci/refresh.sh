#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Volumes that kubelet changes under running containers: what is new arrives,
# whole or not at all.
# shellcheck disable=SC2016,SC2034 # what is quoted so is for a container's shell
. "$top_srcdir/tests/oci/lib.sh"

# publish VOLUME VERSION KEY...: as kubelet's atomic writer does. Each key holds
# its version, many times over if it is in no directory; "big" is beyond what is
# copied, "private" is somebody's.
publish()
{
    local volume=$1 version=$2 key link old file

    shift 2
    old=$(readlink "$volume/..data")
    for key; do
        file=$volume/..$version/$key
        [ -d "${file%/*}" ] || mkdir -p "${file%/*}"
        case $key in
        */*) echo "v$version" >"$file" ;;
        big) head -c 1500000 /dev/zero >"$file" ;;
        *) yes "v$version" | head -n 20000 >"$file" ;;
        esac
        [ "$key" != private ] || { chmod 440 "$file" && chown 7:8 "$file"; }
    done
    ln -s "..$version" "$volume/..data_tmp"
    mv -T "$volume/..data_tmp" "$volume/..data"
    for key; do
        [ -L "$volume/${key%%/*}" ] ||
            ln -s "..data/${key%%/*}" "$volume/${key%%/*}"
    done
    for link in "$volume"/*; do
        [ -e "$link" ] || rm "$link"
    done
    [ -z "$old" ] || rm -r "${volume:?}/$old"
}

make_rootfs "$tmp/rootfs"
cat >"$tmp/rootfs/bin/reader" <<'END'
#!/bin/sh
# Says which versions it sees, and "half" of what is none: keys of the directory
# that is shown differ or lack something, or a key is not there at all.
last=
while :; do
    cd -P /v/..data
    version=$(head -n 1 a)
    lines=$(cat a b | grep -c "^$version$")
    if [ "$lines" != 40000 ]; then
        # One that is shown no more may be removed meanwhile.
        [ "/v/$(readlink /v/..data)" != "$PWD" ] ||
            echo "half: $lines lines of $version"
    elif [ "$version" != "$last" ]; then
        echo "saw $version"
        last=$version
    fi
    [ -e /v/a ] || [ -e /v/a ] || [ -e /v/a ] || echo "half: no key"
done 2>/dev/null
END
chmod +x "$tmp/rootfs/bin/reader"

# bind SOURCE DESTINATION
bind()
{
    printf '{"destination": "%s", "type": "bind", "source": "%s",
    "options": ["rbind", "ro"]}' "$2" "$1"
}
# runs ID ARGS: a container of the pod, with $mounts, is started.
runs()
{
    config "$2" "$(cri container pod)" | bundle "$1"
    create "$1"
    is "$1 is made" "$status" 0
    check "$1 starts" oci start "$1"
}
# inside ID COMMAND: what a shell in there says, on one line.
inside()
{
    printf '{"args": ["sh", "-c", "%s"], "cwd": "/", "env": ["PATH=/bin"]}' \
        "$2" >"$tmp/process.json"
    oci exec --process "$tmp/process.json" "$1" </dev/null 2>&1 | tr '\n' ' '
}
says()
{
    [ "$(inside "$1" "$2")" = "$3" ]
}
# arrives VERSION TEXT: the reader has seen it.
arrives()
{
    until_true "$2" grep -q "^saw v$1\$" "$tmp/one/out" && ok "$2"
}
# comes TEXT ID COMMAND SAID: what it says comes to be that.
comes()
{
    until_true "$1" says "$2" "$3" "$4" && ok "$1"
}
log_lines()
{
    wc -l <"$root/$1/monitor.log"
}

volume=$tmp/volume other=$tmp/other
mkdir "$volume" "$other" "$tmp/torn" "$tmp/lied" "$tmp/target"
publish "$volume" 1 a b
publish "$other" 1 x
config '["/pause"]' "$(cri sandbox)" | bundle pod
create pod
oci start pod
mounts="$(bind "$volume" /v), $(bind "$volume/a" /single),
$(bind "$other" /other)"
runs one '["reader"]'
runs two '["sh", "-c", "exec 3</v/a; cd -P /v/..data; echo up; while [ ! -e /v/last ]; do sleep 0.1; done; grep -c v1 <&3; ls -A | wc -l"]'
until_true "two is up" grep -q up "$tmp/two/out"

# ---- what is new, what is more, what is less
arrives 1 "what it was made with"
publish "$volume" 2 a b c sub/x
arrives 2 "a version that comes later"
comes "keys that are more, and nothing old" one 'ls -A /v' \
    "..2 ..data a b c sub "
is "with what they hold" "$(inside one 'head -n 1 /v/c; head -n 1 /v/sub/x')" \
    "v2 v2 "
publish "$volume" 3 a b last
arrives 3 "another"
comes "keys that are less, and nothing old" one 'ls -A /v' \
    "..3 ..data a b last "
ended two
is "another container of the pod has it, too" "$status" 0
is "who has a file open reads that one, and the old directory is gone" \
    "$(tr '\n' ' ' <"$tmp/two/out")" "up 20000 0 "
gone two "two"
publish "$volume" 4 a b private
arrives 4 "one more"
is "mode, user and group" "$(inside one 'stat -L -c %a:%u:%g /v/private')" \
    "440:7:8 "
check "it is read-only still" says one 'echo x 2>/dev/null >/v/x || echo ro' \
    "ro "

# ---- never half of one
keys=$(printf 'many/%s ' {1..1000})
for version in 10 11 12; do
    # shellcheck disable=SC2086 # words
    publish "$volume" $version a $keys b
    arrives $version "$version, with a thousand keys"
done
for version in {20..29}; do
    publish "$volume" "$version" a b
done
arrives 29 "the last of many at once"
comes "and nothing old" one 'ls -A /v' "..29 ..data a b "
is "never half of one" "$(grep half "$tmp/one/out")" ""

# ---- what is too large
publish "$volume" 30 a b big
until_true "what is too large is told" \
    grep -q 'mount at /v: .*big: more than 1 MiB' "$root/one/monitor.log"
for version in 2 3; do
    publish "$other" $version x
    comes "other volumes are not held up: $version" one \
        'head -n 1 /other/x' "v$version "
done
is "it keeps what it had" "$(inside one 'head -n 1 /v/b; ls -A /v')" \
    "v29 ..29 ..data a b "
publish "$volume" 31 a b
arrives 31 "the next one arrives again"
is "it is told once" "$(log_lines one)" 1
is "a file that is mounted by itself stays" \
    "$(inside one 'head -n 1 /single')" "v1 "

# ---- copied while kubelet was at it
publish "$tmp/torn" 1 a b
ln -s ..data/c "$tmp/torn/c"
rm "$tmp/torn/b"
mounts=$(bind "$tmp/torn" /t)
runs three '["sleep", "1000"]'
comes "keys are as they should be" three 'ls -A /t; head -n 1 /t/b' \
    "..1 ..data a b v1 "

# ---- a container that makes its copy writable, and lies in it
publish "$tmp/lied" 1 a
mounts=$(bind "$tmp/lied" /v)
caps='"bounding": ["CAP_SYS_ADMIN"], "effective": ["CAP_SYS_ADMIN"],
"permitted": ["CAP_SYS_ADMIN"]' runs four "[\"sh\", \"-c\", \"mount -o \
remount,rw,bind none /v && cd /v && for i in ..2 ..data_tmp; do busybox ln -s \
$tmp/target \$i; done && echo up; while [ ! -e /v/last ]; do sleep 0.1; done; \
busybox rm ..data; busybox ln -s $tmp/target ..data; echo lied; sleep 1000\"]"
until_true "it has lied" grep -q up "$tmp/four/out"
publish "$tmp/lied" 2 a last
until_true "a link where the new directory goes is in nobody's way" \
    grep -q lied "$tmp/four/out" && ok "no link is followed"
is "nothing is written where it leads" "$(ls -A "$tmp/target")" ""
publish "$tmp/lied" 3 a
until_true "the zone refuses what is no volume" \
    grep -q 'mount at /v: the zone: ..data: ' "$root/four/monitor.log" &&
    ok "the zone refuses what is no volume"
is "nothing is written there, either" "$(ls -A "$tmp/target")" ""
is "that is no end of the container" \
    "$(oci state four | grep -o '"status": "[a-z]*"')" '"status": "running"'
is "it is told once, too" "$(log_lines four)" 1

# ---- the end
rm -r "$volume"
publish "$other" 4 x
comes "a volume that goes holds nothing up" one 'head -n 1 /other/x' "v4 "
is "and nothing is told" "$(log_lines one)" 1
is "never half of one, to the end" "$(grep half "$tmp/one/out")" ""
for id in one three four; do
    oci kill "$id" KILL
    ended "$id"
    is "$id was not ended by anything else" "$status" 137
    gone "$id" "$id"
done
oci kill pod KILL
ended pod
gone pod "the pod"
nothing_left "at the end"
finish
