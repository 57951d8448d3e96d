/* The three kinds of plugins, in C, without any kit: this is all there is of the kernel's functions.
 * Messages are searched for what is needed, because C has no JSON. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENV(name) __attribute__((import_module("extism:host/env"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

ENV(input_length) uint64_t input_length(void);
ENV(input_load_u8) uint8_t input_load_u8(uint64_t at);
ENV(alloc) uint64_t kernel_alloc(uint64_t length);
ENV(length) uint64_t block_length(uint64_t at);
ENV(load_u8) uint8_t load_u8(uint64_t at);
ENV(config_get) uint64_t config_get(uint64_t key);
ENV(store_u8) void store_u8(uint64_t at, uint8_t byte);
ENV(output_set) void output_set(uint64_t at, uint64_t length);

static char *input(void) {
    uint64_t length = input_length();
    char *text = malloc(length + 1);
    if (!text) abort();
    for (uint64_t i = 0; i < length; i++) text[i] = (char)input_load_u8(i);
    text[length] = 0;
    return text;
}

static uint64_t stored(const char *text) {
    uint64_t length = strlen(text), block = kernel_alloc(length);
    for (uint64_t i = 0; i < length; i++) store_u8(block + i, (uint8_t)text[i]);
    return block;
}

static int output(const char *text) {
    output_set(stored(text), strlen(text));
    return 0;
}

/* A text of `config` in plugin.yaml, or nothing. */
static char *config(const char *key) {
    uint64_t block = config_get(stored(key));
    if (!block) return NULL;
    uint64_t length = block_length(block);
    char *text = malloc(length + 1);
    if (!text) abort();
    for (uint64_t i = 0; i < length; i++) text[i] = (char)load_u8(block + i);
    text[length] = 0;
    return text;
}

EXPORT(cli) int cli(void) {
    char *list = strchr(input(), '[');
    if (list && !strncmp(list, "[\"fail\"]", 8)) {
        fprintf(stderr, "told to fail\n");
        return 3;
    }
    printf("said:");
    /* Words stand in quotes, commas between them. */
    for (char *word = list ? strtok(list + 1, "\",]}") : NULL; word; word = strtok(NULL, "\",]}")) printf(" %s", word);
    printf("\n");
    fflush(stdout);
    return output("{\"data\":null}");
}

static char *base64(const char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(text), at = 0;
    char *out = malloc(length / 3 * 4 + 5);
    if (!out) abort();
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t word = (uint32_t)(uint8_t)text[i] << 16;
        if (left > 1) word |= (uint32_t)(uint8_t)text[i + 1] << 8;
        if (left > 2) word |= (uint8_t)text[i + 2];
        out[at++] = digits[word >> 18 & 63];
        out[at++] = digits[word >> 12 & 63];
        out[at++] = left > 1 ? digits[word >> 6 & 63] : '=';
        out[at++] = left > 2 ? digits[word & 63] : '=';
    }
    out[at] = 0;
    return out;
}

EXPORT(getter) int getter(void) {
    char *href = strstr(input(), "\"href\":\""), *end = href ? strchr(href + 8, '"') : NULL;
    if (!end) return 1;
    *end = 0;
    size_t length = strlen(href + 8) + 16;
    char *text = malloc(length);
    if (!text) abort();
    snprintf(text, length, "from: %s\n", href + 8);
    char *archive = strstr(href + 8, ".tgz") ? config("archive") : NULL;
    char *data = archive ? archive : base64(text);
    length = strlen(data) + 32;
    char *message = malloc(length);
    if (!message) abort();
    snprintf(message, length, "{\"data\":\"%s\"}", data);
    return output(message);
}

EXPORT(post_renderer) int post_renderer(void) {
    static const char key[] = "\"manifests\":\"", line[] = "# seen\\n";
    char *text = input(), *at = strstr(text, key);
    if (!at) return 1;
    at += strlen(key);
    size_t before = (size_t)(at - text), length = strlen(text) + sizeof line;
    char *message = malloc(length);
    if (!message) abort();
    /* The manifests stay the JSON string that they are, with a line before them. */
    snprintf(message, length, "%.*s%s%s", (int)before, text, line, at);
    return output(message);
}
