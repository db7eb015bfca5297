// SPDX-License-Identifier: Apache-2.0
// tap/stage_test.h - a tap with a spool of its own, and the interception user who reads
// what comes out of it.
#pragma once

#include "base/clock.h"
#include "seal/envelope.h"
#include "seal/fixture_test.h"
#include "tap/layout.h"
#include "tap/match_list.h"
#include "tap/record_reader.h"
#include "tap/room.h"
#include "tap/tap.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tap::test {

using seal::testing::Pair;

struct Captured {
    li::Event event;
    std::optional<std::string> content;
};

inline li::Handle handle(std::uint8_t n)
{
    li::Handle made{};
    made.fill(n);
    return made;
}

inline std::string feature(const li::Event& event, std::string_view name)
{
    const auto found = std::ranges::find(event.features, name,
                                         &std::pair<std::string, std::string>::first);
    return found == event.features.end() ? "" : found->second;
}

// Now is covered.
inline Target target(std::uint8_t measure, bool content = true)
{
    const std::int64_t hour = 3'600'000'000;
    const std::int64_t now = base::wall_microseconds();
    return {.measure = handle(measure),
            .begin = now - hour,
            .end = now + hour,
            .content = content,
            .recipient = {}};
}

// What has happened is not covered, not even in its own microsecond.
inline Target fresh_target(std::uint8_t measure)
{
    Target made = target(measure);
    made.begin = base::wall_microseconds() + 1;
    return made;
}

inline Room room_of(const std::vector<Interest>& interests, std::uint32_t places)
{
    Room room(places);
    for (const Interest& interest : interests)
        REQUIRE(room.take(interest.target, {interest.identity}));
    return room;
}

class Stage {
public:
    explicit Stage(const std::vector<Interest>& interests)
    {
        std::filesystem::create_directory(incoming_directory(directory_.file("")));
        put(interests);
        start();
    }

    void put(const std::vector<Interest>& interests)
    {
        const std::int64_t now = base::wall_microseconds();
        prepare_list(directory_.file(""),
                     make_list(room_of(interests, 256), own_.certificate, now), now);
        put_list(directory_.file(""));
    }
    void start(std::uint64_t content_bytes = 1u << 20, std::int64_t content_seconds = 60,
               bool serves_one = false)
    {
        tap_.reset();
        tap_ = std::make_unique<Tap>(Options{.spool = directory_.file(""),
                                             .memory = directory_.file("memory"),
                                             .serves_one = serves_one,
                                             .content_bytes = content_bytes,
                                             .content_seconds = content_seconds,
                                             .rules = {}});
    }
    void stop() { tap_.reset(); }
    // Everything that must be left to those who come after a kill is in it.
    [[nodiscard]] std::string memory() const { return directory_.file("memory"); }
    [[nodiscard]] Tap& tap() { return *tap_; }
    [[nodiscard]] std::string incoming() const
    {
        return incoming_directory(directory_.file(""));
    }

    // Everything that has been handed over so far, in the order of each file.
    [[nodiscard]] std::vector<Captured> captured()
    {
        if (tap_)
            tap_->flush();
        std::vector<Captured> all;
        for (const std::string& name : record_files(incoming())) {
            RecordReader reader(incoming(), name, opener_);
            while (const auto record = reader.next())
                all.push_back(unsealed(reader, *record));
        }
        return all;
    }
    [[nodiscard]] const Pair& own() const { return own_; }
    [[nodiscard]] const Opener& opener() const { return opener_; }
    [[nodiscard]] const Pair& authority() const { return authority_; }

private:
    [[nodiscard]] Captured unsealed(RecordReader& reader, const SealedRecord& record)
    {
        const auto event = li::decode(record.event);
        REQUIRE(event);
        Captured one{*event, std::nullopt};
        one.content = reader.content(record);
        if (record.form == ContentForm::authority && one.content) {
            auto opened = seal::open(*one.content, authority_.certificate, authority_.key);
            REQUIRE(opened);
            one.content = *std::move(opened);
        }
        return one;
    }

    seal::testing::Directory directory_;
    Pair own_ = seal::testing::new_pair(directory_, "own");
    Pair authority_ = seal::testing::new_pair(directory_, "authority");
    Opener opener_{own_.certificate, own_.key};
    std::unique_ptr<Tap> tap_;
};

} // namespace tap::test
