// SPDX-License-Identifier: Apache-2.0
// handover/remote.cc - the file server by libcurl.
#include "handover/remote.h"

#include "base/failure.h"
#include "base/wipe.h"
#include "handover/curl.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <cstring>

namespace handover {

namespace {

constexpr std::size_t longest_listing = 64 << 10; // of one name
constexpr std::size_t longest_reply = 512;

struct Body {
    std::string_view octets;
    std::size_t at = 0;
};

std::size_t hand_out(char* buffer, std::size_t size, std::size_t count, void* user)
{
    auto& body = *static_cast<Body*>(user);
    const std::size_t some = std::min(size * count, body.octets.size() - body.at);
    std::memcpy(buffer, body.octets.data() + body.at, some);
    body.at += some;
    return some;
}

std::size_t take_in(char* buffer, std::size_t size, std::size_t count, void* user)
{
    auto& text = *static_cast<std::string*>(user);
    if (text.size() + size * count > longest_listing)
        return 0; // libcurl gives up
    text.append(buffer, size * count);
    return size * count;
}

// For libcurl writes what it is told of a file's size as if it were one, to stdout.
std::size_t leave(char*, std::size_t size, std::size_t count, void*)
{
    return size * count;
}

int ask_stop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return static_cast<std::stop_token*>(user)->stop_requested() ? 1 : 0;
}

Trouble::Kind kind_of(CURLcode code, long status)
{
    switch (code) {
    case CURLE_REMOTE_FILE_NOT_FOUND:
        return Trouble::Kind::absent;
    case CURLE_LOGIN_DENIED:
    case CURLE_REMOTE_ACCESS_DENIED: // CWD
    case CURLE_QUOTE_ERROR:
    case CURLE_UPLOAD_FAILED:
    case CURLE_FTP_COULDNT_USE_REST:
        return status >= 400 && status < 500 ? Trouble::Kind::busy : Trouble::Kind::refused;
    case CURLE_USE_SSL_FAILED: // and therefore nothing more was said
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_URL_MALFORMAT:
        return Trouble::Kind::refused;
    case CURLE_REMOTE_DISK_FULL:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSH:
        return Trouble::Kind::busy;
    default:
        return Trouble::Kind::unreachable;
    }
}

} // namespace

struct Remote::Wire {
    li::Destination destination;
    li::Peer peer;
    Patience patience;
    std::string pin; // of the public key
    std::string ssh_key;
    std::string trusted; // PEM
    CurlHandle curl;
    std::stop_token stop;
    char words[CURL_ERROR_SIZE] = {};
    std::string said; // the server's last line
    std::string done; // its last "226" or "250"
    CURLcode code = CURLE_OK;
    long status = 0;

    ~Wire() { base::wipe(destination.password); }

    template <class Value>
    void set(CURLoption option, Value value)
    {
        const CURLcode answer = ::curl_easy_setopt(curl.get(), option, value);
        if (answer != CURLE_OK)
            throw base::Failure(base::Remedy::report_bug,
                                fmt::format("set libcurl's option {}: {}",
                                            static_cast<int>(option),
                                            ::curl_easy_strerror(answer)));
    }
    void set(CURLoption option, const std::string& value) { set(option, value.c_str()); }

    [[nodiscard]] bool ssh() const { return destination.method == li::Method::sftp; }
    void prepare(std::string_view name);
    void prepare_transport();
    void prepare_security();
    void trust_only_these();
    void prepare_ssh();
    [[nodiscard]] bool perform();
    [[nodiscard]] Trouble trouble() const;
    [[nodiscard]] Answer<std::string> command(std::initializer_list<std::string> lines);
    void hear(std::string_view line);
    [[nodiscard]] std::string ssh_path(std::string_view name) const;
};

Remote::Remote(const li::Destination& destination, const li::Peer& peer,
               std::string_view key, const Credentials& credentials,
               const Patience& patience)
    : wire_(std::make_unique<Wire>())
{
    start_curl();
    wire_->destination = destination;
    wire_->peer = peer;
    wire_->patience = patience;
    wire_->pin = key;
    wire_->ssh_key = credentials.ssh_key;
    wire_->trusted = credentials.trusted;
    hang_up();
}

Remote::~Remote() = default;

void Remote::obey(std::stop_token stop)
{
    wire_->stop = std::move(stop);
}

void Remote::hang_up()
{
    wire_->curl.reset(::curl_easy_init());
    if (!wire_->curl)
        throw base::Failure(base::Remedy::repair_system, "start libcurl: no memory");
}

void Remote::Wire::hear(std::string_view line)
{
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    said = text::printable(line, longest_reply);
    if (said.starts_with("226") || said.starts_with("250"))
        done = said;
}

void Remote::Wire::prepare(std::string_view name)
{
    ::curl_easy_reset(curl.get()); // keeps the connection
    words[0] = '\0';
    said.clear();
    done.clear();
    set(CURLOPT_URL, url_of(destination.method, peer, destination.directory, name));
    set(CURLOPT_ERRORBUFFER, words);
    set(CURLOPT_HEADERDATA, this);
    set(
        CURLOPT_HEADERFUNCTION,
        +[](char* bytes, std::size_t size, std::size_t count, void* user) {
            static_cast<Wire*>(user)->hear({bytes, size * count});
            return size * count;
        });
    set(CURLOPT_WRITEFUNCTION, leave);
    set(CURLOPT_XFERINFODATA, &stop);
    set(CURLOPT_XFERINFOFUNCTION, ask_stop);
    set(CURLOPT_NOPROGRESS, 0L);
    prepare_transport();
    ssh() ? prepare_ssh() : prepare_security();
}

void Remote::Wire::prepare_transport()
{
    set(CURLOPT_PROTOCOLS_STR, ssh() ? "sftp" : "ftp");
    set(CURLOPT_PROXY, ""); // whatever the environment says
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERNAME, destination.user);
    set(CURLOPT_PASSWORD, destination.password);
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(patience.connect.count()));
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(patience.answer.count()));
    set(CURLOPT_ACCEPTTIMEOUT_MS, static_cast<long>(patience.answer.count() * 1000));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience.stalled.count()));
    set(CURLOPT_TIMEOUT,
        static_cast<long>((patience.connect + patience.answer + patience.stalled).count()));
    if (!destination.passive && !ssh())
        set(CURLOPT_FTPPORT, "-"); // from the address of the control connection
    set(CURLOPT_FTP_FILEMETHOD, static_cast<long>(CURLFTPMETHOD_SINGLECWD));
    set(CURLOPT_FTP_SKIP_PASV_IP, 1L); // data go where the commands go
}

void Remote::Wire::prepare_security()
{
    if (destination.method != li::Method::ftps)
        return;
    set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL)); // or nothing at all
    set(CURLOPT_FTPSSLAUTH, static_cast<long>(CURLFTPAUTH_TLS));
    // With TLS 1.3 vsftpd now and then answers 426 to files that it has whole.
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2) |
                                static_cast<long>(CURL_SSLVERSION_MAX_TLSv1_2));
    const bool pinned = !pin.empty();
    set(CURLOPT_SSL_VERIFYPEER, pinned ? 0L : 1L);
    set(CURLOPT_SSL_VERIFYHOST, pinned ? 0L : 2L);
    if (pinned)
        set(CURLOPT_PINNEDPUBLICKEY, "sha256//" + pin);
    else if (!trusted.empty())
        trust_only_these();
}

void Remote::Wire::trust_only_these()
{
    curl_blob blob{trusted.data(), trusted.size(), CURL_BLOB_NOCOPY};
    set(CURLOPT_CAINFO_BLOB, &blob);
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

void Remote::Wire::prepare_ssh()
{
    set(CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256, pin);
    set(CURLOPT_SSH_KNOWNHOSTS, static_cast<const char*>(nullptr));
    const long by_password = CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD;
    set(CURLOPT_SSH_AUTH_TYPES,
        ssh_key.empty() ? by_password : by_password | CURLSSH_AUTH_PUBLICKEY);
    if (!ssh_key.empty())
        set(CURLOPT_SSH_PRIVATE_KEYFILE, ssh_key);
}

bool Remote::Wire::perform()
{
    code = ::curl_easy_perform(curl.get());
    (void)::curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    return code == CURLE_OK;
}

Trouble Remote::Wire::trouble() const
{
    if (stop.stop_requested())
        return {Trouble::Kind::unreachable, "stopped"};
    std::string text = words[0] != '\0' ? words : ::curl_easy_strerror(code);
    if (!said.empty() && status >= 400 && !text.contains(said))
        text += " (" + said + ")";
    return {kind_of(code, status), text::printable(text, longest_reply)};
}

// Within the directory, for commands; SFTP knows no current directory.
std::string Remote::Wire::ssh_path(std::string_view name) const
{
    std::string path = destination.directory;
    if (!path.empty() && !path.ends_with('/'))
        path += '/';
    path += name;
    std::string quoted = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

Answer<std::string> Remote::Wire::command(std::initializer_list<std::string> lines)
{
    prepare("");
    CurlList list;
    for (const std::string& line : lines) {
        curl_slist* const longer = ::curl_slist_append(list.get(), line.c_str());
        (void)list.release();
        list.reset(longer);
    }
    set(CURLOPT_NOBODY, 1L);
    // FTP: after the directory was entered.
    set(ssh() ? CURLOPT_QUOTE : CURLOPT_POSTQUOTE, list.get());
    if (!perform())
        return std::unexpected(trouble());
    return ssh() ? "ok" : done;
}

Answer<std::optional<std::uint64_t>> Remote::size(std::string_view name)
{
    wire_->prepare(name);
    wire_->set(CURLOPT_NOBODY, 1L);
    if (!wire_->perform()) {
        const Trouble trouble = wire_->trouble();
        if (trouble.kind == Trouble::Kind::absent)
            return std::nullopt;
        return std::unexpected(trouble);
    }
    curl_off_t size = -1;
    (void)::curl_easy_getinfo(wire_->curl.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    if (size < 0 && wire_->ssh())
        return 0; // libcurl's word for an empty file
    if (size < 0)
        return std::unexpected(
            Trouble{Trouble::Kind::refused, "the server does not tell sizes (SIZE)"});
    return static_cast<std::uint64_t>(size);
}

Answer<bool> Remote::listed(std::string_view name)
{
    if (wire_->ssh()) {
        const auto found = size(name);
        if (!found)
            return std::unexpected(found.error());
        return found->has_value();
    }
    wire_->prepare("");
    std::string listing;
    wire_->set(CURLOPT_WRITEDATA, &listing);
    wire_->set(CURLOPT_WRITEFUNCTION, take_in);
    wire_->set(CURLOPT_CUSTOMREQUEST, "NLST " + std::string(name));
    if (!wire_->perform()) {
        if (wire_->status == 550)
            return false;
        return std::unexpected(wire_->trouble());
    }
    return listing.contains(name);
}

Answer<std::string> Remote::upload(std::string_view name, std::string_view octets)
{
    wire_->prepare(name);
    Body body{octets};
    wire_->set(CURLOPT_UPLOAD, 1L);
    wire_->set(CURLOPT_READDATA, &body);
    wire_->set(CURLOPT_READFUNCTION, hand_out);
    wire_->set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(octets.size()));
    const Patience& patience = wire_->patience;
    const auto longest = patience.connect + patience.answer * 2 + patience.stalled +
                         base::seconds(octets.size() / patience.slowest);
    wire_->set(CURLOPT_TIMEOUT, static_cast<long>(longest.count()));
    if (!wire_->perform())
        return std::unexpected(wire_->trouble());
    return wire_->ssh() ? "closed" : wire_->done;
}

Answer<std::string> Remote::rename(std::string_view from, std::string_view to)
{
    if (wire_->ssh())
        return wire_->command(
            {"rename " + wire_->ssh_path(from) + ' ' + wire_->ssh_path(to)});
    return wire_->command({"RNFR " + std::string(from), "RNTO " + std::string(to)});
}

Answer<void> Remote::remove(std::string_view name)
{
    const std::string line =
        wire_->ssh() ? "rm " + wire_->ssh_path(name) : "DELE " + std::string(name);
    const auto answer = wire_->command({line});
    if (!answer)
        return std::unexpected(answer.error());
    return {};
}

Answer<std::string> Remote::greet()
{
    wire_->prepare("");
    wire_->set(CURLOPT_NOBODY, 1L);
    if (!wire_->perform())
        return std::unexpected(wire_->trouble());
    return wire_->ssh() ? "logged in" : wire_->said;
}

} // namespace handover
