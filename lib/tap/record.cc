// SPDX-License-Identifier: Apache-2.0
#include "tap/record.h"

#include <cstring>
#include <xxhash.h>

namespace tap {

namespace {

constexpr std::string_view file_magic = "spontsF1";
constexpr std::string_view record_magic = "spontsR1";
constexpr std::size_t sum_at = 40;

void put(std::string& out, std::uint64_t number)
{
    char bytes[8];
    std::memcpy(bytes, &number, sizeof bytes);
    out.append(bytes, sizeof bytes);
}

std::uint64_t get(std::string_view bytes, std::size_t at)
{
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

std::uint64_t sum_of(std::string_view head, std::string_view event)
{
    return XXH3_64bits_withSeed(event.data(), event.size(),
                                XXH3_64bits(head.data(), sum_at));
}

} // namespace

std::string encode_file_head(std::string_view sealed_key)
{
    std::string head(file_magic);
    put(head, sealed_key.size());
    head.append(sealed_key);
    head.resize(padded(head.size()));
    return head;
}

std::expected<std::uint64_t, RecordTrouble> file_head_length(std::string_view bytes)
{
    if (bytes.size() < file_head_size)
        return std::unexpected(RecordTrouble::incomplete);
    const std::uint64_t length = get(bytes, file_magic.size());
    if (!bytes.starts_with(file_magic) || length > sealed_event_limit)
        return std::unexpected(RecordTrouble::damaged);
    return padded(file_head_size + length);
}

std::string_view sealed_key_in(std::string_view head)
{
    return head.substr(file_head_size, get(head, file_magic.size()));
}

std::string encode_record(std::uint64_t number, std::string_view event, ContentForm form,
                          std::uint64_t content_size)
{
    std::string record(record_magic);
    record.reserve(record_head_size + event.size());
    put(record, event.size());
    put(record, content_size);
    put(record, number);
    put(record, static_cast<std::uint64_t>(form));
    put(record, sum_of(record, event));
    return record.append(event);
}

std::expected<RecordHead, RecordTrouble> read_head(std::string_view bytes)
{
    if (bytes.size() < record_head_size)
        return std::unexpected(RecordTrouble::incomplete);
    const std::uint64_t form = get(bytes, 32);
    const RecordHead head{.event_size = get(bytes, 8),
                          .content_size = get(bytes, 16),
                          .number = get(bytes, 24),
                          .form = static_cast<ContentForm>(form)};
    if (!bytes.starts_with(record_magic) || head.event_size > sealed_event_limit ||
        head.content_size > (1ull << 40) ||
        form > static_cast<std::uint64_t>(ContentForm::authority))
        return std::unexpected(RecordTrouble::damaged);
    return head;
}

std::string with_sum(std::string_view cms)
{
    std::string bytes;
    bytes.reserve(sizeof(std::uint64_t) + cms.size());
    put(bytes, XXH3_64bits(cms.data(), cms.size()));
    return bytes.append(cms);
}

std::optional<std::string> without_sum(std::string bytes)
{
    constexpr std::size_t size = sizeof(std::uint64_t);
    if (bytes.size() < size ||
        get(bytes, 0) != XXH3_64bits(bytes.data() + size, bytes.size() - size))
        return std::nullopt;
    bytes.erase(0, size);
    return bytes;
}

bool is_sound(std::string_view head_and_event)
{
    return head_and_event.size() >= record_head_size &&
           get(head_and_event, sum_at) ==
               sum_of(head_and_event, head_and_event.substr(record_head_size));
}

} // namespace tap
