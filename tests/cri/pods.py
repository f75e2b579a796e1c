#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pods that are zones: annotations, reservations, and what becomes of them."""
import json
import os
import signal
import sys
import threading

import harness as h
import wire

V1 = h.V1
ALPHA = "/runtime.v1alpha2.RuntimeService/"
RUN, STOP, REMOVE = (V1 + m + "PodSandbox" for m in ("Run", "Stop", "Remove"))
LEDGER = os.path.join(h.TMP, "ledger")
PODS = os.path.join(h.TMP, "pods")
UID = "0a1b2c3d-0000-4000-8000-0123456789ab"
GIB = {"zoneplace.io/cpu": "1", "zoneplace.io/memory": "1Gi",
       "zoneplace.io/memory-policy": "static"}


def reserved():
    """What the ledger has: plans by uuid."""
    try:
        with open(LEDGER) as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        return {}
    return {line[:36]: json.loads(line[37:]) for line in lines}


def pod(name="web", annotations=None, **more):
    annotations = GIB if annotations is None else annotations
    return wire.run_pod(name, UID, annotations.items(), **more)


def run(via, name="web", annotations=None, method=RUN, timeout=20, **more):
    """(code, sandbox's id or text)"""
    code, answer = h.call(via, method, pod(name, annotations, **more),
                          timeout=timeout)
    if code == "OK":
        answer = wire.fields(answer)[1][0].decode()
    return code, answer


def end(via, sandbox, method=STOP):
    return h.call(via, method, wire.text(1, sandbox))[0]


def annotations_of(message):
    """Of a RunPodSandboxRequest, the last of each."""
    out = {}
    for config in wire.fields(message)[1]:
        for entry in wire.fields(config).get(7, []):
            entry = wire.fields(entry)
            out[entry[1][0].decode()] = entry[2][0].decode()
    return out


def check_good(direct, relayed):
    request = pod("web", GIB, extra=b"\xfa\xff\x03\x02hi")
    code, answer = h.call(relayed, RUN, request)
    h.equal("a pod with good annotations", code, "OK")
    sandbox = wire.fields(answer)[1][0].decode()
    got = h.call(direct, "/test/Last")[1]
    h.check("its request goes on as it came, with more behind it",
            got.startswith(request) and len(got) > len(request), got)
    told = annotations_of(got)
    held = reserved()
    h.equal("one reservation", len(held), 1)
    uuid, plan = list(held.items())[0]
    h.equal("the pod is told its zone", told.get("zoneplace.io/zone"), uuid)
    h.equal("and its plan", json.loads(told["zoneplace.io/plan"]), plan)
    h.equal("memory as asked",
            sum(v["memory_kib"] for v in plan["vnodes"]), 1 << 20)
    h.check("the zone's name says whose it is",
            plan["zone"] == "web-" + uuid[:8], plan["zone"])
    h.check("its own annotations are still there",
            told["zoneplace.io/cpu"] == "1")
    h.check("the log has pod, zone and plan", b"pod default/web (" +
            UID.encode() + b"), zone web-" + uuid[:8].encode() +
            b": reserved: 1 vcpus, 1024 MiB, static, on nodes 0" in h.log(),
            h.log())
    h.equal("it stops", end(relayed, sandbox), "OK")
    h.equal("nothing is reserved", reserved(), {})
    h.equal("it stops again", end(relayed, sandbox), "OK")
    h.equal("it is removed", end(relayed, sandbox, REMOVE), "OK")
    h.equal("and again", end(relayed, sandbox, REMOVE), "OK")
    h.equal("removed without a stop", end(relayed, run(relayed)[1], REMOVE),
            "OK")
    h.equal("that releases it, too", reserved(), {})
    code, sandbox = run(relayed, method=ALPHA + "RunPodSandbox")
    h.equal("v1alpha2", (code, len(reserved())), ("OK", 1))
    h.equal("its end", end(relayed, sandbox, ALPHA + "StopPodSandbox"), "OK")
    h.equal("is seen", reserved(), {})


def check_limits(relayed):
    code, sandbox = run(relayed, "limits", {},
                        resources=(100000, 250000, 300 << 20),
                        overhead=(100000, 10000, 20 << 20))
    plan = list(reserved().values())[0]
    h.equal("no annotations: kubelet's limits and overhead",
            (plan["vnodes"][0]["vcpus"],
             sum(v["memory_kib"] for v in plan["vnodes"])),
            ("0-2", 320 << 10))
    end(relayed, sandbox)
    code, sandbox = run(relayed, "none", {}, resources=(100000, -1, 0))
    plan = list(reserved().values())[0]
    h.equal("no limits: the default",
            sum(v["memory_kib"] for v in plan["vnodes"]), 512 << 10)
    end(relayed, sandbox)


BAD = [
    # annotations, code, what the text has
    ({"zoneplace.io/cpu": "none"}, "INVALID_ARGUMENT", "zoneplace.io/cpu"),
    ({"zoneplace.io/cpu": "0"}, "INVALID_ARGUMENT", "zoneplace.io/cpu"),
    ({"zoneplace.io/cpus": "1"}, "INVALID_ARGUMENT", "none of cpu"),
    ({"zoneplace.io/memory": "1GiB"}, "INVALID_ARGUMENT", "memory"),
    ({"zoneplace.io/numa-nodes": "-1"}, "INVALID_ARGUMENT", "numa-nodes"),
    ({"zoneplace.io/numa-strategy": "near"}, "INVALID_ARGUMENT", "strategy"),
    ({"zoneplace.io/near": "0000:99:00.0"}, "RESOURCE_EXHAUSTED", "99:00"),
    ({"zoneplace.io/plan": "{}"}, "INVALID_ARGUMENT", "can't set it"),
    ({"zoneplace.io/zone": "x"}, "INVALID_ARGUMENT", "can't set it"),
    ({"zoneplace.io/kernel": "/boot/x"}, "INVALID_ARGUMENT", "allows"),
    ({"zoneplace.io/cpu": "4", "dev.edera/cpu": "5"}, "INVALID_ARGUMENT",
     "can't both hold"),
    ({"zoneplace.io/cpu\0": "1"}, "INVALID_ARGUMENT", "NUL"),
    ({"zoneplace.io/cpu": "1\0002"}, "INVALID_ARGUMENT", "NUL"),
    ({"zoneplace.io/cpu": "\x1b[2J\n\u20ac"}, "INVALID_ARGUMENT", "?[2J"),
    ({"zoneplace.io/x%d" % i: "1" for i in range(65)}, "INVALID_ARGUMENT",
     "more than 64"),
    ({"zoneplace.io/cpu": "9"}, "RESOURCE_EXHAUSTED", "vcpus"),
    ({"zoneplace.io/memory": "9Gi"}, "RESOURCE_EXHAUSTED", "9216 MiB"),
    ({"zoneplace.io/numa-nodes": "3", "zoneplace.io/cpu": "4"},
     "RESOURCE_EXHAUSTED", "nodes"),
]


def check_bad(direct, relayed):
    h.seen(direct)
    for annotations, code, word in BAD:
        got, text = run(relayed, "bad", annotations)
        what = repr(list(annotations.items())[0])[:60]
        if not h.equal("%s: refused" % what, got, code):
            print("#", text)
        h.check("%s: told why, in one clean line" % what,
                word in text and all(0x20 <= ord(c) < 0x7f for c in text),
                text)
    for what, message in (("cut off", pod()[:-3]), ("a group", b"\x0b\x0c"),
                          ("no number", b"\x02\x00"),
                          ("a config that is a number", b"\x08\x01" +
                           wire.text(2, "zone"))):
        code, text = h.call(relayed, RUN, message)
        h.equal("a message, %s" % what, code, "INVALID_ARGUMENT")
    h.equal("containerd has heard of none", h.seen(direct), [])
    h.equal("nothing is reserved", reserved(), {})
    lines = h.log().split(b"\n")
    h.check("the log has lines, and nothing that acts on a terminal",
            all(0x20 <= c < 0x7f for line in lines for c in line))


def check_others(direct, relayed):
    for what, message in (
            ("no handler", pod("other", {"zoneplace.io/nonsense": "x"},
                               handler="")),
            ("another handler", pod("other", {"zoneplace.io/plan": "x"},
                                    handler="runc")),
            ("its handler is given twice",
             pod("other") + wire.text(2, "kata")),
            ("a hundred annotations", pod(
                "other", {"zoneplace.io/%d\0" % i: "" for i in range(100)},
                handler="runc"))):
        code, answer = h.call(relayed, RUN, message)
        h.equal("%s: it goes on" % what, code, "OK")
        h.equal("%s: as it came" % what, h.call(direct, "/test/Last")[1],
                message)
    h.equal("nothing is reserved", reserved(), {})
    code, answer = h.call(relayed, RUN, pod("twice", handler="runc") +
                          wire.text(2, "zone"))
    h.equal("the last handler counts", (code, len(reserved())), ("OK", 1))
    end(relayed, wire.fields(answer)[1][0].decode())


def check_full(relayed):
    """4 GiB less what is kept back: three zones a node."""
    results = []

    def one(i):
        results.append(run(relayed, "p%d" % i))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    good = [text for code, text in results if code == "OK"]
    bad = [code for code, text in results if code != "OK"]
    h.check("of 20 pods at once, as many as there is room for: %d" %
            len(good), 6 <= len(good) <= 8, results)
    h.equal("each has its own reservation", len(reserved()), len(good))
    h.equal("the others are refused", set(bad), {"RESOURCE_EXHAUSTED"})
    end(relayed, good[0])
    h.equal("one ends: there is room for one", run(relayed, "next")[0], "OK")
    h.equal("and not for two", run(relayed, "more")[0], "RESOURCE_EXHAUSTED")
    return good[1:]


def do_all(direct, words):
    h.call(direct, "/test/DoAll", words.encode())


def check_failures(direct, relayed):
    do_all(direct, "RunPodSandbox fail INTERNAL 0 1")
    h.equal("containerd can't", run(relayed)[0], "INTERNAL")
    h.equal("nothing stays reserved", reserved(), {})
    do_all(direct, "RunPodSandbox wait")
    h.equal("containerd takes too long", run(relayed, timeout=0.5)[0],
            "DEADLINE_EXCEEDED")
    h.check("when it has no such pod, nothing is reserved",
            h.wait_for(lambda: not reserved()), reserved())
    do_all(direct, "RunPodSandbox late")
    h.equal("it answers too late", run(relayed, timeout=0.5)[0],
            "DEADLINE_EXCEEDED")
    do_all(direct, "")
    h.check("and has the pod", h.wait_for(
        lambda: len(wire.fields(h.call(direct, V1 + "ListPodSandbox")[1])
                    .get(1, [])) > 0))
    h.wait_for(lambda: h.seen(direct).count(V1 + "ListPodSandbox") > 1, 3)
    h.equal("its reservation stays", len(reserved()), 1)
    items = wire.fields(h.call(direct, V1 + "ListPodSandbox")[1])[1]
    last = wire.fields(items[-1])[1][0].decode()
    do_all(direct, "StopPodSandbox fail INTERNAL 0 1")
    h.equal("a stop that fails", end(relayed, last), "INTERNAL")
    h.equal("releases nothing", len(reserved()), 1)
    do_all(direct, "")
    h.equal("one that does not", end(relayed, last), "OK")
    h.check("does", h.wait_for(lambda: not reserved()), reserved())


def check_crash(cri, direct, relayed):
    """Gives the new zone-cri."""
    sandboxes = [run(relayed, "a%d" % i)[1] for i in range(3)]
    before = reserved()
    do_all(direct, "RunPodSandbox wait")
    running = relayed.unary_unary(RUN).future(pod("lost"), timeout=60)
    h.check("a pod is being created", h.wait_for(lambda: len(reserved()) == 4))
    h.end(cri, signal.SIGKILL)
    running.cancel()
    do_all(direct, "")
    end(direct, sandboxes[0])
    cri = h.zone_cri("--ledger", LEDGER)
    h.check("killed and started: what has no pod is released", h.wait_for(
        lambda: len(reserved()) == 2), reserved())
    h.check("the others are as they were",
            all(before[uuid] == plan for uuid, plan in reserved().items()))
    h.check("its end is seen", h.wait_for(
        lambda: end(relayed, sandboxes[1]) == "OK"))
    h.equal("of a pod from before", len(reserved()), 1)
    h.end(cri)
    os.unlink(LEDGER)
    cri = h.zone_cri("--ledger", LEDGER)
    h.check("the ledger is lost: it is made anew from the pods", h.wait_for(
        lambda: len(reserved()) == 1), reserved())
    h.check("with their plans",
            all(before[uuid] == plan for uuid, plan in reserved().items()))
    h.check("it ends", h.wait_for(
        lambda: end(relayed, sandboxes[2]) == "OK"))
    h.equal("all end", reserved(), {})
    return cri


def check_cycles(cri, relayed):
    def cycles(nr):
        for i in range(nr):
            code, sandbox = run(relayed, "c%d" % i)
            if code != "OK" or end(relayed, sandbox, REMOVE) != "OK":
                raise RuntimeError(sandbox)

    cycles(100)
    before = h.rss_kib(cri)
    cycles(200)
    after = h.rss_kib(cri)
    h.check("200 pods come and go: %d KiB, then %d KiB" % (before, after),
            after - before < 1024 or os.environ["ZP_TEST_SANITIZED"])
    h.equal("nothing is left", reserved(), {})


def check_starts(containerd, cri):
    h.end(cri)
    h.end(containerd)
    cri = h.zone_cri("--ledger", LEDGER, "--handler", "xen",
                     "--allow-kernel", "/boot/zone")
    relayed = h.channel(h.RELAYED)
    code, text = run(relayed, handler="xen")
    h.equal("without containerd", code, "UNAVAILABLE")
    h.equal("nothing is reserved", reserved(), {})
    containerd = h.containerd("--pods", PODS)
    h.check("with it, another handler, and a kernel that is allowed",
            h.wait_for(lambda: run(
                relayed, "k", {"zoneplace.io/kernel": "/boot/zone"},
                handler="xen")[0] == "OK", 10))
    h.equal("it has a zone", len(reserved()), 1)
    h.equal("zone is no handler now",
            (run(relayed, "z", {"zoneplace.io/x": ""})[0], len(reserved())),
            ("OK", 1))
    h.end(cri)
    base = ("--listen", h.TMP + "/x.sock", "--containerd", h.DIRECT)
    with open(LEDGER, "a") as f:
        f.write("not a reservation\n")
    for what, word, status, args in (
            ("a spoilt ledger", "line 2", 1, ("--host", h.HOST, "--ledger",
                                              LEDGER)),
            ("no host file", "No such file", 1, ("--host", h.TMP + "/no")),
            ("a host file that is none", "ledger", 1, ("--host", LEDGER)),
            ("a ledger without a host", "--host", 2, ("--ledger", LEDGER)),
            ("both kinds of host", "--config", 2, ("--host", h.HOST,
                                                   "--config", "x")),
            ("no handler", "--handler", 2, ("--handler", "")),
            ("no threads", "--threads", 2, ("--threads", "0")),
            ("an argument", "argument", 2, ("x",))):
        got, lines = h.refused(*base, *args)
        h.equal("%s: exit" % what, got, status)
        h.check("%s: one line that says so" % what,
                len(lines) == 1 and word in lines[0], lines)


def main():
    h.make_host()
    containerd = h.containerd("--pods", PODS)
    cri = h.zone_cri("--ledger", LEDGER)
    direct, relayed = h.channel(h.DIRECT), h.channel(h.RELAYED)
    check_good(direct, relayed)
    check_limits(relayed)
    check_bad(direct, relayed)
    check_others(direct, relayed)
    check_full(relayed)
    for item in wire.fields(h.call(direct, V1 + "ListPodSandbox")[1])[1]:
        end(relayed, wire.fields(item)[1][0].decode(), REMOVE)
    h.equal("all are removed", reserved(), {})
    check_failures(direct, relayed)
    cri = check_crash(cri, direct, relayed)
    check_cycles(cri, relayed)
    check_starts(containerd, cri)
    h.finish()


if __name__ == "__main__":
    main()
