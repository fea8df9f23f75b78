/* Prints what is generated from the table of configuration keys: `man` or `sample`. */
#include <debriefd/config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct buf page;
    buf_init(&page);
    if (argc == 2 && strcmp(argv[1], "man") == 0)
        config_man(&page);
    else if (argc == 2 && strcmp(argv[1], "sample") == 0)
        config_sample(&page);
    bool printed = page.length > 0 && fputs(buf_text(&page), stdout) >= 0 && fflush(stdout) == 0;
    buf_finish(&page);
    return printed ? EXIT_SUCCESS : EXIT_FAILURE;
}
