#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes through zone-cri is what containerd would have said itself."""
import os
import signal
import stat
import sys
import threading

import harness as h

V1 = h.V1
IMAGE = "/runtime.v1alpha2.ImageService/"


def same(what, direct, relayed, method, **more):
    """The call has the same outcome both ways; gives it."""
    one = h.Outcome(direct, method, **more)
    two = h.Outcome(relayed, method, **more)
    h.equal(what, two.key(), one.key())
    return two


def do(words):
    return (("x-do", words),)


def check_kinds(direct, relayed):
    everything = bytes(range(256)) * 40
    unknown = b"\xfa\xff\x03\x04\x00\xff\x00\x01" + b"\xf8\xff\x03\x07"
    for method in (V1 + "Version", IMAGE + "PullImage",
                   "/runtime.v1.RuntimeService/NotYetInvented",
                   "/runtime.v1.NoSuchService/Call"):
        got = same("%s: bytes" % method, direct, relayed, method,
                   requests=[everything])
        h.equal("%s: they are the request's" % method, got.messages,
                [everything])
    same("unknown fields", direct, relayed, V1 + "Status", requests=[unknown])
    same("an empty message", direct, relayed, V1 + "Status", requests=[b""])
    got = same("a stream of answers", direct, relayed,
               V1 + "GetContainerEvents", metadata=do("count 500"),
               requests=[b"x" * 100])
    h.equal("all of them", len(got.messages), 500)
    same("a stream of none", direct, relayed, V1 + "GetContainerEvents",
         metadata=do("count 0"))
    same("a stream of requests", direct, relayed, V1 + "Future",
         requests=[b"%d" % i for i in range(200)])
    same("no request at all", direct, relayed, V1 + "Future", requests=[])
    got = same("headers", direct, relayed, V1 + "Status",
               metadata=do("headers"))
    h.check("they are there", ("x-early", "yes") in got.headers, got.headers)
    got = same("metadata", direct, relayed, V1 + "Status", metadata=(
        ("x-do", "metadata"), ("x-a", "1"), ("x-a", "2"),
        ("x-b-bin", b"\x00\x01\xff"), ("authorization", "y")))
    h.check("it is there", b"\\xff" in got.messages[0], got.messages)


def check_turns(relayed):
    """Each answer before the next request: nothing may be held back."""
    turn = threading.Semaphore(1)
    got = []

    def requests():
        for i in range(20):
            if not turn.acquire(timeout=20):
                return
            yield b"%d" % i

    for answer in relayed.stream_stream(V1 + "Future")(requests(),
                                                       timeout=20):
        got.append(answer)
        turn.release()
    h.equal("a conversation", got, [b"%d" % i for i in range(20)])
    event = threading.Event()

    def one():
        event.wait(20)
        yield b"x"

    call = relayed.stream_stream(V1 + "Future")(one(), timeout=20,
                                                metadata=do("headers"))
    h.check("headers come before any message",
            ("x-early", "yes") in list(call.initial_metadata()))
    event.set()
    h.equal("and then the message", list(call), [b"x"])


def check_errors(direct, relayed):
    for code in ("NOT_FOUND", "INTERNAL", "CANCELLED", "UNAVAILABLE",
                 "DATA_LOSS", "UNAUTHENTICATED"):
        got = same("an error, %s" % code, direct, relayed, V1 + "StopContainer",
                   metadata=do("fail %s 0 1" % code))
        h.equal("it is %s" % code, got.code, code)
    got = same("an error after 3 answers", direct, relayed,
               V1 + "GetContainerEvents", metadata=do("fail ABORTED 3 1"))
    h.equal("they come before it", got.messages, [b"0", b"1", b"2"])
    h.check("its trailers", ("x-details-bin", bytes(range(256))) in
            [tuple(t) for t in got.trailers], got.trailers)
    same("an error of 25 KB", direct, relayed, V1 + "Exec",
         metadata=do("fail INTERNAL 0 5000"))
    for method in ("/containerd.services.containers.v1.Containers/List",
                   "/runtime.v10.RuntimeService/Version", "/runtime.v1/X",
                   "/grpc.reflection.v1alpha.ServerReflection/X", "/"):
        code, text = h.call(relayed, method)
        h.equal("%s is not passed on" % method, code, "UNIMPLEMENTED")
    h.check("that is said", "runtime.v1" in text, text)


def check_sizes(direct, relayed):
    for size in (1 << 20, 4 << 20, 16 << 20):
        got = same("a request of %d bytes" % size, direct, relayed,
                   V1 + "Status", requests=[b"r" * size])
        h.equal("and as big an answer", [len(m) for m in got.messages], [size])
    got = same("a request beyond 16 MiB", direct, relayed, V1 + "Status",
               requests=[b"r" * (h.LIMIT + 1)])
    h.equal("is refused", got.code, "RESOURCE_EXHAUSTED")
    code, text = h.call(relayed, V1 + "Status", do="big %d" % (h.LIMIT + 1))
    h.equal("an answer beyond it, too", code, "RESOURCE_EXHAUSTED")


def check_ends(direct, relayed):
    h.equal("no deadline", h.call(relayed, V1 + "Status", do="left",
                                  timeout=None), ("OK", b"none"))
    code, left = h.call(relayed, V1 + "Status", do="left", timeout=100)
    h.check("a deadline goes on", code == "OK" and 50 < int(left) <= 100, left)
    h.seen(direct)
    code, text = h.call(relayed, V1 + "Status", do="wait", timeout=0.5)
    h.equal("it ends the call", code, "DEADLINE_EXCEEDED")
    gone = []
    h.check("and containerd's", h.wait_for(
        lambda: gone.extend(h.seen(direct)) or "gone" in gone), gone)
    call = relayed.unary_unary(V1 + "Status").future(b"", timeout=60,
                                                     metadata=do("wait"))
    gone = []
    h.check("a call", h.wait_for(
        lambda: gone.extend(h.seen(direct)) or "waiting" in gone), gone)
    call.cancel()
    h.check("that is cancelled is cancelled there", h.wait_for(
        lambda: gone.extend(h.seen(direct)) or "gone" in gone), gone)


def check_restart(containerd, direct, relayed):
    running = relayed.unary_unary(V1 + "Status").future(b"", timeout=60,
                                                        metadata=do("wait"))
    h.check("a call runs", h.wait_for(lambda: "waiting" in h.seen(direct)))
    h.end(containerd, signal.SIGKILL)
    h.equal("containerd dies under it", running.code().name, "UNAVAILABLE")
    code, text = h.call(relayed, V1 + "Version")
    h.equal("while it is away", code, "UNAVAILABLE")
    containerd = h.containerd()
    h.check("it is back within 5 s", h.wait_for(
        lambda: h.call(relayed, V1 + "Version", b"x") == ("OK", b"x"), 5))
    return containerd


def check_slow(containerd):
    """It has its socket, and takes its time to greet who connects."""
    containerd.send_signal(signal.SIGSTOP)
    cri = h.zone_cri()
    late = h.channel(h.RELAYED).unary_unary(V1 + "Version").future(
        b"late", timeout=20)
    h.wait_for(late.done, 0.5)
    containerd.send_signal(signal.SIGCONT)
    h.equal("a containerd that is busy is waited for",
            late.code().name, "OK")
    h.equal("zone-cri ends", h.end(cri), 0)


def check_memory(relayed, cri):
    method = relayed.unary_unary(V1 + "ListContainers")
    payload = b"c" * 2000

    def round_of(nr):
        for _ in range(nr // 20):
            for call in [method.future(payload) for _ in range(20)]:
                if call.result() != payload:
                    raise RuntimeError("another answer")

    round_of(2000)
    before = h.rss_kib(cri)
    round_of(2000)
    after = h.rss_kib(cri)
    # A sanitizer keeps what was freed for a while.
    if os.environ["ZP_TEST_SANITIZED"]:
        h.check("2,000 calls", True)
    else:
        h.check("2,000 calls: %d KiB, then %d KiB" % (before, after),
                after - before < 1024)
    threads = len(os.listdir("/proc/%d/task" % cri.pid))
    h.check("its threads are few: %d" % threads, threads < 30)


def check_socket(cri):
    mode = os.stat(h.RELAYED).st_mode
    h.check("the socket is root's alone", stat.S_IMODE(mode) & 0o077 == 0,
            oct(mode))
    args = ("--listen", h.RELAYED, "--containerd", h.DIRECT,
            "--host", h.HOST)
    status, lines = h.refused(*args)
    h.equal("a second one does not start", status, 1)
    h.check("it says why", len(lines) == 1 and "in use" in lines[0], lines)
    h.check("and leaves the socket", os.path.exists(h.RELAYED))
    h.end(cri, signal.SIGKILL)
    h.check("one that was killed leaves it", os.path.exists(h.RELAYED))
    cri = h.zone_cri("--threads", "2")
    with h.channel(h.RELAYED) as relayed:
        h.equal("the next takes it over",
                h.call(relayed, V1 + "Version", b"2"), ("OK", b"2"))
        calls = [relayed.unary_unary(V1 + "Status").future(b"%d" % i)
                 for i in range(300)]
        h.equal("two threads", [c.result() for c in calls],
                [b"%d" % i for i in range(300)])
        waiting = relayed.unary_unary(V1 + "Status").future(
            b"", metadata=do("wait"))
        h.wait_for(lambda: False, 0.3)
        h.equal("SIGTERM ends it", h.end(cri), 0)
        h.check("and what runs", waiting.code().name in
                ("UNAVAILABLE", "CANCELLED"), waiting.code())
    h.check("its socket has gone", not os.path.exists(h.RELAYED))


def check_bad_start():
    path = os.path.join(h.TMP, "plain")
    with open(path, "w") as f:
        f.write("x")
    for what, word, args in (
            ("a file in its place", "no socket", ("--listen", path)),
            ("a path too long", "107 bytes", ("--listen", "/" + "x" * 200)),
            ("no such directory", "can't be listened on",
             ("--listen", h.TMP + "/none/x.sock"))):
        status, lines = h.refused(*args, "--host", h.HOST)
        h.equal("%s: exit" % what, status, 1)
        h.check("%s: said" % what, any(word in line for line in lines), lines)
    h.check("the file is still there", os.path.exists(path))


def main():
    h.make_host()
    containerd = h.containerd()
    cri = h.zone_cri()
    direct, relayed = h.channel(h.DIRECT), h.channel(h.RELAYED)
    check_kinds(direct, relayed)
    check_turns(relayed)
    check_errors(direct, relayed)
    check_sizes(direct, relayed)
    check_ends(direct, relayed)
    containerd = check_restart(containerd, direct, relayed)
    check_memory(relayed, cri)
    check_socket(cri)
    check_slow(containerd)
    check_bad_start()
    h.equal("no errors of gRPC", h.log(), b"")
    h.finish()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
