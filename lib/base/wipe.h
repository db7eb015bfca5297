// SPDX-License-Identifier: Apache-2.0
// base/wipe.h - secrets do not stay in memory that nobody needs any more.
//
// Covers the string itself, not copies that others have made of it.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace base {

inline void wipe(std::string& secret)
{
    secret.resize(secret.capacity()); // what an earlier, longer content has left, too
    ::explicit_bzero(secret.data(), secret.size());
    secret.clear();
}

// A copy that is wiped when nobody needs it any more: for what another thread is to know.
class Secret {
public:
    explicit Secret(std::string_view text) : text_(text) {}
    ~Secret() { wipe(text_); }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

// Wipes at the end of its scope, however that is left.
class Wiped {
public:
    explicit Wiped(std::string& secret) : secret_(secret) {}
    ~Wiped() { wipe(secret_); }
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;

private:
    std::string& secret_;
};

} // namespace base
