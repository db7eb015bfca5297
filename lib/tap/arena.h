// SPDX-License-Identifier: Apache-2.0
// tap/arena.h - memory that outlives its process: what was submitted and is not on the disk
// yet.
//
// A file of one size in a directory on a memory file system, all of whose pages are there
// from the start on: to use it takes no system call, makes no page fault and changes
// neither size nor times of the file.  It is locked as long as its process lives and
// removed when that ends; where a process was killed, or said leave(), adopt() finds
// what is in it.
//
//     head      magic
//     chunk     its head (kind, next chunk, used octets), then octets
//
// Chunks make chains.  The first chunk of a record says so last of all, in one store: until
// then there is no record.  What is given back is wiped.
//
// Threads: any.
#pragma once

#include "base/fd.h"
#include "base/locked_file.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tap {

class Arena : public std::enable_shared_from_this<Arena> {
    struct Head;
    struct Chunk;

public:
    static constexpr std::size_t chunk_size = 8u << 10;
    // A quarter is kept for records.
    enum class Use : std::uint8_t { record, content };

    // Octets that belong together; given back, wiped, when this goes.
    class Chain {
    public:
        Chain() = default;
        Chain(std::shared_ptr<Arena> arena, Use use) : arena_(std::move(arena)), use_(use)
        {
        }
        Chain(Chain&& other) noexcept;
        Chain& operator=(Chain&& other) noexcept;
        Chain(const Chain&) = delete;
        Chain& operator=(const Chain&) = delete;
        ~Chain();

        // How many of the bytes found room.
        std::size_t append(std::string_view bytes);
        [[nodiscard]] std::uint64_t size() const { return size_; }
        // The octets up to the end of the first chunk.
        [[nodiscard]] std::string_view beginning() const;
        // At least so many octets of it, if there are.
        void copy_to(std::string& out, std::uint64_t enough = UINT64_MAX) const;
        // Other octets at its beginning, which lies in one chunk.
        void rewrite(std::string_view beginning);
        // It is a record from now on.  `content`: another chain, which lives until this
        // one goes or forgets it.
        void commit(const Chain* content);
        // It is given up: there is no room for it on the disk.
        void forget_content();

    private:
        friend class Arena;
        std::shared_ptr<Arena> arena_; // null: nothing finds room
        std::uint32_t first_ = 0;      // 0: empty; chunks are counted from 1
        std::uint32_t last_ = 0;
        std::uint64_t size_ = 0;
        Use use_ = Use::record;
    };

    // A record that was found: what was appended, and its content if it is there.
    struct Found {
        std::string text;
        std::optional<std::string> content;
        bool gave_content_up = false;
    };
    // Holds the lock, and is removed when this goes, unless leave() says that somebody
    // else shall find it.
    class File {
    public:
        explicit File(base::LockedFile file)
            : path_(std::move(file.path)), fd_(std::move(file.fd))
        {
        }
        ~File();
        File(const File&) = delete;
        File& operator=(const File&) = delete;
        void leave() { left_ = true; }
        [[nodiscard]] bool is_left() const { return left_; }
        [[nodiscard]] int fd() const { return fd_.get(); }

    private:
        std::string path_;
        base::Fd fd_;
        std::atomic<bool> left_ = false;
    };
    // What somebody left behind who was killed; goes with its file.
    struct Left {
        std::vector<Found> records;
        std::shared_ptr<File> file;
    };

    // Makes the directory if it is not there, and a file of about so many octets in it.
    // Throws base::Failure(fix_config).
    Arena(const std::string& directory, std::size_t octets);
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    // What is in it now stays for those who adopt it: nothing is given back from now on.
    void leave() { file_.leave(); }
    // The files there that nobody holds any more, each once.  What is no arena, or cannot
    // be read, is left.
    [[nodiscard]] static std::vector<Left> adopt(const std::string& directory);

private:
    friend class Chain;
    struct Mapping {
        Mapping(int fd, std::size_t size, int flags);
        ~Mapping();
        Mapping(const Mapping&) = delete;
        Mapping& operator=(const Mapping&) = delete;
        void* begin;
        std::size_t size;
    };

    [[nodiscard]] static std::optional<base::LockedFile> abandoned(const std::string& path);
    [[nodiscard]] static std::optional<Left> adopt_file(const std::string& path);
    [[nodiscard]] static std::vector<Found> records_in(const Mapping& map);
    [[nodiscard]] static std::optional<std::string>
    text_of(const Mapping& map, std::uint32_t chunks, std::uint32_t first);
    [[nodiscard]] Chunk& chunk(std::uint32_t number) const;
    [[nodiscard]] std::uint32_t take(Use use); // 0: there is none
    void give_back(std::uint32_t first);

    File file_;
    std::optional<Mapping> map_;
    std::size_t kept_ = 0; // chunks, for records
    std::mutex mutex_;     // guards free_
    std::deque<std::uint32_t> free_;
};

} // namespace tap
