// SPDX-License-Identifier: Apache-2.0
// proxy/compression.cc - see the header.
#include "proxy/compression.h"

#include "base/failure.h"

#include <array>
#include <cassert>
#include <zlib.h>

namespace proxy {

namespace {

// Negative: raw deflate, without zlib's header (RFC 4978 section 3).  A peer may use the
// largest window; ours is a quarter of it, which mail hardly notices.
constexpr int kPeersWindow = -15;
constexpr int kOurWindow = -13;
constexpr int kOurMemory = 5;

Bytef* bytes_of(std::string_view text)
{
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); // zlib only reads it
}

} // namespace

struct Compression::Streams {
    Streams()
    {
        if (inflateInit2(&in, kPeersWindow) != Z_OK)
            throw base::Failure(base::Remedy::try_later, "inflate: no memory");
        if (deflateInit2(&out, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kOurWindow, kOurMemory,
                         Z_DEFAULT_STRATEGY) == Z_OK)
            return;
        inflateEnd(&in);
        throw base::Failure(base::Remedy::try_later, "deflate: no memory");
    }
    ~Streams()
    {
        inflateEnd(&in);
        deflateEnd(&out);
    }
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    void deflate_into(std::string& packed, int flush)
    {
        std::array<char, 16u << 10> part;
        do {
            out.next_out = reinterpret_cast<Bytef*>(part.data());
            out.avail_out = part.size();
            (void)::deflate(&out, flush);
            packed.append(part.data(), part.size() - out.avail_out);
        } while (out.avail_out == 0);
    }

    z_stream in{};
    z_stream out{};
};

Compression::Compression() : streams_(std::make_unique<Streams>()) {}

Compression::~Compression() = default;

std::size_t Compression::inflate(std::string_view packed)
{
    assert(plain().empty());
    taken_ = 0;
    z_stream& in = streams_->in;
    in.next_in = bytes_of(packed);
    in.avail_in = static_cast<uInt>(packed.size());
    int result = Z_OK;
    plain_.resize_and_overwrite(block, [&](char* room, std::size_t size) {
        in.next_out = reinterpret_cast<Bytef*>(room);
        in.avail_out = static_cast<uInt>(size);
        result = ::inflate(&in, Z_SYNC_FLUSH);
        return size - in.avail_out;
    });
    full_ = in.avail_out == 0;
    // Z_BUF_ERROR: there was nothing to do.  Some end the stream before they hang up.
    ended_ = result == Z_STREAM_END;
    if (!ended_ && result != Z_OK && result != Z_BUF_ERROR)
        throw BadCompression(in.msg != nullptr ? in.msg : "no deflate stream");
    const std::size_t used = packed.size() - in.avail_in;
    if (plain_.empty())
        plain_ = std::string();
    return used;
}

void Compression::take(std::size_t size)
{
    taken_ += size;
    if (taken_ < plain_.size())
        return;
    plain_ = std::string(); // an idle session keeps no block
    taken_ = 0;
}

void Compression::deflate(std::string_view plain, std::string& packed)
{
    streams_->out.next_in = bytes_of(plain);
    streams_->out.avail_in = static_cast<uInt>(plain.size());
    streams_->deflate_into(packed, Z_NO_FLUSH);
}

void Compression::flush(std::string& packed)
{
    streams_->out.avail_in = 0;
    streams_->deflate_into(packed, Z_SYNC_FLUSH);
}

} // namespace proxy
