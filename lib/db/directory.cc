// SPDX-License-Identifier: Apache-2.0
#include "db/directory.h"

#include "db/connection.h"
#include "db/fields.h"
#include "db/names.h"
#include "db/remembered.h"
#include "db/watched.h"

#include <array>

namespace db {

namespace {

using Route = std::shared_ptr<const std::vector<RouteHost>>;

// In the form in which the tables hold it; what is no domain matches nothing.
std::string as_stored(std::string_view domain)
{
    return normal_domain(domain).value_or(std::string());
}

} // namespace

struct Directory::State {
    Watched<Connection> file;
    std::uint64_t version = 1;
    Remembered<std::optional<Domain>> domains{remembered_answers};
    Remembered<std::vector<AddressRow>> addresses{remembered_answers};
    std::array<Remembered<Route>, 3> routes{Remembered<Route>{remembered_answers},
                                            Remembered<Route>{remembered_answers},
                                            Remembered<Route>{remembered_answers}};
    Remembered<std::optional<User>> users{remembered_answers};
    Route last_route; // what route() handed out

    State(std::string path, base::milliseconds max_staleness)
        : file(std::move(path), max_staleness)
    {
    }
    void look_if_due();
    template <class Answers, class Ask>
    const auto& answer(Answers& answers, std::string_view key, Ask ask);
    const std::vector<AddressRow>& address_rows(std::string_view address);
    bool take_name(const std::string& name, Service service);
    bool take_address(const Halves& parts, Service service);
    bool take_exact(const std::string& name, Service service);
    bool take_domain(const std::string& domain, Service service);
    bool take_route(std::string_view pattern, Service service);

private:
    void forget();
};

void Directory::State::forget()
{
    ++version;
    domains.clear();
    addresses.clear();
    for (Remembered<Route>& each : routes)
        each.clear();
    users.clear();
}

void Directory::State::look_if_due()
{
    file.look_if_due([this] { forget(); });
}

// From memory, or asked and remembered.
template <class Answers, class Ask>
const auto& Directory::State::answer(Answers& answers, std::string_view key, Ask ask)
{
    look_if_due();
    if (const auto* known = answers.find(key))
        return *known;
    try {
        return answers.add(key, ask(file.connection(), key));
    } catch (const base::Failure& failure) {
        file.give_up(failure);
    }
}

const std::vector<AddressRow>& Directory::State::address_rows(std::string_view address)
{
    return answer(addresses, address,
                  [](Connection& from, std::string_view key) { return from.address(key); });
}

bool Directory::State::take_route(std::string_view pattern, Service service)
{
    Remembered<Route>& known = routes[static_cast<std::size_t>(service)];
    last_route = answer(known, pattern, [service](Connection& from, std::string_view key) {
        return std::make_shared<const std::vector<RouteHost>>(from.route(key, service));
    });
    return !last_route->empty();
}

Directory::Directory(std::string path, base::milliseconds max_staleness)
    : state_(std::make_unique<State>(std::move(path), max_staleness))
{
    state_->file.begin();
}

Directory::~Directory() = default;

std::optional<Domain> Directory::domain(std::string_view name)
{
    return state_->answer(
        state_->domains, as_stored(name),
        [](Connection& from, std::string_view key) { return from.domain(key); });
}

std::vector<AddressRow> Directory::address(std::string_view address)
{
    const Halves parts = halves(address);
    const std::string tail = "@" + as_stored(parts.domain);
    const std::string exact = std::string(parts.local) + tail;
    const std::vector<AddressRow>& rows = state_->address_rows(exact);
    const std::string folded = lower(exact);
    if (!rows.empty() || folded == exact)
        return rows;
    return state_->address_rows(folded);
}

// As it is, then in lower case.
bool Directory::State::take_exact(const std::string& name, Service service)
{
    if (take_route(name, service))
        return true;
    const std::string folded = lower(name);
    return folded != name && take_route(folded, service);
}

// The domain, then those above it from the nearest one up.
bool Directory::State::take_domain(const std::string& domain, Service service)
{
    if (!domain.empty() && take_route(domain, service))
        return true;
    auto dot = domain.starts_with('[') ? std::string::npos : domain.find('.');
    while (dot != std::string::npos) {
        if (take_route(std::string_view(domain).substr(dot), service))
            return true;
        dot = domain.find('.', dot + 1);
    }
    return false;
}

// Login names without a domain.  One outside ASCII was taken for a domain at import.
bool Directory::State::take_name(const std::string& name, Service service)
{
    if (take_exact(name, service))
        return true;
    const std::string stored = as_stored(name);
    return !stored.empty() && stored != lower(name) && take_route(stored, service);
}

bool Directory::State::take_address(const Halves& parts, Service service)
{
    const std::string domain = as_stored(parts.domain);
    return take_exact(std::string(parts.local) + "@" + domain, service) ||
           take_domain(domain, service);
}

const std::vector<RouteHost>& Directory::route(std::string_view address, Service service)
{
    const Halves parts = halves(address);
    const bool bare = parts.local.size() == address.size() && service != Service::mail;
    const bool found = bare ? state_->take_name(std::string(address), service)
                            : state_->take_address(parts, service);
    if (!found)
        state_->take_route("*", service);
    return *state_->last_route;
}

const std::vector<RouteHost>& Directory::named_route(std::string_view pattern)
{
    // What is no pattern has no rows.
    const Checked stored = check_mail_pattern(pattern);
    (void)state_->take_route(stored ? *stored : std::string(), Service::mail);
    return *state_->last_route;
}

std::optional<User> Directory::user(std::string_view name)
{
    return state_->answer(state_->users, name, [](Connection& from, std::string_view key) {
        return from.user(key);
    });
}

std::uint64_t Directory::version()
{
    state_->look_if_due();
    return state_->version;
}

} // namespace db
