// SPDX-License-Identifier: Apache-2.0
// tkuev-export stored - what waits for discs, and what is on images that were not handed
// over.
#include "audit/measure_entry.h"
#include "image_desk.h"
#include "li/official_time.h"
#include "text/json.h"

#include <fmt/format.h>

#include <iostream>

namespace tkuev_export {

namespace {

// Events wait for ever.
std::string until(const db::StoredFile& file)
{
    return file.deadline == 0 ? "" : li::official(file.deadline);
}

void print(const db::StoredFile& file)
{
    std::cout << fmt::format("{}  {}  {} octets  {}{}\n", file.name, name_of(file.stream),
                             file.size,
                             file.image.empty() ? "waits" : "on image " + file.image,
                             file.deadline == 0 ? "" : "  until " + until(file));
}

void print_json(const std::vector<db::StoredFile>& files)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_array();
    for (const db::StoredFile& file : files)
        json.begin_object()
            .member("name", file.name)
            .member("stream", name_of(file.stream))
            .member("octets", file.size)
            .member("sha256", file.digest)
            .member("image", file.image)
            .member("until", until(file))
            .end_object();
    json.end_array();
    std::cout << out << '\n';
}

} // namespace

int list_stored(const ImageCall& call)
{
    const ImageDesk desk(call);
    const li::Measure measure = desk.find(call.measure);
    desk.perform(audit::entry_of("disc-stored", measure, "disc"), [&](const std::string&) {
        const auto files = db::HandoverWork(desk.store()).stored(measure.handle);
        if (call.json)
            print_json(files);
        else
            for (const db::StoredFile& file : files)
                print(file);
        return std::string();
    });
    return 0;
}

} // namespace tkuev_export
