// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "handover/disc_courier.h"
#include "handover/tree.h"
#include "seal/fixture_test.h"

#include <doctest/doctest.h>
#include <filesystem>

namespace fs = std::filesystem;

TEST_CASE("handover: directories without files go, and come again with the next file")
{
    const seal::testing::Directory directory;
    const std::string root = directory.file("discs");
    fs::create_directories(root + "/one/IRI");
    fs::create_directories(root + "/one/CC");
    fs::create_directories(root + "/two/CC");
    (void)directory.write("discs/two/CC/file", "content");
    handover::remove_empty_directories(root);
    CHECK_FALSE(fs::exists(root + "/one"));
    CHECK(fs::exists(root + "/two/CC/file"));

    const auto courier = handover::make_disc_courier(root + "/one");
    const handover::Parcel parcel{1, handover::Contents::content_from, "name", "octets"};
    for (int round = 0; round < 2; ++round) {
        CHECK(courier->deliver(parcel, {}, {}).result == handover::Outcome::Result::stored);
        CHECK(directory.read("discs/one/CC/name") == "octets");
        handover::remove_empty_directories(root);
        CHECK(fs::exists(root + "/one/CC/name"));
        handover::destroy_file(root + "/one/CC/name");
        handover::remove_empty_directories(root);
        CHECK_FALSE(fs::exists(root + "/one"));
    }
    fs::remove_all(root + "/two");
    handover::remove_empty_directories(root);
    CHECK(fs::exists(root));
}
