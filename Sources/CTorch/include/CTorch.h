#pragma once
#ifdef __cplusplus
extern "C" {
#endif
int ctorch_threads(void);
#ifdef __cplusplus
}
#endif
