// SPDX-License-Identifier: Apache-2.0
// The main of all unit tests; the tests stand beside the code, lib/*/x_test.cc.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
