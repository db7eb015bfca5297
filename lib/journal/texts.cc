// SPDX-License-Identifier: Apache-2.0
#include "journal/texts.h"

#include "base/failure.h"

#include <future>
#include <memory>

namespace journal {

namespace {

constexpr std::uint64_t worth_a_thread = 1u << 20; // octets

struct Text {
    std::shared_ptr<base::Fd> file;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

mime::Summary summary_of(const Text& text)
{
    if (!text.file)
        return {};
    try {
        return mime::summarise(text.file->get(), text.offset, text.size);
    } catch (const base::Failure&) {
        return {};
    }
}

void summarise_all(std::span<const Text> texts, std::span<mime::Summary> out)
{
    for (std::size_t i = 0; i < texts.size(); ++i)
        out[i] = summary_of(texts[i]);
}

} // namespace

std::vector<mime::Summary> Texts::summarise(std::span<const spool::Found> messages)
{
    std::vector<Text> texts;
    std::uint64_t octets = 0;
    for (const spool::Found& one : messages) {
        texts.push_back({reader_.file(one.where.segment), one.offset, one.size});
        octets += one.size;
    }
    std::vector<mime::Summary> out(messages.size());
    const std::size_t half = octets >= worth_a_thread ? messages.size() / 2 : 0;
    std::future<void> first;
    if (half > 0)
        first = std::async(std::launch::async, [&] {
            summarise_all(std::span(texts).first(half), std::span(out).first(half));
        });
    summarise_all(std::span<const Text>(texts).subspan(half), std::span(out).subspan(half));
    if (first.valid())
        first.get();
    return out;
}

} // namespace journal
