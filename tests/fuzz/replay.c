/* replay TARGET-CORPUS-FOLDER [MUTATIONS [SEED]]: runs a fuzz target over every file of the folder
 * and over seeded random mutations of them, so that ctest needs no fuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST     8192
#define MOST_INPUTS 1000

struct input {
    uint8_t bytes[LONGEST];
    size_t size;
};

static struct input *corpus;
static size_t corpus_count;
static uint64_t state;

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t next_random(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t below(size_t limit)
{
    return limit > 0 ? (size_t)(next_random() % limit) : 0;
}

static void replace(struct input *input, size_t at, size_t removed, const void *bytes, size_t added)
{
    if (input->size - removed + added > LONGEST)
        return;
    memmove(input->bytes + at + added, input->bytes + at + removed, input->size - at - removed);
    memcpy(input->bytes + at, bytes, added);
    input->size = input->size - removed + added;
}

/* What JSON is made of, and what it nearly is. */
static const char *const tokens[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"a\":",
    "\"a\":1,",
    "\"\\u0061\":",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-",
    "1.5",
    "1e5",
    "1e400",
    "1E-400",
    "-1e+400",
    "00",
    "1.",
    ".5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999",
    "\\u0000",
    "\\ud800",
    "\\udc00",
    "\\ud83d\\ude00",
    "\\u00e5",
    "\\n",
    "\\/",
    "\\x",
    "\xc3\xa5",
    "\xe2\x82\xac",
    "\xf0\x9f\x98\x80",
    "\xed\xa0\x80",
    "\xc0\x80",
    "\xf4\x90\x80\x80",
    "\xef\xbb\xbf",
    "\t",
    "\r\n",
    " ",
    "\x01",
    "\x7f",
    "{\"a\":{\"a\":0}}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "\"missing\"",
    "{\"missing\":\"dk\"}",
    "{\"missing\":\"refused\"}",
    "\"sv\"",
    "5",
    "-1",
    "\"\"",
};

static void insert_token(struct input *input)
{
    const char *token = tokens[below(sizeof tokens / sizeof *tokens)];
    replace(input, below(input->size + 1), 0, token, strlen(token));
}

static void copy_part(struct input *input)
{
    const struct input *other = &corpus[below(corpus_count)];
    size_t from = below(other->size);
    size_t length = below(other->size - from > 64 ? 64 : other->size - from + 1);
    size_t at = below(input->size + 1);
    size_t removed = below(2) == 0 ? 0 : below(input->size - at + 1) % 64;
    replace(input, at, removed, other->bytes + from, length);
}

static void mutate(struct input *input)
{
    size_t at = below(input->size);
    uint8_t byte = (uint8_t)next_random();
    switch (below(5)) {
    case 0:
        if (input->size > 0)
            input->bytes[at] = byte;
        break;
    case 1:
        if (input->size > 0)
            input->bytes[at] ^= (uint8_t)(1u << (byte % 8));
        break;
    case 2:
        replace(input, at, below(input->size - at + 1) % 8, "", 0);
        break;
    case 3:
        insert_token(input);
        break;
    default:
        copy_part(input);
    }
}

static int load_corpus(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return 0;
    corpus = calloc(MOST_INPUTS, sizeof *corpus);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        FILE *file =
            entry->d_name[0] != '.' && corpus_count < MOST_INPUTS ? fopen(name, "rb") : NULL;
        if (file == NULL)
            continue;
        struct input *input = &corpus[corpus_count++];
        input->size = fread(input->bytes, 1, LONGEST, file);
        fclose(file);
    }
    closedir(folder);
    return corpus_count > 0;
}

/* A copy of exactly the input's size, so that AddressSanitizer sees a read past its end. */
static void run(const struct input *input)
{
    uint8_t *bytes = malloc(input->size > 0 ? input->size : 1);
    memcpy(bytes, input->bytes, input->size);
    LLVMFuzzerTestOneInput(bytes, input->size);
    free(bytes);
}

int main(int argc, char **argv)
{
    if (argc < 2 || !load_corpus(argv[1])) {
        fprintf(stderr, "usage: %s CORPUS [MUTATIONS [SEED]]; the corpus must not be empty\n",
                argv[0]);
        return EXIT_FAILURE;
    }
    unsigned long mutations = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    for (size_t i = 0; i < corpus_count; i++)
        run(&corpus[i]);
    for (unsigned long i = 0; i < mutations; i++) {
        static struct input input;
        const struct input *original = &corpus[below(corpus_count)];
        input.size = original->size;
        memcpy(input.bytes, original->bytes, original->size);
        for (size_t step = below(6) + 1; step > 0; step--)
            mutate(&input);
        run(&input);
    }
    printf("%zu inputs and %lu mutations agree\n", corpus_count, mutations);
    free(corpus);
    return EXIT_SUCCESS;
}
