// SPDX-License-Identifier: Apache-2.0
//
// What nearly every file includes, parsed once for all of them: a third of the time of a
// build.  Nobody includes this file: the compiler is told of it (Makefile, PRECOMPILED),
// and each file still names what it needs, as `make tidy` finds, which reads files as they
// are.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <expected>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
