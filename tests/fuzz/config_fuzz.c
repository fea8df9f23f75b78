/* Any text either loads or yields faults; what loads prints as text that loads and prints the same.
 */
#include <debriefd/config.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config *load(const char *text, size_t length)
{
    struct config *config = NULL;
    struct buf faults;
    buf_init(&faults);
    if (config_load_text(text, length, "fuzz.conf", &config, &faults) != (faults.length == 0))
        abort();
    buf_finish(&faults);
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = load((const char *)data, size);
    if (config == NULL)
        return 0;
    struct buf first;
    struct buf second;
    buf_init(&first);
    buf_init(&second);
    config_print(config, &first);
    struct config *again = load(buf_text(&first), first.length);
    if (again == NULL)
        abort();
    config_print(again, &second);
    config_destroy(config);
    config_destroy(again);
    buf_finish(&first);
    buf_finish(&second);
    return 0;
}
