// SPDX-License-Identifier: Apache-2.0
// net/support_test.cc - the helpers of test_support.h.
#include "net/address.h"
#include "net/listener.h"
#include "net/test_support.h"
#include "net/tls_state.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>

namespace net::test {

namespace {

void close_file(FILE* file)
{
    (void)std::fclose(file);
}
using File = std::unique_ptr<FILE, FreeWith<close_file>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

void add_names(X509* certificate, const std::vector<std::string>& dns_names)
{
    std::string list;
    for (const std::string& name : dns_names)
        list += (list.empty() ? "DNS:" : ",DNS:") + name;
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, list.c_str());
    REQUIRE(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

SslCertificate sign_certificate(EVP_PKEY* key, const std::vector<std::string>& dns_names)
{
    SslCertificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    const auto* const text = reinterpret_cast<const unsigned char*>("sponts test");
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    add_names(certificate.get(), dns_names);
    X509_sign(certificate.get(), key, EVP_sha256());
    return certificate;
}

} // namespace

void run(Loop& loop, std::vector<Task<void>> dialogues)
{
    std::exception_ptr first;
    loop.io().restart(); // it may have run before
    for (Task<void>& dialogue : dialogues)
        boost::asio::co_spawn(loop.io(), std::move(dialogue),
                              [&first](const std::exception_ptr& error) {
                                  if (error && !first)
                                      first = error;
                              });
    loop.run();
    if (first)
        std::rethrow_exception(first);
}

void run(Loop& loop, Task<void> one)
{
    std::vector<Task<void>> dialogues;
    dialogues.push_back(std::move(one));
    run(loop, std::move(dialogues));
}

void run(Loop& loop, Task<void> one, Task<void> other)
{
    std::vector<Task<void>> dialogues;
    dialogues.push_back(std::move(one));
    dialogues.push_back(std::move(other));
    run(loop, std::move(dialogues));
}

std::pair<base::Fd, base::Fd> socket_pair()
{
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
    return {base::Fd(fds[0]), base::Fd(fds[1])};
}

std::pair<Stream, Stream> stream_pair(Loop& loop)
{
    auto [one, other] = socket_pair();
    return {Stream(loop, std::move(one)), Stream(loop, std::move(other))};
}

std::pair<Stream, Stream> tcp_pair(Loop& loop)
{
    const base::Fd listening = listen_on(*Address::parse_ip("127.0.0.1"));
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    REQUIRE(::getsockname(listening.get(), address, &length) == 0);
    base::Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.get(), address, length) == 0);
    base::Fd server(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    REQUIRE(server);
    return {Stream(loop, std::move(client)), Stream(loop, std::move(server))};
}

Task<std::string> read_all(Stream& stream)
{
    std::string all;
    std::array<char, 5000> buffer;
    for (;;) {
        const std::size_t got = co_await stream.read_some(buffer);
        if (got == 0)
            co_return all;
        all.append(buffer.data(), got);
    }
}

Task<std::string> read_exactly(Stream& stream, std::size_t size)
{
    std::string all(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const std::span<char> rest(all.data() + have, size - have);
        const std::size_t got = co_await stream.read_some(rest);
        if (got == 0)
            throw PeerGone("too early");
        have += got;
    }
    co_return all;
}

Folder::Folder()
{
    std::string name = std::filesystem::temp_directory_path() / "sponts-net-XXXXXX";
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
}

Folder::~Folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& content) const
{
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
}

static std::string pem_of(X509* certificate)
{
    const std::unique_ptr<BIO, FreeWith<BIO_free_all>> text(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(text.get(), certificate);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

TestCertificate make_certificate(const Folder& folder, const std::string& name,
                                 const std::vector<std::string>& dns_names)
{
    const Key key(EVP_EC_gen("P-256"));
    const SslCertificate certificate = sign_certificate(key.get(), dns_names);
    TestCertificate result{folder.path(name + ".pem"), folder.path(name + ".key"),
                           fingerprint_of(certificate.get()),
                           key_fingerprint_of(certificate.get()),
                           pem_of(certificate.get())};
    (void)folder.write(name + ".pem", result.pem);
    const File secret(std::fopen(result.key_file.c_str(), "w"));
    PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return result;
}

} // namespace net::test
