// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "base/file.h"
#include "handover/image.h"
#include "handover/manifest.h"
#include "handover/tree.h"
#include "handover/xorriso.h"
#include "seal/fixture_test.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace handover;

namespace {

const std::string digest(64, 'a');

} // namespace

TEST_CASE("handover: a manifest is read as it was written, and no other way")
{
    const Manifest all = {{"IRI/a", digest}, {"b", std::string(64, '0')}};
    const std::string text = to_text(all);
    CHECK(text == digest + "  IRI/a\n" + std::string(64, '0') + "  b\n");
    CHECK(parse_manifest(text) == all);
    CHECK(parse_manifest("") == Manifest{});
    for (std::size_t size = 1; size < text.size(); ++size)
        if (const auto parsed = parse_manifest(text.substr(0, size)))
            CHECK(to_text(*parsed) == text.substr(0, size));
}

TEST_CASE("handover: a manifest that leaves its disc is refused")
{
    for (const char* name : {"", "/a", "../a", "a/../b", "a/..", "./a", "a/./b", "a//b",
                             "a\\b", "a\tb", "a\x7f"})
        CHECK_FALSE(parse_manifest(digest + "  " + name + "\n"));
    CHECK_FALSE(parse_manifest(digest + " a\n"));
    CHECK_FALSE(parse_manifest(digest + " *a\n"));
    CHECK_FALSE(parse_manifest(std::string(64, 'A') + "  a\n"));
    CHECK(parse_manifest(digest + "  a\n" + digest + "  a\n").error() ==
          "line 2: this name has come before");
    CHECK(parse_manifest(digest + "  ..a\n"));
}

TEST_CASE("handover: of the same files at the same time comes the same image")
{
    const seal::testing::Directory directory;
    const std::string tree = directory.file("tree");
    REQUIRE(directory.run("mkdir -p tree/IRI; echo one >tree/IRI/A; echo two >tree/b") ==
            0);
    set_times(tree, 1'786'950'307);
    make_image_file(tree, directory.file("1"), "TKUEV", 1'786'950'307);
    make_image_file(tree, directory.file("2"), "TKUEV", 1'786'950'307);
    CHECK(directory.run("cmp 1 2") == 0);
    REQUIRE(directory.run("mkdir out") == 0);
    extract_image(directory.file("1"), directory.file("out"));
    CHECK(directory.run("diff -r tree out") == 0);
    CHECK(list_tree(directory.file("out")) == std::vector<std::string>{"IRI/A", "b"});
    CHECK_THROWS_AS(make_image_file(directory.file("none"), directory.file("3"), "X", 0),
                    base::Failure);
}

TEST_CASE("handover: files of a tree are published whole and over nothing")
{
    const seal::testing::Directory directory;
    std::string work;
    {
        const WorkDirectory place(directory.file("image"));
        work = place.path();
        CHECK(directory.run("test \"$(stat -c %a .image-*)\" = 700") == 0);
        base::make_file(work + "/a", "content", 0600);
        publish_file(work + "/a", directory.file("image"));
        base::make_file(work + "/a", "other", 0600);
        CHECK_THROWS_AS(publish_file(work + "/a", directory.file("image")), base::Failure);
    }
    CHECK(directory.run("test -z \"$(ls -d .image-* 2>/dev/null)\"") == 0);
    CHECK(base::read_file(directory.file("image")) == "content");
    CHECK(directory.run("ln -s image link") == 0);
    CHECK_THROWS_AS((void)list_tree(directory.file("")), base::Failure);
    CHECK_THROWS_AS((void)list_tree(directory.file("nowhere")), base::Failure);
}

TEST_CASE("handover: what was burned is judged by its octets, not by the name of a file")
{
    const seal::testing::Directory directory;
    const std::string image = directory.file("image");
    const std::string drive = directory.file("drive");
    REQUIRE(directory.run("mkdir tree; echo one >tree/a") == 0);
    make_image_file(directory.file("tree"), image, "TKUEV", 1'786'950'307);
    const std::string noted = image_digest(image);
    burn_image(image, noted, "stdio:" + drive);
    CHECK(directory.run("cmp image drive -n $(stat -c %s image)") == 0);
    CHECK_THROWS_AS(burn_image(image, digest, "stdio:" + directory.file("second")),
                    base::Failure);
    for (const std::uint64_t size : {1u, 2048u, 5000u}) {
        const std::string part = directory.file("part" + std::to_string(size));
        read_disc("stdio:" + drive, size, part);
        CHECK(base::read_file(part) == base::read_file(image).substr(0, size));
    }
}

TEST_CASE("handover: a tree is listed while files of it come and go")
{
    const seal::testing::Directory directory;
    REQUIRE(directory.run("mkdir -p live/IRI; echo one >live/IRI/stays") == 0);
    const std::string live = directory.file("live");
    const std::jthread others([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            for (int n = 0; n < 64; ++n)
                std::ofstream(live + "/IRI/" + std::to_string(n)).close();
            for (int n = 0; n < 64; ++n)
                std::filesystem::remove(live + "/IRI/" + std::to_string(n));
        }
    });
    for (int round = 0; round < 1000; ++round) {
        const auto names = list_tree(live);
        REQUIRE(std::ranges::find(names, "IRI/stays") != names.end());
    }
}
