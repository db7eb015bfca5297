// SPDX-License-Identifier: Apache-2.0
// proxy/leg.cc - see the header.
#include "proxy/leg.h"

#include <string>

namespace proxy {

std::string_view Leg::available() const
{
    return compression_ ? compression_->plain() : reader_.available();
}

bool Leg::hear_now()
{
    return hear(net::Expect::data);
}

bool Leg::hear(net::Expect what)
{
    bool ended = false;
    if (compression_)
        return inflate_now(what, ended);
    return reader_.hear_now(what, ended);
}

bool Leg::inflate_now(net::Expect what, bool& ended)
{
    while (compression_->plain().empty() && !ended) {
        std::string_view packed;
        if (compression_->ended())
            return true;
        if (!compression_->may_hold_more()) {
            if (!reader_.hear_now(what, ended))
                return false;
            packed = reader_.available();
        }
        const std::size_t used = compression_->inflate(packed);
        reader_.take(used);
    }
    return true;
}

// Compression may begin while we wait.
net::Task<std::string_view> Leg::hear_bytes()
{
    for (;;) {
        const bool heard = hear(net::Expect::line);
        if (heard)
            co_return available();
        co_await wait();
    }
}

void Leg::take(std::size_t size)
{
    if (!compression_) {
        reader_.take(size);
        return;
    }
    compression_->take(size);
    plain_taken_ += size;
}

net::Task<void> Leg::write(std::string_view bytes)
{
    said_ += bytes.size();
    if (!compression_) {
        co_await stream_.write(bytes);
        co_return;
    }
    std::string packed;
    compression_->deflate(bytes, packed);
    compression_->flush(packed);
    co_await stream_.write(packed);
}

net::Task<void> Leg::write(const text::Passage& passage)
{
    for (std::size_t i = 0; i < passage.size(); ++i)
        said_ += passage[i].size();
    if (!compression_ && passage.size() == 1) {
        co_await stream_.write(passage[0]);
        co_return;
    }
    std::string together;
    for (std::size_t i = 0; i < passage.size(); ++i) {
        if (compression_)
            compression_->deflate(passage[i], together);
        else
            together += passage[i];
    }
    if (compression_ && !passage.empty())
        compression_->flush(together);
    if (!together.empty())
        co_await stream_.write(together);
}

void Leg::compress()
{
    plain_taken_ = reader_.taken();
    compression_ = std::make_unique<Compression>();
}

} // namespace proxy
