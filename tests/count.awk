# SPDX-License-Identifier: GPL-2.0-or-later
# Reads automake's .trs files, and the .log beside each, and counts what ran:
# Check's own totals where a log has them, "ok" lines where it has those, else
# one a test. want=sum prints "passed failed skipped"; want=skips prints a
# line for each skip with its reason.

function finish_log(log_name, result,    line, p, f, s, reason) {
    p = f = s = 0
    reason = "no reason given"
    while ((getline line < log_name) > 0) {
        if (match(line, /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/)) {
            split(substr(line, RSTART, RLENGTH), word, /[^0-9]+/)
            p += word[2] - word[3] - word[4]
            f += word[3] + word[4]
        } else if (line ~ /^ok .*# SKIP/) {
            s++
            if (want == "skips")
                print "skipped: " log_name ": " line
        } else if (line ~ /^ok ([0-9]+ )?- /) {
            p++
        } else if (line ~ /^not ok /) {
            f++
        }
        if (line ~ /^(SKIP|skip)/ && line !~ /\(exit status: 77\)$/)
            reason = line
    }
    close(log_name)
    if (result == "SKIP") {
        s++
        if (want == "skips")
            print "skipped: " log_name ": " reason
    } else if (result != "PASS" && f == 0) {
        f = 1
    } else if (result == "PASS" && p + s == 0) {
        p = 1
    }
    passed += p
    failed += f
    skipped += s
}

/^:test-result: / {
    log_name = FILENAME
    sub(/\.trs$/, ".log", log_name)
    finish_log(log_name, $2)
}

END {
    if (want == "sum")
        print passed + 0, failed + 0, skipped + 0
}
