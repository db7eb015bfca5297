// SPDX-License-Identifier: Apache-2.0
// base/log_test.h - what is logged and what is taken, for tests.
#pragma once

#include "base/log.h"

#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace base {

// Takes events of this name while it lives.
class Kept : public EventTaker {
public:
    explicit Kept(std::string_view wanted) : wanted_(wanted) { set_event_taker(this); }
    ~Kept() override { set_event_taker(nullptr); }
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;
    [[nodiscard]] bool wants(std::string_view event) const override
    {
        return event == wanted_;
    }
    void take(std::string_view line) override { lines += std::string(line) + '\n'; }

    std::string lines;

private:
    std::string_view wanted_;
};

// What log() writes to descriptor 2 while it stands for a temporary file.
class Captured {
public:
    explicit Captured(LogOptions options)
        : file_(std::tmpfile()), kept_(::dup(STDERR_FILENO))
    {
        configure_log(std::move(options));
        ::dup2(::fileno(file_), STDERR_FILENO);
    }
    ~Captured()
    {
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
        std::fclose(file_);
        configure_log({});
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    [[nodiscard]] std::string text() const
    {
        std::string text(4096, '\0');
        const auto size = ::pread(::fileno(file_), text.data(), text.size(), 0);
        text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return text;
    }

private:
    std::FILE* file_;
    int kept_;
};

} // namespace base
