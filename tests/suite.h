/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a test program's main(). */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>

/* Runs what was put together; returns main()'s exit status. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#endif
