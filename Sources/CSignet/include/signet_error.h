/* The text of signet_last_error, set by the library itself. */
#ifndef SIGNET_ERROR_H
#define SIGNET_ERROR_H

/* Copies `text` for the calling thread. */
void signet_set_last_error(const char *text);

#endif
