// SPDX-License-Identifier: Apache-2.0
// handover/image.cc - makes images and burns them.
#include "handover/image.h"

#include "base/failure.h"
#include "handover/manifest.h"
#include "handover/tree.h"
#include "handover/xorriso.h"
#include "seal/digest.h"
#include "seal/envelope.h"
#include "text/base64.h"

#include <filesystem>

namespace handover {

namespace {

namespace fs = std::filesystem;
using base::Remedy;

constexpr std::size_t pem_width = 64;
constexpr const char* label = "TKUEV";

std::string pem_of(const seal::Certificate& certificate)
{
    const std::string body = text::base64(certificate.der());
    std::string out = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < body.size(); at += pem_width)
        out += body.substr(at, pem_width) + '\n';
    return out + "-----END CERTIFICATE-----\n";
}

std::string digest_of(std::string_view octets)
{
    return seal::hex(seal::sha256(octets));
}

// The tree of an image under construction.
class Tree {
public:
    Tree(const ImageOrder& order, std::string root) : order_(order), root_(std::move(root))
    {
        fs::create_directory(root_);
    }
    [[nodiscard]] std::size_t fill();

private:
    void add(const std::string& name, std::string_view octets);
    void take(const std::string& name);
    void sign();

    const ImageOrder& order_;
    std::string root_;
    Manifest manifest_;
    std::size_t events_ = 0;
    std::size_t contents_ = 0;
};

void Tree::add(const std::string& name, std::string_view octets)
{
    const std::string file = root_ + '/' + name;
    fs::create_directories(fs::path(file).parent_path());
    write_tree_file(file, octets);
    manifest_[name] = digest_of(octets);
}

void Tree::take(const std::string& name)
{
    const bool event = name.starts_with(disc::events);
    const bool content = name.starts_with(disc::contents);
    const std::string place = event || content ? name : disc::events + name;
    if (fs::path(place).parent_path().string() + '/' !=
        (content ? disc::contents : disc::events))
        throw base::Failure(Remedy::fix_data,
                            order_.source + '/' + name + ": neither in IRI/ nor in CC/");
    if (content && !order_.content)
        return;
    ++(content ? contents_ : events_);
    const std::string octets = read_tree_file(order_.source + '/' + name);
    if (order_.recipient)
        add(place + disc::sealed, seal::envelop(octets, {&*order_.recipient, 1}));
    else
        add(place, octets);
}

void Tree::sign()
{
    const std::string text = to_text(manifest_);
    write_tree_file(root_ + '/' + disc::manifest, text);
    write_tree_file(root_ + '/' + disc::signature,
                    seal::sign(text, order_.signer, order_.key));
}

std::size_t Tree::fill()
{
    for (const std::string& name : list_tree(order_.source))
        take(name);
    if (events_ + contents_ == 0)
        throw base::Failure(Remedy::fix_data, order_.source + ": no files to hand over");
    add(disc::certificate, pem_of(order_.signer));
    add(disc::read_me, image_read_me(order_, events_, contents_));
    sign();
    set_times(root_, order_.time);
    return events_ + contents_;
}

} // namespace

ImageMade make_image(const ImageOrder& order)
{
    if (fs::exists(order.image))
        throw base::Failure(Remedy::make_room, order.image + ": exists");
    const WorkDirectory work(order.image);
    const std::string file = work.path() + "/image";
    ImageMade made;
    made.files = Tree(order, work.path() + "/tree").fill();
    make_image_file(work.path() + "/tree", file, label, order.time);
    made.digest = digest_of(read_tree_file(file));
    publish_file(file, order.image);
    return made;
}

void burn_image(const std::string& image, const std::string& drive)
{
    burn_image_file(image, drive);
    const WorkDirectory work(std::filesystem::temp_directory_path() / "burn");
    for (const char* const side : {"/made", "/burned"})
        fs::create_directory(work.path() + side);
    extract_image(image, work.path() + "/made");
    extract_image(drive, work.path() + "/burned");
    const auto names = list_tree(work.path() + "/made");
    bool same = names == list_tree(work.path() + "/burned");
    for (const std::string& name : names)
        same = same && read_tree_file(work.path() + "/made/" + name) ==
                           read_tree_file(work.path() + "/burned/" + name);
    if (!same)
        throw base::Failure(Remedy::check_disk, drive + ": not what " + image + " is");
}

} // namespace handover
