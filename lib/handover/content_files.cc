// SPDX-License-Identifier: Apache-2.0
#include "handover/content_files.h"

#include "base/failure.h"
#include "tap/layout.h"

namespace handover {

namespace {

constexpr std::size_t most_open = 16; // of each lane, two descriptors each

tap::SealedRecord record_of(const db::HandoverItem& item)
{
    tap::SealedRecord record;
    record.offset = item.offset;
    record.next = item.next;
    record.content_offset = item.content_offset;
    record.content_size = item.content_size;
    record.number = item.record;
    record.form = static_cast<tap::ContentForm>(item.sealing);
    return record;
}

} // namespace

// Null: the file is gone.
tap::RecordReader* ContentFiles::of(const std::string& file)
{
    const auto known = readers_.find(file);
    if (known != readers_.end())
        return known->second.get();
    if (readers_.size() >= most_open)
        readers_.clear();
    try {
        auto reader = std::make_unique<tap::RecordReader>(
            tap::incoming_directory(desk_.tkuev.spool), file, desk_.opener);
        return (readers_[file] = std::move(reader)).get();
    } catch (const base::Failure& failure) {
        if (failure.error() != ENOENT)
            throw;
        return nullptr;
    }
}

std::optional<std::string> ContentFiles::read(const db::HandoverItem& item)
{
    tap::RecordReader* reader = of(item.file);
    return reader == nullptr ? std::nullopt : reader->content(record_of(item));
}

void ContentFiles::empty(const std::string& file, std::uint64_t from, std::uint64_t to)
{
    if (tap::RecordReader* reader = of(file))
        reader->empty(from, to);
}

void ContentFiles::empty(std::span<const db::HandoverItem> items)
{
    for (std::size_t i = 0; i < items.size();) {
        const db::HandoverItem& first = items[i];
        std::uint64_t end = first.next;
        for (++i; i < items.size() && items[i].file == first.file && items[i].offset == end;
             ++i)
            end = items[i].next;
        if (!first.file.empty())
            empty(first.file, first.offset, end);
    }
}

} // namespace handover
