// SPDX-License-Identifier: Apache-2.0
// Tests of base/file.h.
#include "base/fd.h"
#include "base/file.h"

#include <array>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const
    {
        return path_ + '/' + name;
    }
    [[nodiscard]] std::ptrdiff_t files() const
    {
        return std::distance(fs::directory_iterator(path_), {});
    }

private:
    std::string path_ = (fs::temp_directory_path() / "sponts-file-XXXXXX").string();
};

mode_t mode_of(const std::string& file)
{
    struct stat status{};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

base::Remedy remedy_of(const std::function<void()>& act)
{
    try {
        act();
    } catch (const base::Failure& failure) {
        return failure.remedy();
    }
    FAIL("no failure");
    return base::Remedy::report_bug;
}

struct Pipe {
    Pipe()
    {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        out.reset(ends[0]);
        in.reset(ends[1]);
    }
    base::Fd out;
    base::Fd in;
};

} // namespace

TEST_CASE("base: a file made is read again, whatever is in it")
{
    const Folder folder;
    for (const std::size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 300'000u}) {
        const std::string file = folder.file(std::to_string(size));
        std::string content(size, '\0');
        for (std::size_t i = 0; i < size; ++i)
            content[i] = static_cast<char>(i * 7);
        base::make_file(file, content, 0640);
        CHECK(base::read_file(file) == content);
        CHECK(base::read_file_if_there(file) == content);
        CHECK(mode_of(file) == 0640);
    }
}

TEST_CASE("base: of what is too long one octet more is read, and no further")
{
    const Folder folder;
    const std::string file = folder.file("ten");
    base::make_file(file, "0123456789", 0600);
    const auto read = [&](std::size_t limit) {
        return base::read_file(file, base::Remedy::fix_data, limit);
    };
    CHECK(read(11) == "0123456789");
    CHECK(read(10) == "0123456789");
    CHECK(read(9) == "0123456789");
    CHECK(read(8) == "012345678");
    CHECK(read(0) == "0");
}

TEST_CASE("base: a pipe is read to its end, and written through short writes")
{
    const std::string content(1'000'000, 'x'); // more than a pipe holds
    Pipe pipe;
    std::thread writer([&] {
        base::write_all(pipe.in.get(), content, "pipe");
        pipe.in.reset();
    });
    const std::string got = base::read_all(pipe.out.get(), "pipe");
    writer.join();
    CHECK(got == content);
}

TEST_CASE("base: files of /proc, whose size nobody says, are read")
{
    CHECK(base::read_file("/proc/self/status").starts_with("Name:"));
}

TEST_CASE("base: what cannot be read is a failure with the remedy asked for")
{
    const Folder folder;
    const std::string none = folder.file("none");
    CHECK(base::read_file_if_there(none).empty());
    CHECK(remedy_of([&] { (void)base::read_file(none, base::Remedy::supply_input); }) ==
          base::Remedy::supply_input);
    CHECK(remedy_of([&] { (void)base::read_file(folder.file("")); }) ==
          base::Remedy::check_disk); // a directory
    CHECK(remedy_of([&] { (void)base::read_file_if_there(folder.file("")); }) ==
          base::Remedy::check_disk);
}

TEST_CASE("base: what is overwritten is as long as before, and nothing but zeros")
{
    const Folder folder;
    const std::string file = folder.file("one");
    for (const std::size_t size : {0u, 1u, 65'536u, 65'537u, 300'000u}) {
        base::make_scratch_file(file, std::string(size, 'x'), 0600);
        const base::Fd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
        (void)::lseek(fd.get(), static_cast<off_t>(size), SEEK_SET);
        base::overwrite(fd.get(), file);
        CHECK(base::read_file(file) == std::string(size, '\0'));
        fs::remove(file);
    }
}

TEST_CASE("base: a file is made once, and not left half written")
{
    const Folder folder;
    const std::string file = folder.file("one");
    base::make_file(file, "first", 0600);
    CHECK(remedy_of([&] { base::make_file(file, "second", 0600); }) ==
          base::Remedy::make_room);
    CHECK(remedy_of([&] { base::make_scratch_file(file, "second", 0600); }) ==
          base::Remedy::make_room);
    CHECK(base::read_file(file) == "first");
    base::make_scratch_file(folder.file("two"), "second", 0640);
    CHECK(base::read_file(folder.file("two")) == "second");
    CHECK(mode_of(folder.file("two")) == 0640);
    fs::remove(folder.file("two"));
    CHECK(remedy_of([&] { base::make_file(folder.file("no/where"), "x", 0600); }) ==
          base::Remedy::make_room);
    CHECK(folder.files() == 1);
}

TEST_CASE("base: a write to a full disk is a failure, with the remedy asked for")
{
    const base::Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    REQUIRE(full);
    CHECK(remedy_of([&] { base::write_all(full.get(), "x", "full"); }) ==
          base::Remedy::check_disk);
    CHECK(remedy_of([&] {
              base::write_all(full.get(), "x", "full", base::Remedy::make_room);
          }) == base::Remedy::make_room);
}

TEST_CASE("base: a file is replaced whole, also over what a crash has left")
{
    const Folder folder;
    const std::string file = folder.file("one");
    base::replace_file(file, "first", 0600); // there was none
    base::make_file(file + ".new", "half of a longer content", 0644);
    base::replace_file(file, "second", 0640);
    CHECK(base::read_file(file) == "second");
    CHECK(mode_of(file) == 0640);
    CHECK(folder.files() == 1);
}

TEST_CASE("base: a directory that is not there cannot be synced")
{
    const Folder folder;
    base::sync_directory_of(folder.file("any"));
    CHECK_THROWS_AS(base::sync_directory(folder.file("none")), base::Failure);
}
