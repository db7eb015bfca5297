// SPDX-License-Identifier: Apache-2.0
#include "db/scrub_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <mutex>

namespace db {

namespace {

// Room for the file of the VFS below.
constexpr int room = 4096;
constexpr std::size_t smallest_page = 512;
constexpr std::size_t largest_page = 65536;
// Beyond, the number that an overflow page begins with looks like the type of a B-tree page
// (128 GiB with pages of 4 kB): then nothing is scrubbed.
constexpr std::int64_t most_pages = 1 << 25;

struct File {
    sqlite3_file base;
    bool scrubs;
    // The file of the real VFS follows.
};

File* ours(sqlite3_file* file)
{
    return reinterpret_cast<File*>(file);
}

sqlite3_file* real(sqlite3_file* file)
{
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
}

template <auto Method, class... Args>
int pass(sqlite3_file* file, Args... args)
{
    return (real(file)->pMethods->*Method)(real(file), args...);
}

int close_file(sqlite3_file* file)
{
    return real(file)->pMethods != nullptr ? pass<&sqlite3_io_methods::xClose>(file)
                                           : SQLITE_OK;
}

bool is_page(std::size_t size, sqlite3_int64 offset)
{
    return size >= smallest_page && size <= largest_page && std::has_single_bit(size) &&
           offset % static_cast<sqlite3_int64>(size) == 0;
}

int write_file(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset)
{
    const auto size = static_cast<std::size_t>(amount);
    if (ours(file)->scrubs && offset / amount >= most_pages)
        ours(file)->scrubs = false;
    if (!ours(file)->scrubs || !is_page(size, offset))
        return pass<&sqlite3_io_methods::xWrite>(file, bytes, amount, offset);
    // What SQLite gave may be in its cache.
    thread_local std::array<unsigned char, largest_page> copy;
    std::copy_n(static_cast<const unsigned char*>(bytes), size, copy.begin());
    scrub_page(std::span(copy).first(size), offset == 0);
    return pass<&sqlite3_io_methods::xWrite>(file, static_cast<const void*>(copy.data()),
                                             amount, offset);
}

void shm_barrier(sqlite3_file* file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

using Io = sqlite3_io_methods;

const sqlite3_io_methods methods = {
    2, // no memory mapping: every page is written by a call
    close_file,
    pass<&Io::xRead, void*, int, sqlite3_int64>,
    write_file,
    pass<&Io::xTruncate, sqlite3_int64>,
    pass<&Io::xSync, int>,
    pass<&Io::xFileSize, sqlite3_int64*>,
    pass<&Io::xLock, int>,
    pass<&Io::xUnlock, int>,
    pass<&Io::xCheckReservedLock, int*>,
    pass<&Io::xFileControl, int, void*>,
    pass<&Io::xSectorSize>,
    pass<&Io::xDeviceCharacteristics>,
    pass<&Io::xShmMap, int, int, int, void volatile**>,
    pass<&Io::xShmLock, int, int, int>,
    shm_barrier,
    pass<&Io::xShmUnmap, int>,
    nullptr,
    nullptr,
};

bool is_small(sqlite3_file* file)
{
    sqlite3_int64 size = 0;
    return real(file)->pMethods->xFileSize(real(file), &size) != SQLITE_OK ||
           size / static_cast<sqlite3_int64>(smallest_page) < most_pages * 8;
}

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags,
              int* out)
{
    sqlite3_vfs* below = sqlite3_vfs_find(nullptr);
    file->pMethods = nullptr;
    real(file)->pMethods = nullptr;
    if (below->szOsFile > room)
        return SQLITE_CANTOPEN;
    const int result = below->xOpen(below, name, real(file), flags, out);
    if (real(file)->pMethods != nullptr)
        file->pMethods = &methods;
    ours(file)->scrubs =
        result == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0 && is_small(file);
    return result;
}

std::size_t two_octets(std::span<const unsigned char> page, std::size_t at)
{
    return static_cast<std::size_t>(page[at]) << 8 | page[at + 1];
}

} // namespace

const char* scrub_vfs()
{
    static constexpr const char* name = "sponts-scrub";
    static sqlite3_vfs vfs;
    static std::once_flag once;
    std::call_once(once, [] {
        vfs = *sqlite3_vfs_find(nullptr);
        vfs.zName = name;
        vfs.pNext = nullptr;
        vfs.szOsFile = static_cast<int>(sizeof(File)) + room;
        vfs.xOpen = open_file;
        sqlite3_vfs_register(&vfs, 0);
    });
    return name;
}

// https://www.sqlite.org/fileformat2.html, section 1.6.
void scrub_page(std::span<unsigned char> page, bool first)
{
    const std::size_t header = first ? 100 : 0;
    std::size_t header_size = 0;
    switch (page[header]) {
    case 2: // interior, of an index and of a table
    case 5:
        header_size = 12;
        break;
    case 10: // leaf
    case 13:
        header_size = 8;
        break;
    default:
        return;
    }
    const std::size_t begin = header + header_size + 2 * two_octets(page, header + 3);
    const std::size_t start = two_octets(page, header + 5);
    const std::size_t end = start == 0 ? largest_page : start;
    if (begin < end && end <= page.size())
        std::ranges::fill(page.subspan(begin, end - begin), 0);
}

} // namespace db
