// SPDX-License-Identifier: Apache-2.0
// handover/file_steps.cc - a file's way onto one host.
//
// If we die: before uploaded, NAME.tmp may be there, whole or not, and is written anew;
// after it, NAME.tmp or NAME, never both; look_for() tells.
#include "handover/file_steps.h"

#include "handover/file_courier.h"

#include <fmt/format.h>

namespace handover {

namespace {

using Result = Outcome::Result;

std::string temporary(std::string_view name)
{
    return std::string(name) + std::string(temporary_suffix);
}

class Put {
public:
    Put(Remote& remote, const Parcel& parcel, const Watch& watch)
        : remote_(remote), parcel_(parcel), watch_(watch)
    {
    }

    [[nodiscard]] PutResult run();

private:
    // Each says whether to go on; if not, outcome_ is complete.
    [[nodiscard]] bool is_free();
    [[nodiscard]] bool upload();
    [[nodiscard]] bool came_whole();
    [[nodiscard]] bool rename();
    [[nodiscard]] bool verify();

    void reach(Step step, std::string_view said)
    {
        outcome_.step = step;
        if (watch_)
            watch_(step, said);
    }
    bool fail(const Trouble& trouble)
    {
        outcome_.result = result_of(trouble);
        outcome_.trouble = trouble.text;
        return false;
    }
    bool refuse_name(std::string why)
    {
        name_taken_ = true;
        return fail({Trouble::Kind::refused, std::move(why)});
    }
    bool deliver(std::string_view by)
    {
        reach(Step::verified, by);
        in_doubt_ = false;
        outcome_.result = Result::delivered;
        outcome_.receipt = receipt_.empty() ? std::string(by) : receipt_;
        return false;
    }

    Remote& remote_;
    const Parcel& parcel_;
    const Watch& watch_;
    Outcome outcome_;
    std::string receipt_; // what was said to the upload
    bool in_doubt_ = false;
    bool name_taken_ = false;
};

PutResult Put::run()
{
    if (is_free() && upload() && came_whole() && rename())
        (void)verify();
    return {outcome_, in_doubt_, name_taken_};
}

bool Put::is_free()
{
    const auto there = remote_.size(parcel_.name);
    if (!there)
        return fail(there.error());
    if (!*there)
        return true;
    if (**there == parcel_.octets.size())
        return deliver("found with its name and size");
    return refuse_name(fmt::format("{} is there with {} octets instead of {}", parcel_.name,
                                   **there, parcel_.octets.size()));
}

bool Put::upload()
{
    reach(Step::uploading, "");
    for (int attempt = 1;; ++attempt) {
        const auto said = remote_.upload(temporary(parcel_.name), parcel_.octets);
        if (said) {
            receipt_ = *said;
            return true;
        }
        if (said.error().kind == Trouble::Kind::busy && attempt < upload_attempts &&
            said.error().text.contains("426"))
            continue;
        (void)remote_.remove(temporary(parcel_.name)); // as far as it can be done
        Trouble trouble = said.error();
        if (trouble.kind == Trouble::Kind::absent) // SFTP: no such directory
            trouble.kind = Trouble::Kind::refused;
        return fail(trouble);
    }
}

bool Put::came_whole()
{
    const auto size = remote_.size(temporary(parcel_.name));
    if (!size)
        return fail(size.error());
    if (*size != parcel_.octets.size()) {
        (void)remote_.remove(temporary(parcel_.name));
        return fail(
            {Trouble::Kind::busy, fmt::format("the server has {} octets instead of {}",
                                              size->value_or(0), parcel_.octets.size())});
    }
    return true;
}

bool Put::rename()
{
    const auto there = remote_.size(parcel_.name);
    if (!there)
        return fail(there.error());
    if (*there)
        return refuse_name(parcel_.name + " has come from elsewhere");
    reach(Step::uploaded, receipt_);
    in_doubt_ = true;
    auto said = remote_.rename(temporary(parcel_.name), parcel_.name);
    if (!said) {
        // By a new login, if the connection was lost.
        const auto now = remote_.size(parcel_.name);
        if (!now || *now != parcel_.octets.size()) {
            // No is no; but who did not answer may still be about to do it.
            in_doubt_ = !now || said.error().kind == Trouble::Kind::unreachable;
            return fail(said.error());
        }
        said = "no answer, but renamed";
    }
    reach(Step::renamed, *said);
    return true;
}

bool Put::verify()
{
    const auto found = look_for(remote_, parcel_.name, parcel_.octets.size());
    if (!found)
        return fail({Trouble::Kind::unreachable, "no answer after the rename"});
    if (*found != Found::complete)
        return fail({Trouble::Kind::busy, "renamed, but not there with its name and size"});
    const auto listed = remote_.listed(parcel_.name);
    if (!listed)
        return fail(listed.error());
    if (!*listed)
        return fail({Trouble::Kind::busy, "renamed, but not listed"});
    return deliver("listed");
}

} // namespace

PutResult put_file(Remote& remote, const Parcel& parcel, const Watch& watch)
{
    return Put(remote, parcel, watch).run();
}

std::optional<Found> look_for(Remote& remote, std::string_view name, std::uint64_t size)
{
    const auto there = remote.size(name);
    if (!there)
        return std::nullopt;
    if (*there)
        return **there == size ? Found::complete : Found::different;
    const auto half = remote.size(temporary(name));
    if (!half)
        return std::nullopt;
    return *half ? Found::temporary : Found::absent;
}

Outcome::Result result_of(const Trouble& trouble)
{
    return trouble.kind == Trouble::Kind::refused ? Result::refused : Result::later;
}

} // namespace handover
