/* Turns lines "EVALUATION WAVE PROGRAMME INVITATION" into "EVALUATION WAVE TOKEN" under the
 * daemon's credential key.
 *
 * usage: bench_tokens CREDENTIAL_KEY_FILE < LINES > REQUESTS */
#include <debriefd/credential.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UUID_LENGTH 36

int main(int argc, char **argv)
{
    struct secret_key key;
    struct error err;
    char line[256];
    secret_init();
    if (argc != 2 || !secret_load_or_create(argv[1], key.bytes, &err)) {
        fprintf(stderr, "usage: %s CREDENTIAL_KEY_FILE\n", argv[0]);
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        struct uuid programme;
        struct uuid invitation;
        if (strlen(line) < 4 * (UUID_LENGTH + 1) - 1 ||
            !uuid_parse(line + 2 * (UUID_LENGTH + 1), UUID_LENGTH, &programme) ||
            !uuid_parse(line + 3 * (UUID_LENGTH + 1), UUID_LENGTH, &invitation))
            return EXIT_FAILURE;
        struct credential_text token = credential_invitation(&key, &programme, &invitation, 1);
        printf("%.73s %s\n", line, token.text);
    }
    return EXIT_SUCCESS;
}
