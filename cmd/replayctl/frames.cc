// SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace replayctl {

namespace {

constexpr std::size_t head_size = 5; // kind and length

bool is_kind(char octet)
{
    return octet == static_cast<char>(Frame::Kind::output) ||
           octet == static_cast<char>(Frame::Kind::error) ||
           octet == static_cast<char>(Frame::Kind::status);
}

std::size_t length_in(std::string_view head)
{
    std::size_t length = 0;
    for (const char octet : head.substr(1, head_size - 1))
        length = length << 8 | static_cast<unsigned char>(octet);
    return length;
}

} // namespace

std::string encode(Frame::Kind kind, std::string_view octets)
{
    std::string text(1, static_cast<char>(kind));
    for (const unsigned shift : {24u, 16u, 8u, 0u})
        text += static_cast<char>(octets.size() >> shift & 0xff);
    return text.append(octets);
}

std::optional<Frame> FrameParser::next()
{
    if (malformed_ || text_.size() < head_size)
        return std::nullopt;
    const std::size_t length = length_in(text_);
    malformed_ = !is_kind(text_.front()) || length > most_frame;
    if (malformed_ || text_.size() - head_size < length)
        return std::nullopt;
    Frame frame{static_cast<Frame::Kind>(text_.front()), text_.substr(head_size, length)};
    text_.erase(0, head_size + length);
    return frame;
}

bool FrameSender::send(Frame::Kind kind, std::string_view octets)
{
    if (!broken_)
        broken_ = !write_all(encode(kind, octets));
    return !broken_;
}

bool FrameSender::write_all(std::string_view octets) const
{
    const base::SteadyTime end = base::Steady::now() + patience_;
    while (!octets.empty()) {
        const ssize_t count =
            ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count > 0) {
            octets.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return false;
        const auto left =
            std::chrono::duration_cast<base::milliseconds>(end - base::Steady::now());
        pollfd watched{socket_, POLLOUT, 0};
        if (left.count() <= 0 ||
            (::poll(&watched, 1, static_cast<int>(left.count())) < 0 && errno != EINTR))
            return false;
    }
    return true;
}

void refuse(int socket, base::Remedy remedy, const std::string& why)
{
    FrameSender sender(socket, base::milliseconds{0});
    (void)sender.send(Frame::Kind::error, "replayctl: " + why + '\n');
    (void)sender.send(Frame::Kind::status, std::string(1, static_cast<char>(remedy)));
}

std::streamsize FrameBuffer::xsputn(const char* octets, std::streamsize count)
{
    std::string_view rest(octets, static_cast<std::size_t>(count));
    while (!rest.empty()) {
        const std::string_view piece = rest.substr(0, most_frame);
        if (!sender_.send(kind_, piece))
            return count - static_cast<std::streamsize>(rest.size());
        rest.remove_prefix(piece.size());
    }
    return count;
}

FrameBuffer::int_type FrameBuffer::overflow(int_type octet)
{
    if (traits_type::eq_int_type(octet, traits_type::eof()))
        return traits_type::not_eof(octet);
    const char one = traits_type::to_char_type(octet);
    return xsputn(&one, 1) == 1 ? octet : traits_type::eof();
}

} // namespace replayctl
