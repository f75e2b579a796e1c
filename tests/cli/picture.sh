#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The host and a zone as a drawing: text, SVG, PNG.
. "$top_srcdir/tests/cli/lib.sh"
make_host >"$tmp/host.json"
host=(host --host "$tmp/host.json")
plan=(plan --host "$tmp/host.json" --vcpus 8 --memory 2G --numa-nodes 2
    --name demo)

accepted "host" "${host[@]}"
cp "$tmp/out" "$tmp/default"
run "${host[@]}" --ascii
check "--ascii is what host prints" cmp "$tmp/out" "$tmp/default"
for how in --ascii --wide; do
    width=80
    [ $how = --ascii ] || width=160
    accepted "plan $how" "${plan[@]}" $how
    check "plan $how: the zone is in it" grep -q '=> vnode 1' "$tmp/out"
    is "plan $how: $width columns" \
        "$(awk -v w=$width 'length > w' "$tmp/out")" ""
    accepted "host $how" "${host[@]}" $how
done
accepted "plan --ascii --why" "${plan[@]}" --ascii --why

for order in "0 2 3 7" "7 3 2 0"; do
    make_host "$order" >"$tmp/host.json"
    for verb in host plan; do
        [ $verb = host ] && args=("${host[@]}") || args=("${plan[@]}")
        accepted "$verb --svg ($order)" "${args[@]}" --svg
        [ -e "$tmp/$verb.svg" ] || cp "$tmp/out" "$tmp/$verb.svg"
        check "$verb --svg: the same bytes in any order" \
            cmp "$tmp/out" "$tmp/$verb.svg"
    done
done
run "${plan[@]}" --svg -o "$tmp/file.svg"
expect_exit 0 "-o"
check "-o: nothing on stdout" [ ! -s "$tmp/out" ]
check "-o: the same bytes" cmp "$tmp/file.svg" "$tmp/plan.svg"
if command -v xmllint >/dev/null; then
    # how_many TEXT NUMBER CONDITION: so many boxes that meet it
    how_many()
    {
        is "$1" "$(xmllint --xpath \
            "count(//*[local-name()='rect'][$3])" "$tmp/plan.svg")" "$2"
    }
    how_many "every node" 4 "@class='node'"
    how_many "every pcpu" 32 "@class='pcpu'"
    how_many "every distance" 16 "@class='distance'"
    how_many "every device" 2 "@class='device'"
    how_many "vnode 1's pcpus" 8 "@class='pcpu' and @data-to='1'"
    is "distance of nodes 0 and 7" "$(xmllint --xpath "string(//*[
        local-name()='text' and @class='distance'][4])" "$tmp/plan.svg")" 32
else
    skip "what is in the SVG" "xmllint (libxml2-utils) is not installed"
fi

refused 2 'one of' "--svg --text" "${plan[@]}" --svg --text
refused 2 'one of' "--svg --png" "${host[@]}" --svg --png
refused 1 'no/file' "-o into no folder" "${host[@]}" --svg -o "$tmp/no/file"
refused 3 . "a zone that does not fit" "${plan[@]}" --memory 1T --svg
run "${host[@]}" --svg --json
expect_exit 2 "--svg --json"
check "--svg --json: an error object" grep -q '^{"error":' "$tmp/out"

# PNG: the module lies in the build folder. fontconfig leaves a little memory
# behind, so this part is not looked at for leaks.
ZP_WRAP=
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export LD_LIBRARY_PATH=$top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
if grep -q '^#define HAVE_CAIRO 1' "$top_builddir/config.h"; then
    accepted "host --png" "${host[@]}" --png
    is "PNG: signature" "$(head -c 8 "$tmp/out" | od -An -tx1 | tr -d ' ')" \
        89504e470d0a1a0a
    # width and height stand behind the first chunk's name
    is "PNG: as large as the SVG" \
        "$(od -An -j16 -N8 --endian=big -tu4 "$tmp/out" | xargs)" \
        "$(sed -n 's/.* width="\([0-9]*\)" height="\([0-9]*\)" viewBox.*/\1 \2/p' \
            "$tmp/host.svg")"
    run "${plan[@]}" --png -o "$tmp/file.png"
    expect_exit 0 "plan --png -o"
    check "plan --png -o: it is there" [ -s "$tmp/file.png" ]
    if command -v script >/dev/null; then
        status=0
        script -qec "$zonectl host --host $tmp/host.json --png" \
            /dev/null >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
        expect_exit 2 "PNG on a terminal"
        check "PNG on a terminal: it says why" grep -q binary "$tmp/out"
    else
        skip "PNG on a terminal" "no script(1)"
    fi
else
    refused 1 libcairo "--png of a build without libcairo" "${host[@]}" --png
fi
finish
