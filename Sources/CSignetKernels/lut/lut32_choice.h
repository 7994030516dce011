// Which of the inner loops of lut32_lookup.h this processor runs fastest. They give the same bits, so
// that nothing but time depends on the answer.
#ifndef SIGNET_LUT32_CHOICE_H
#define SIGNET_LUT32_CHOICE_H

#include "CSignetProcessor.h"

#if defined(__x86_64__)
// The fastest, timed when first asked; `bytes` where none can be.
signet_lookup signet_lut32_fastest(void);
#endif

#endif
