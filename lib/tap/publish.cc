// SPDX-License-Identifier: Apache-2.0
// tap/publish.cc - writing the list.
#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/random.h"
#include "tap/layout.h"
#include "tap/match_format.h"
#include "tap/match_list.h"
#include "tap/room.h"

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>

namespace tap {

namespace {

using namespace format;

std::string fresh_file(const std::string& spool)
{
    return match_file(spool) + ".new";
}

// The certificates that are wanted, each in a slot of its own under a mask of its own.
class Slots {
public:
    struct Slot {
        std::uint8_t number = no_slot;
        std::string mask;
    };

    Slot of(const std::string& certificate)
    {
        if (certificate.empty())
            return {no_slot, base::random_octets(mask_size)};
        const auto known = slots_.find(certificate);
        if (known != slots_.end())
            return known->second;
        const auto number = static_cast<std::uint8_t>(slots_.size());
        return slots_[certificate] = {number, base::random_octets(mask_size)};
    }

    [[nodiscard]] std::string text() const
    {
        std::string all = base::random_octets(certificate_slots * slot_size);
        for (const auto& [certificate, slot] : slots_) {
            std::string one;
            one += static_cast<char>(certificate.size() >> 8);
            one += static_cast<char>(certificate.size() & 0xff);
            one += certificate;
            one += base::random_octets(slot_size - one.size());
            format::mask(one, slot.mask);
            all.replace(slot.number * slot_size, slot_size, one);
        }
        return all;
    }

private:
    std::map<std::string, Slot> slots_;
};

std::string payload_of(const Target& target, const Slots::Slot& slot,
                       std::string_view opener)
{
    std::string payload(reinterpret_cast<const char*>(target.measure.data()), handle_size);
    put(payload, static_cast<std::uint64_t>(target.begin));
    put(payload, static_cast<std::uint64_t>(target.end));
    payload += target.content ? flag_content : '\0';
    payload += static_cast<char>(slot.number);
    payload += slot.mask;
    const seal::Digest check = seal::hmac_sha256(opener, payload);
    payload.append(reinterpret_cast<const char*>(check.data()), check_size);
    format::mask(payload, opener);
    return payload;
}

} // namespace

std::string make_list(const Room& room, const seal::Certificate& own, std::int64_t now)
{
    const std::string key = base::random_octets(key_size);
    std::map<std::string_view, std::uint32_t> count;
    Slots slots;
    std::map<std::string, std::string> rows; // by tag
    for (const Interest& interest : room.interests()) {
        const std::uint32_t n = count[interest.identity]++;
        rows[tag(key, interest.identity, n)] =
            payload_of(interest.target, slots.of(interest.target.recipient),
                       secret(key, interest.identity, n));
    }
    const std::uint32_t places = room.places();
    const std::string filling = base::random_octets((places - rows.size()) * place_size);
    for (std::size_t at = 0; at < filling.size(); at += place_size)
        rows.try_emplace(filling.substr(at, tag_size),
                         filling.substr(at + tag_size, payload_size));
    while (rows.size() < places)
        rows.try_emplace(base::random_octets(tag_size), base::random_octets(payload_size));

    std::string list(magic);
    put(list, places);
    put(list, static_cast<std::uint64_t>(now));
    list += key;
    for (const auto& [place, payload] : rows)
        list.append(place).append(payload);
    list += slots.text();
    list += own.der();
    const seal::Digest digest = seal::sha256(list);
    list.append(reinterpret_cast<const char*>(digest.data()), digest.size());
    return list;
}

// Nobody waits for the disk: after a power cut the list is written anew at the start.
void prepare_list(const std::string& spool, std::string_view list, std::int64_t time)
{
    const std::string fresh = fresh_file(spool);
    const base::Fd fd(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!fd)
        base::fail_errno("create", fresh, base::Remedy::make_room);
    base::write_all(fd.get(), list, fresh, base::Remedy::make_room);
    // How long it took to make tells how much is in it.
    const timespec at{.tv_sec = time / 1'000'000, .tv_nsec = time % 1'000'000 * 1000};
    const timespec times[] = {at, at};
    if (::futimens(fd.get(), times) != 0)
        base::fail_errno("set the time of", fresh);
}

void put_list(const std::string& spool)
{
    const std::string fresh = fresh_file(spool);
    if (::rename(fresh.c_str(), match_file(spool).c_str()) != 0)
        base::fail_errno("rename", fresh, base::Remedy::make_room);
}

} // namespace tap
