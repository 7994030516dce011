#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "signet.h"
#include "signet_error.h"

/* A key of the system's and no thread-local variable: its text is freed where a thread ends. */
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_key(void) { pthread_key_create(&key, free); }

void signet_set_last_error(const char *text) {
  pthread_once(&once, make_key);
  char *copy = strdup(text);
  free(pthread_getspecific(key));
  pthread_setspecific(key, copy);
}

const char *signet_last_error(void) {
  pthread_once(&once, make_key);
  const char *text = pthread_getspecific(key);
  return text ? text : "";
}
