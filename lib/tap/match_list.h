// SPDX-License-Identifier: Apache-2.0
// tap/match_list.h - which identities are under a measure, for those who serve mail.
//
// The list has as many places as the configuration says, all always taken: what is no
// identity is random, and cannot be told from one.  An identity is found by whoever knows
// it, and what stands there can only be read with it: who reads the file learns neither
// names nor their number.  It is written anew at fixed times with a new key, whether
// something has changed or not.
//
//     head     magic, places, key, time of writing
//     places   tag (16) and payload (64), sorted by tag
//     slots    certificates that content is sealed for, masked; always all of them
//     tail     the certificate of the interception user, and a digest of everything
//
// Threads: any number may look into one list.
#pragma once

#include "li/event.h"
#include "seal/keys.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tap {

// How many authorities may want content sealed for themselves at once.
inline constexpr std::size_t certificate_slots = 32;
inline constexpr std::size_t certificate_limit = 4094; // octets of its DER
// How many measures one identity can have at once.
inline constexpr std::uint32_t measures_per_identity = 64;

// One measure's interest in one identity.
struct Target {
    li::Handle measure{};
    std::int64_t begin = 0; // microseconds since 1970; covered: begin <= time < end
    std::int64_t end = 0;
    bool content = false;  // else event data only
    std::string recipient; // DER: whom content is sealed for; empty: the interception user
    [[nodiscard]] bool covers(std::int64_t time) const
    {
        return begin <= time && time < end;
    }
    bool operator==(const Target&) const = default;
};

struct Interest {
    std::string identity; // canonical (li/identity.h)
    Target target;
};

class Room;

// The whole file, of what has room in it (tap/room.h).
[[nodiscard]] std::string make_list(const Room& room, const seal::Certificate& own,
                                    std::int64_t now);
// Writes it beside its place; the file will say that it is of this time, microseconds since
// 1970.  Throws base::Failure.
void prepare_list(const std::string& spool, std::string_view list, std::int64_t time);
// Puts it into place for everybody at once, in no time.  Throws base::Failure.
void put_list(const std::string& spool);

class MatchList {
public:
    // Throws base::Failure(fix_data): damaged, or no such file.
    [[nodiscard]] static std::shared_ptr<const MatchList> read(const std::string& spool);
    explicit MatchList(std::string file);

    // Every measure's interest in the identity; nearly always none.  The same work is done
    // for every identity that has none.
    [[nodiscard]] std::vector<Target> find(std::string_view identity) const;
    [[nodiscard]] const seal::Certificate& own() const { return own_; }
    [[nodiscard]] std::int64_t written() const { return written_; }

private:
    [[nodiscard]] const char* place_of(std::string_view tag) const;
    [[nodiscard]] std::vector<Target> unmask(std::string_view identity) const;
    [[nodiscard]] std::string certificate(std::uint8_t slot, std::string_view mask) const;

    std::string bytes_;
    std::uint32_t places_ = 0;
    std::int64_t written_ = 0;
    seal::Certificate own_;
    // What has been found once: that somebody is in the list shall take no longer than that
    // somebody is not.
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::vector<Target>, std::less<>> found_;
};

} // namespace tap
