// What stands at the entry of every kernel.
#ifndef SIGNET_REQUIRE_H
#define SIGNET_REQUIRE_H

// A condition that callers owe. It stops the process in debug builds and under sanitizers, and costs
// nothing elsewhere.
#if defined(DEBUG) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(undefined_behavior_sanitizer)
#define SIGNET_REQUIRE(condition) ((condition) ? (void)0 : __builtin_trap())
#else
// Names what the condition names, and evaluates nothing.
#define SIGNET_REQUIRE(condition) ((void)sizeof((condition) ? 1 : 0))
#endif

#endif
