// SPDX-License-Identifier: Apache-2.0
// proxy/leg.cc - see the header.
#include "proxy/leg.h"

#include <string>

namespace proxy {

std::string_view Leg::available() const
{
    return compression_ ? compression_->plain() : reader_.available();
}

net::Task<std::string_view> Leg::hear_bytes()
{
    if (!compression_) {
        const std::string_view bytes = co_await reader_.hear_bytes();
        if (!compression_ || bytes.empty()) // it may have begun while we waited
            co_return bytes;
    }
    co_return co_await hear_inflated();
}

net::Task<std::string_view> Leg::hear_more()
{
    const bool more = co_await reader_.hear_more();
    co_return more ? reader_.available() : std::string_view();
}

net::Task<std::string_view> Leg::hear_inflated()
{
    while (compression_->plain().empty()) {
        std::string_view packed;
        if (compression_->ended())
            co_return packed;
        if (!compression_->may_hold_more()) {
            packed = co_await reader_.hear_bytes();
            if (packed.empty())
                co_return packed;
        }
        const std::size_t used = compression_->inflate(packed);
        reader_.take(used);
    }
    co_return compression_->plain();
}

void Leg::take(std::size_t size)
{
    if (compression_)
        compression_->take(size);
    else
        reader_.take(size);
}

net::Task<void> Leg::write(std::string_view bytes)
{
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
    compression_ = std::make_unique<Compression>();
}

} // namespace proxy
