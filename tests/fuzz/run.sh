#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/fuzz/run.sh NAME [libFuzzer's arguments]: builds fuzz_NAME with clang,
# libFuzzer, AddressSanitizer and UBSan, and fuzzes from a copy of its corpus.
# Memory is capped at 256 MiB and an input at 10 s; the bound on steps is in
# fuzz-import.h. ZP_FUZZ_SOURCE: fuzz the library of another tree.
#   tests/fuzz/run.sh host_json -max_total_time=60
set -eu
cd "$(dirname "$0")/../.."
name=${1:?usage: run.sh NAME [ARGUMENT...]}
shift
out=${ZP_FUZZ_DIR:-build/fuzz}
source=${ZP_FUZZ_SOURCE:-.}
mkdir -p "$out/$name"
cp tests/fuzz/corpus/"$name"/* "$out/$name/"
# The adapters of the build without libxml2 stand beside those with it.
mapfile -t sources < <(ls "$source"/libzoneplace/{core,render,density,adapt}/*.c |
    grep -v '/xml-none\.c$')
# shellcheck disable=SC2046 # pkg-config's words
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -DZP_VERSION='"fuzz"' \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -I"$source/libzoneplace/include" -I"$source/libzoneplace" \
    $(pkg-config --cflags libxml-2.0 libseccomp) \
    "tests/fuzz/fuzz_$name.c" "${sources[@]}" \
    kube-annotations/{annotation,cri-wire,frame,net-wire,protobuf}.c \
    kube-annotations/{spec-wire,oci-{limits,process,seccomp,spec}}.c \
    kube-annotations/device/wire.c $(pkg-config --libs libseccomp) \
    -o "$out/fuzz_$name"
# What AddressSanitizer keeps of freed memory counts in the cap: keep little.
ASAN_OPTIONS=quarantine_size_mb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS} \
    exec "$out/fuzz_$name" -artifact_prefix="$out/" -rss_limit_mb=256 \
    -malloc_limit_mb=256 -timeout=10 -dict=tests/fuzz/numbers.dict "$@" \
    "$out/$name"
