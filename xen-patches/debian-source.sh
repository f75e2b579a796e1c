# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # its user sets codename and dir
#
# Debian's source packages, for those that build from them. Who sources this has
# set $codename, the release, and $dir, a folder to keep things in, and has
# say() and die().

# The machine's own mirrors, asked for another kind of package and, it may be,
# another release. Nothing outside the cache changes: apt gets its own lists.
apt_private()
{
    local tool=$1

    shift
    LC_ALL=C "$tool" -qq -o Dir::Etc::sourcelist="$apt/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache="$apt/cache" -o APT::Sandbox::User= \
        -o APT::Get::List-Cleanup=0 -o APT::Default-Release= "$@"
}

apt_setup()
{
    local key=/usr/share/keyrings/debian-archive-keyring.gpg uri name suite

    [ -e "$key" ] || key=''
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    # shellcheck disable=SC2016 # apt expands these
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' \
        "Created-By: Packages" | awk '$3 == "Debian"' | sort -u |
        while read -r uri name _; do
            case $name in
            *-security) suite=$codename-security ;;
            *-*) suite=$codename-${name#*-} ;;
            *) suite=$codename ;;
            esac
            echo "deb-src${key:+ [signed-by=$key]} $uri $suite main"
        done >"$apt/sources.list"
    [ -s "$apt/sources.list" ] ||
        die "apt has no Debian mirror: run apt-get update"
    apt_private apt-get update >&2 ||
        die "apt cannot read the source packages of $codename"
}

# files PACKAGE VERSION: "sha256 name" of its two tarballs, as the signed index
# says.
files()
{
    apt_private apt-cache showsrc --only-source "$1" | awk -v want="$2" '
        /^[A-Z]/ { sums = 0 }
        $1 == "Version:" { on = $2 == want }
        $1 == "Checksums-Sha256:" { sums = 1; next }
        on && sums && /\.tar\.[gx]z$/ { print $1 "  " $3 }
        /^$/ { on = 0 }'
}

# download PACKAGE PATTERN FOLDER: the newest version (that begins with PATTERN)
# which apt can get; its name is in FOLDER/current then. A mirror may know of
# versions it does not have, or lack the .dsc only: what is needed are the two
# tarballs, and their checksums are in the index that apt has verified.
download()
{
    local package=$1 pattern=$2 to=$3 version name

    apt=$dir/apt
    apt_setup
    for version in $(apt_private apt-cache showsrc --only-source "$package" |
        sed -n "s/^Version: \($pattern.*\)/\1/p" | sort -rV); do
        name=${version##*:}
        if [ -e "$to/$name" ]; then
            echo "$name" >"$to/current"
            return
        fi
        say "downloading $package $version"
        rm -rf "$to/new"
        mkdir -p "$to/new"
        (cd "$to/new" && apt_private apt-get source --download-only \
            "$package=$version" >"$dir/download.log" 2>&1) || true
        files "$package" "$version" >"$to/new/SHA256SUMS"
        if [ "$(wc -l <"$to/new/SHA256SUMS")" -eq 2 ] &&
            (cd "$to/new" && sha256sum --quiet -c SHA256SUMS) \
                >>"$dir/download.log" 2>&1; then
            mv "$to/new" "$to/$name"
            echo "$name" >"$to/current"
            return
        fi
        say "the mirror does not have it"
    done
    tail -n 5 "$dir/download.log" >&2 || true
    die "no source package of $package can be had"
}
