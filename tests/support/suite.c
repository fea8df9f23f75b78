#include "suite.h"

#include <CUnit/Basic.h>
#include <stdlib.h>

int suite_run(const char *suite_name, const struct suite_test *tests)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_pSuite suite = CU_add_suite(suite_name, NULL, NULL);
    for (; suite != NULL && tests->name != NULL; tests++)
        if (CU_add_test(suite, tests->name, tests->run) == NULL)
            return EXIT_FAILURE;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failed = CU_get_number_of_failures() > 0 || CU_get_number_of_tests_run() == 0;
    CU_cleanup_registry();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
