#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/fuzz/run.sh NAME [libFuzzer's arguments]: builds fuzz_NAME with clang,
# libFuzzer, AddressSanitizer and UBSan, and fuzzes from a copy of its corpus.
#   tests/fuzz/run.sh host_json -max_total_time=60
set -eu
cd "$(dirname "$0")/../.."
name=${1:?usage: run.sh NAME [ARGUMENT...]}
shift
out=${ZP_FUZZ_DIR:-build/fuzz}
mkdir -p "$out/$name"
cp tests/fuzz/corpus/"$name"/* "$out/$name/"
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -DZP_VERSION='"fuzz"' \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -Ilibzoneplace/include -Ilibzoneplace \
    "tests/fuzz/fuzz_$name.c" libzoneplace/{core,render,density,adapt}/*.c \
    -o "$out/fuzz_$name"
exec "$out/fuzz_$name" -artifact_prefix="$out/" "$@" "$out/$name"
