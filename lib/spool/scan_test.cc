// SPDX-License-Identifier: Apache-2.0
// Segments that were cut, damaged or planted: what is whole is found, and nothing else.
#include "spool/format.h"
#include "spool/layout.h"
#include "spool/number.h"
#include "spool/segments.h"
#include "spool/sum.h"
#include "spool/test_spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>

using spool::test::Everything;
using spool::test::read_all;
using spool::test::read_message;
using spool::test::TemporarySpool;
using Names = std::vector<std::string>;

namespace {

const Names names = {"one@example", "two@example", "three@example", "four@example"};

std::string bytes_of(std::size_t n)
{
    return "Subject: " + names[n] + "\r\n\r\n" + std::string(n * 61, 'x') + "\r\n";
}

struct Sample {
    spool::SegmentNumber number = 0;
    std::vector<spool::Location> places;
    std::string bytes; // of the whole file

    [[nodiscard]] std::size_t start(std::size_t n) const { return places[n].offset; }
    // Where the record ends: at the next one, or at the sealed mark.
    [[nodiscard]] std::size_t end(std::size_t n) const
    {
        return n + 1 < places.size() ? start(n + 1)
                                     : bytes.size() - spool::sealed_mark_size;
    }
};

std::string read_file(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Sample make_sample()
{
    const TemporarySpool spool;
    Sample sample;
    {
        spool::Writer writer(spool::test::small_options(spool.path));
        for (std::size_t n = 0; n < names.size(); ++n)
            sample.places.push_back(
                spool::test::write(writer, names[n], bytes_of(n))->location);
    }
    sample.number = sample.places[0].segment;
    sample.bytes = read_file(spool::segment_path(spool.path, sample.number));
    return sample;
}

// A spool that holds one segment file with these bytes.
class SpoolOf {
public:
    explicit SpoolOf(spool::SegmentNumber number) : number_(number)
    {
        std::filesystem::create_directories(spool_.path + "/log/incoming");
    }
    void put(std::string_view bytes) const
    {
        const std::string file = spool::segment_path(path(), number_);
        std::filesystem::remove(file); // ext4 syncs a file that is truncated and rewritten
        std::ofstream(file, std::ios::binary) << bytes;
    }
    [[nodiscard]] const std::string& path() const { return spool_.path; }

private:
    TemporarySpool spool_{TemporarySpool::Where::memory};
    spool::SegmentNumber number_;
};

} // namespace

TEST_CASE("spool: a segment cut anywhere yields what is whole, and no damage")
{
    const Sample sample = make_sample();
    const SpoolOf spool(sample.number);
    for (std::size_t cut = 0; cut <= sample.bytes.size(); ++cut) {
        spool.put(sample.bytes.substr(0, cut));
        const Everything seen = read_all(spool.path());
        Names whole;
        for (std::size_t n = 0; n < names.size(); ++n)
            if (sample.end(n) <= cut)
                whole.push_back(names[n]);
        CAPTURE(cut);
        REQUIRE(seen.recipients() == whole);
        REQUIRE(seen.damaged.empty());
    }
}

TEST_CASE("spool: a segment cut anywhere and filled with zeros yields what is whole")
{
    const Sample sample = make_sample();
    const SpoolOf spool(sample.number);
    for (std::size_t cut = 0; cut < sample.end(3); cut += 7) {
        spool.put(sample.bytes.substr(0, cut) + std::string(8192, '\0'));
        const Everything seen = read_all(spool.path());
        CAPTURE(cut);
        REQUIRE(seen.damaged.empty());
        for (std::size_t n = 0; n < seen.found.size(); ++n)
            REQUIRE(seen.recipients()[n] == names[n]);
        // The padding behind an end mark may be missing: nothing of the record is there.
        const auto whole =
            std::count_if(names.begin(), names.end(), [&](const std::string& s) {
                const auto n = static_cast<std::size_t>(&s - names.data());
                return sample.end(n) <= cut;
            });
        REQUIRE(seen.found.size() >= static_cast<std::size_t>(whole));
    }
}

TEST_CASE("spool: a flipped bit costs at most its record, is reported, and invents nothing")
{
    const Sample sample = make_sample();
    const SpoolOf spool(sample.number);
    for (std::size_t at = 0; at < sample.bytes.size(); ++at) {
        std::string bytes = sample.bytes;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << at % 8));
        spool.put(bytes);
        const Everything seen = read_all(spool.path());
        CAPTURE(at);
        std::size_t n = 0;
        for (const spool::Found& one : seen.found) {
            while (n < names.size() && sample.places[n] != one.where)
                ++n;
            REQUIRE(n < names.size());
            REQUIRE(one.envelope.recipients.size() == 1);
            REQUIRE(one.envelope.recipients[0].address == names[n]);
            spool::Reader reader(spool.path());
            const std::string message = read_message(reader, one.where);
            REQUIRE((message == bytes_of(n) || message == "unreadable"));
        }
        REQUIRE(seen.found.size() >= names.size() - 1);
        // Beyond the last record a damaged one looks like a torn tail when the sealed mark
        // itself is broken; everywhere else a missing record is reported.
        if (seen.found.size() < names.size())
            REQUIRE(seen.damaged.size() == 1);
    }
}

TEST_CASE("spool: a message with a flipped bit is refused when its checksum is asked for")
{
    const Sample sample = make_sample();
    const SpoolOf spool(sample.number);
    std::string bytes = sample.bytes;
    bytes[bytes.find("xxxx")] = 'y';
    spool.put(bytes);
    spool::Reader reader(spool.path());
    CHECK(reader.open(sample.places[1], true).error() == spool::ReadError::damaged);
    CHECK(reader.open(sample.places[1], false));
    CHECK(reader.open({sample.number, 16}).error() == spool::ReadError::damaged);
    CHECK(reader.open({sample.number + 1, 192}).error() == spool::ReadError::gone);
}

TEST_CASE("spool: records behind a damaged one are found at their places")
{
    const Sample sample = make_sample();
    const SpoolOf spool(sample.number);
    for (const std::size_t hole :
         {std::size_t{16}, std::size_t{300}, std::size_t{100'000}}) {
        // What was between is lost, the rest must stay where it was: zeros instead.
        std::string bytes = sample.bytes;
        bytes.replace(sample.start(1), std::min(hole, sample.end(1) - sample.start(1)),
                      std::min(hole, sample.end(1) - sample.start(1)), '\0');
        spool.put(bytes);
        const Everything seen = read_all(spool.path());
        CHECK(seen.recipients() == Names{names[0], names[2], names[3]});
        CHECK(seen.damaged == Names{"record header"});
    }
}

TEST_CASE("spool: without a head the records are still found, and it is reported")
{
    const Sample sample = make_sample();
    const SpoolOf spool(sample.number);
    std::string bytes = sample.bytes;
    bytes.replace(0, 100, 100, '\0');
    spool.put(bytes);
    const Everything seen = read_all(spool.path());
    CHECK(seen.recipients() == names);
    CHECK(seen.damaged == Names{"segment head"});
}

TEST_CASE("spool: a segment of another version is reported and left alone")
{
    const Sample sample = make_sample();
    const SpoolOf spool(sample.number);
    std::string line = sample.bytes.substr(0, spool::head_size - 22);
    line[line.find('1')] = '2';
    spool.put(line + fmt::format(" sum {:016x}\n", spool::sum_of(line)) +
              sample.bytes.substr(spool::head_size));
    spool::Follower follower(spool.path(), {});
    Everything seen;
    seen.poll(follower);
    seen.poll(follower);
    CHECK(seen.found.empty());
    CHECK(seen.damaged == Names{"segment of another version"});
    REQUIRE(follower.positions().size() == 1);
    CHECK(!follower.positions()[0].finished); // so nobody deletes it
    spool::Reader reader(spool.path());
    CHECK(!reader.open(sample.places[0]));
}

TEST_CASE("spool: stale records of another segment are no records of this one")
{
    const Sample old = make_sample();
    const Sample fresh = make_sample();
    const SpoolOf spool(fresh.number);
    spool.put(fresh.bytes.substr(0, fresh.start(1)) + old.bytes.substr(old.start(1)));
    const Everything seen = read_all(spool.path());
    CHECK(seen.recipients() == Names{names[0]});
}

TEST_CASE("spool: a record planted in a message is never taken for one")
{
    const TemporarySpool spool;
    // The attacker has seen a segment, and even guesses number and place.
    const Sample model = make_sample();
    spool::Location place;
    {
        spool::Writer writer(spool::test::small_options(spool.path));
        place = spool::test::write(writer, "victim@example", "x")->location;
    }
    const std::string path = spool::segment_path(spool.path, place.segment);
    std::string bytes = read_file(path);
    const auto head =
        spool::parse_head(std::string_view(bytes).substr(0, spool::head_size));
    REQUIRE(head);
    std::string planted = model.bytes.substr(model.start(0), model.end(0) - model.start(0));
    const auto header = spool::parse_header(
        planted, model.number,
        spool::parse_head(std::string_view(model.bytes).substr(0, spool::head_size))->key,
        model.places[0].offset);
    REQUIRE(header);
    for (const std::uint64_t key : {head->key ^ 1, head->key}) {
        std::string forged = bytes;
        const std::uint32_t at = place.offset + 512;
        forged.resize(at, 'x');
        spool::encode_header(std::span<char, spool::header_size>(planted.data(), 112),
                             place.segment, key, at, *header);
        forged += planted;
        forged[place.offset] = '?'; // damage in front, so that a search begins
        std::ofstream(path, std::ios::binary) << forged;
        const bool taken = !read_all(spool.path).found.empty();
        CHECK(taken == (key == head->key)); // nobody outside knows the key
    }
}
