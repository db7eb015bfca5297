// SPDX-License-Identifier: Apache-2.0
// session/auth_dovecot.cc - see the header.  Grammar is sasl/dovecot.

#include "session/auth_dovecot.h"

#include "net/connect.h"
#include "sasl/dovecot.h"
#include "text/base64.h"

#include <fmt/format.h>

#include <array>
#include <unistd.h>

namespace session {

namespace {

namespace dovecot = sasl::dovecot;

constexpr base::milliseconds kConnectPatience{5000};
// Dovecot holds back the answer to a failed login for two seconds and more.
constexpr base::seconds kAnswerPatience{30};
constexpr std::uint32_t kRequest = 1; // the only one of its connection

// Lines end with LF alone here, which is why this is no net::LineReader.
class Socket {
public:
    explicit Socket(net::Stream stream) : stream_(std::move(stream)) {}

    net::Task<dovecot::Line> hear()
    {
        std::size_t end;
        while ((end = input_.find('\n')) == std::string::npos) {
            if (input_.size() > dovecot::max_line)
                throw net::PeerGone("line too long");
            std::array<char, 1024> buffer;
            const std::size_t count = co_await stream_.read_some(buffer);
            if (count == 0)
                throw net::PeerGone("connection closed");
            input_.append(buffer.data(), count);
        }
        const std::expected<dovecot::Line, std::string> line =
            dovecot::parse_line(std::string_view(input_).substr(0, end));
        input_.erase(0, end + 1);
        if (!line)
            throw net::PeerGone(line.error());
        co_return *line;
    }

    net::Stream& stream() { return stream_; }

private:
    net::Stream stream_;
    std::string input_;
};

dovecot::Request make_request(std::string_view user, std::string_view password,
                              const LoginOrigin& origin)
{
    std::string response("\0", 1);
    response.append(user).append("\0", 1).append(password);
    return {.id = kRequest,
            .mechanism = "PLAIN",
            .service = "smtp",
            .remote_ip = origin.client.ip(),
            .local_ip = origin.local.ip(),
            .remote_port = origin.client.port(),
            .local_port = origin.local.port(),
            .secured = origin.tls,
            .tls_cipher = origin.tls_cipher,
            .initial = true,
            .response = text::base64(response)};
}

// Nothing: this line does not decide.
std::optional<Login> decision(const dovecot::Line& line, const std::string& user)
{
    if (const auto* ok = std::get_if<dovecot::Ok>(&line); ok && ok->id == kRequest)
        return Login{Login::Result::accepted, ok->user.empty() ? user : ok->user, {}};
    const auto* fail = std::get_if<dovecot::Fail>(&line);
    if (fail == nullptr || fail->id != kRequest)
        return std::nullopt;
    if (fail->temporary)
        return Login{Login::Result::unavailable, user, "dovecot: " + fail->reason};
    return Login{Login::Result::refused, user,
                 fail->reason.empty() ? "refused by dovecot" : fail->reason};
}

net::Task<Login> converse(Socket& socket, std::string user, std::string request)
{
    const std::string hello = dovecot::hello(static_cast<std::uint32_t>(::getpid()));
    co_await socket.stream().write(hello);
    for (;;) { // its own handshake first: the request waits for the end of it
        const dovecot::Line line = co_await socket.hear();
        if (std::holds_alternative<dovecot::Done>(line))
            break;
    }
    co_await socket.stream().write(request);
    for (;;) {
        const dovecot::Line line = co_await socket.hear();
        const std::optional<Login> login = decision(line, user);
        if (login)
            co_return *login;
    }
}

} // namespace

net::Task<Login> DovecotAuthenticator::ask(std::string user, std::string password,
                                           LoginOrigin origin)
{
    const std::optional<net::Address> address = net::Address::parse_endpoint(socket_);
    if (!address)
        co_return Login{Login::Result::unavailable, user, socket_ + ": not a socket"};
    auto stream = co_await net::connect(loop_, *address, kConnectPatience);
    if (!stream)
        co_return Login{Login::Result::unavailable, user, stream.error().why};
    Socket socket(std::move(*stream));
    socket.stream().set_timeout(kAnswerPatience);
    std::string request = dovecot::auth_request(make_request(user, password, origin));
    const Login login = co_await converse(socket, user, std::move(request));
    co_return login;
}

net::Task<Login> DovecotAuthenticator::check_password(std::string user,
                                                      std::string password,
                                                      LoginOrigin origin)
{
    Login login{.result = Login::Result::unavailable, .user = user, .why = {}};
    try {
        login = co_await ask(user, password, origin);
    } catch (const net::PeerGone& gone) {
        login.why = fmt::format("dovecot {}: {}", socket_, gone.what());
    } catch (const net::TimedOut&) {
        login.why = fmt::format("dovecot {}: no answer", socket_);
    }
    co_return login;
}

} // namespace session
