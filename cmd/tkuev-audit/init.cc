// SPDX-License-Identifier: Apache-2.0
// tkuev-audit init - an empty log, and the person who may give roles.
#include "audit/person.h"
#include "base/clock.h"
#include "base/failure.h"
#include "base/file.h"
#include "base/hidden.h"
#include "desk.h"
#include "seal/keys.h"

#include <filesystem>
#include <iostream>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tkuev_audit {

namespace {

using base::Remedy;

constexpr int years = 10; // a certificate that runs out does not stop the log
constexpr const char* owner = "sponts-audit";

std::string directory_of(const std::string& file)
{
    return file.substr(0, file.rfind('/'));
}

// As root we make what is not there for the user of the log.
void make_directories(const audit::Places& places)
{
    const passwd* const user = ::geteuid() == 0 ? ::getpwnam(owner) : nullptr;
    for (const std::string& directory : {places.directory, directory_of(places.anchor)}) {
        if (std::filesystem::exists(directory))
            continue;
        base::make_hiding_directory(directory, user ? user->pw_gid : ::getegid());
        audit::make_directory(directory);
        if (user && ::chown(directory.c_str(), user->pw_uid, user->pw_gid) != 0)
            base::fail_errno("give", directory, Remedy::get_permission);
    }
}

// The certificate's file; made, with its key, if that was asked for.
std::string certificate_file(const Call& call)
{
    if (call.new_key.empty())
        return call.certificate;
    const std::string file = call.new_key + ".crt";
    seal::make_key_pair(call.new_key, file, "auditors", years * 365);
    return file;
}

bool is_sound(const audit::Inspection& log)
{
    return log.damage.empty();
}

// A sound log goes on; only who says so puts it aside.
void must_be_replaceable(const audit::Inspection& before, const Call& call)
{
    if (is_sound(before) && !call.even_sound)
        throw base::Failure(Remedy::make_room,
                            "the log is sound: --replace puts it aside with --even-sound");
}

// The log before is kept, under other names; returns what the new one says about it.
std::string put_aside(const audit::Places& places, const Call& call)
{
    const audit::Locked locked(places);
    const audit::Inspection before = audit::inspect_all(places);
    must_be_replaceable(before, call);
    const std::string ending = ".replaced-" + std::to_string(base::wall_seconds());
    for (const std::string& file :
         {places.file("log"), places.file("grants"), places.anchor})
        if (::rename(file.c_str(), (file + ending).c_str()) != 0 && errno != ENOENT)
            base::fail_errno("rename", file);
    base::sync_directory_of(places.file("log"));
    return (is_sound(before)
                ? "the log before was sound, its head " + audit::to_text(before.log.head())
                : "the log before was not sound") +
           "; it is kept in files that end with " + ending;
}

void note_replacement(const audit::Places& places, const std::string& detail)
{
    audit::Entry entry;
    entry.act = "log-replaced";
    entry.outcome = "done";
    entry.detail = detail;
    audit::Store(places).note(entry, audit::person_of_self());
}

void must_be_user(const std::string& name)
{
    if (::getpwnam(name.c_str()) == nullptr)
        throw base::Failure(Remedy::fix_arguments, name + ": no such user");
}

} // namespace

int init(const Call& call)
{
    const conf::Settings settings = conf::read_trusted_settings(call.config);
    const audit::Places places = places_of(settings);
    must_be_user(call.grantor);
    audit::refuse_left_behind(places);
    if (!call.replace && std::filesystem::exists(places.file("log")))
        throw base::Failure(Remedy::make_room, places.file("log") + ": exists already");
    if (call.replace) // once more under the lock; but now nothing is made yet
        must_be_replaceable(audit::inspect_all(places), call);
    const std::string file = certificate_file(call);
    const std::string certificate = base::read_file(file);
    make_directories(places);
    become_owner(places.directory);
    const std::string before = call.replace ? put_aside(places, call) : "";
    audit::create_log(places, certificate, file, call.grantor, audit::person_of_self());
    if (call.replace)
        note_replacement(places, before);
    std::cout << "audit log " << places.directory << ", anchor " << places.anchor << '\n'
              << call.grantor << " may grant roles\n";
    return exit_done;
}

} // namespace tkuev_audit
