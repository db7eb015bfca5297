// SPDX-License-Identifier: Apache-2.0
// base/compiler.h - which compilers may build this.
//
// g++ before 14 silently miscompiles ordinary coroutine code (conditions and temporaries
// around co_await).  Better no program than one that is wrong now and then.
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 14
#error                                                                                     \
    "g++ before version 14 miscompiles coroutines: build with clang++-19 (make CXX=clang++-19)"
#endif
