// SPDX-License-Identifier: Apache-2.0
// replayctl/frames.h - what `replayctl serve` answers: what goes to standard output and to
// standard error, piece by piece, and in the end the exit status.
//
//     'o' LENGTH OCTETS     standard output; LENGTH in four octets, the highest first
//     'e' LENGTH OCTETS     standard error
//     'x' LENGTH OCTET      the exit status; nothing follows
//
// Threads: one object per thread.
#pragma once

#include "base/clock.h"
#include "base/failure.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <streambuf>
#include <string>
#include <string_view>

namespace replayctl {

inline constexpr std::size_t most_frame = 64u << 10; // octets, without kind and length

struct Frame {
    enum class Kind : char { output = 'o', error = 'e', status = 'x' };
    Kind kind = Kind::output;
    std::string octets;
    bool operator==(const Frame&) const = default;
};

[[nodiscard]] std::string encode(Frame::Kind kind, std::string_view octets);

// Takes frames as they come in.
class FrameParser {
public:
    void take(std::string_view octets) { text_ += octets; }
    // Nothing: there is no whole one yet, or never will be.
    [[nodiscard]] std::optional<Frame> next();
    [[nodiscard]] bool is_malformed() const { return malformed_; }

private:
    std::string text_;
    bool malformed_ = false;
};

// The end of a socket to which frames are written.
class FrameSender {
public:
    // Each frame has so much time to be taken; one that was not is the last one.
    FrameSender(int socket, base::milliseconds patience)
        : socket_(socket), patience_(patience)
    {
    }
    // False: the other one does not hear us any more.
    bool send(Frame::Kind kind, std::string_view octets);

private:
    bool write_all(std::string_view octets) const;

    int socket_;
    base::milliseconds patience_;
    bool broken_ = false;
};

// The answer to a call that nobody attends to; not waited for who does not listen.
void refuse(int socket, base::Remedy remedy, const std::string& why);

// A stream's way into frames.
class FrameBuffer final : public std::streambuf {
public:
    FrameBuffer(FrameSender& sender, Frame::Kind kind) : sender_(sender), kind_(kind) {}

private:
    std::streamsize xsputn(const char* octets, std::streamsize count) override;
    int_type overflow(int_type octet) override;

    FrameSender& sender_;
    Frame::Kind kind_;
};

} // namespace replayctl
