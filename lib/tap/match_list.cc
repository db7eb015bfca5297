// SPDX-License-Identifier: Apache-2.0
// tap/match_list.cc - reading the list.
#include "tap/match_list.h"

#include "base/failure.h"
#include "base/file.h"
#include "tap/layout.h"
#include "tap/match_format.h"

namespace tap {

namespace {

constexpr std::size_t file_limit = 512u << 20;

[[noreturn]] void damaged(const char* how)
{
    throw base::Failure(base::Remedy::fix_data, std::string("read match list: ") + how);
}

// Cuts the file into its parts; the digest at its end must be right.
std::string checked(std::string bytes)
{
    using namespace format;
    if (bytes.size() < head_size + digest_size || !bytes.starts_with(magic))
        damaged("no match list");
    const std::size_t end = bytes.size() - digest_size;
    const seal::Digest digest = seal::sha256(std::string_view(bytes).substr(0, end));
    if (std::memcmp(digest.data(), bytes.data() + end, digest.size()) != 0)
        damaged("damaged");
    const std::uint64_t places = get(bytes.data() + magic.size());
    const std::size_t fixed = head_size + certificate_slots * slot_size + digest_size;
    if (places > file_limit / place_size || bytes.size() <= fixed + places * place_size)
        damaged("cut");
    bytes.resize(end);
    return bytes;
}

std::string_view own_part(std::string_view bytes)
{
    using namespace format;
    const std::uint64_t places = get(bytes.data() + magic.size());
    return bytes.substr(head_size + places * place_size + certificate_slots * slot_size);
}

} // namespace

std::shared_ptr<const MatchList> MatchList::read(const std::string& spool)
{
    std::string bytes =
        base::read_file(match_file(spool), base::Remedy::fix_data, file_limit);
    if (bytes.size() > file_limit)
        damaged("too large");
    return std::make_shared<const MatchList>(std::move(bytes));
}

MatchList::MatchList(std::string file)
    : bytes_(checked(std::move(file))),
      places_(
          static_cast<std::uint32_t>(format::get(bytes_.data() + format::magic.size()))),
      written_(
          static_cast<std::int64_t>(format::get(bytes_.data() + format::magic.size() + 8))),
      own_(seal::Certificate::parse(own_part(bytes_), "match list"))
{
}

// Binary search among equally long places.
const char* MatchList::place_of(std::string_view tag) const
{
    const char* const first = bytes_.data() + format::head_size;
    std::size_t low = 0;
    std::size_t high = places_;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const char* const place = first + middle * format::place_size;
        const int order = std::memcmp(place, tag.data(), tag.size());
        if (order == 0)
            return place;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return nullptr;
}

std::string MatchList::certificate(std::uint8_t slot, std::string_view mask) const
{
    using namespace format;
    if (slot >= certificate_slots)
        return {};
    std::string text =
        bytes_.substr(head_size + places_ * place_size + slot * slot_size, slot_size);
    format::mask(text, mask);
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(text[0]) << 8 |
                                                 static_cast<unsigned char>(text[1]));
    return length <= certificate_limit ? text.substr(2, length) : std::string();
}

std::vector<Target> MatchList::find(std::string_view identity) const
{
    const std::string_view key(bytes_.data() + format::head_size - format::key_size,
                               format::key_size);
    if (place_of(format::tag(key, identity, 0)) == nullptr)
        return {};
    const std::scoped_lock lock(mutex_);
    auto known = found_.find(identity);
    if (known == found_.end())
        known = found_.emplace(identity, unmask(identity)).first;
    return known->second;
}

std::vector<Target> MatchList::unmask(std::string_view identity) const
{
    using namespace format;
    const std::string_view key(bytes_.data() + head_size - key_size, key_size);
    std::vector<Target> found;
    for (std::uint32_t n = 0; n < measures_per_identity; ++n) {
        const char* const place = place_of(tag(key, identity, n));
        if (place == nullptr)
            break;
        std::string payload(place + tag_size, payload_size);
        const std::string opener = secret(key, identity, n);
        mask(payload, opener);
        const seal::Digest check = seal::hmac_sha256(
            opener, std::string_view(payload).substr(0, payload_size - check_size));
        if (std::memcmp(check.data(), payload.data() + payload_size - check_size,
                        check_size) != 0)
            break; // a random place that happens to have this tag
        Target target;
        const char* at = payload.data();
        std::memcpy(target.measure.data(), at, handle_size);
        target.begin = static_cast<std::int64_t>(get(at + handle_size));
        target.end = static_cast<std::int64_t>(get(at + handle_size + 8));
        at += handle_size + 16;
        target.content = (at[0] & flag_content) != 0;
        target.recipient =
            certificate(static_cast<std::uint8_t>(at[1]), {at + 2, mask_size});
        found.push_back(std::move(target));
    }
    return found;
}

} // namespace tap
