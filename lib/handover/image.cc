// SPDX-License-Identifier: Apache-2.0
// handover/image.cc - makes images and burns them.
#include "handover/image.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "handover/disc_index.h"
#include "handover/image_source.h"
#include "handover/manifest.h"
#include "handover/tree.h"
#include "handover/xorriso.h"
#include "seal/digest.h"
#include "seal/envelope.h"

#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>

namespace handover {

namespace {

namespace fs = std::filesystem;
using base::Remedy;

constexpr mode_t private_mode = 0600;
constexpr const char* label = "TKUEV";

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
    void take(const std::string& name, const std::string& digest);
    void refuse_foreign(const std::string& place, const std::string& file,
                        std::string_view octets) const;
    void sign();

    const ImageOrder& order_;
    std::string root_;
    Manifest manifest_;
    DiscIndex index_;
    std::size_t events_ = 0;
    std::size_t contents_ = 0;
};

void Tree::add(const std::string& name, std::string_view octets)
{
    const std::string file = root_ + '/' + name;
    fs::create_directories(fs::path(file).parent_path());
    base::make_scratch_file(file, octets, private_mode);
    manifest_[name] = digest_of(octets);
}

// The digest that it must have; empty: any.
void Tree::take(const std::string& name, const std::string& digest)
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
    const std::string octets =
        base::read_file(order_.source + '/' + name, Remedy::supply_input);
    if (!digest.empty() && digest_of(octets) != digest)
        throw base::Failure(Remedy::check_disk,
                            order_.source + '/' + name + ": not what was written");
    if (digest.empty())
        refuse_foreign(place, order_.source + '/' + name, octets);
    content ? index_.add_content(place) : index_.add_document(place, octets);
    if (order_.recipient)
        add(place + disc::sealed, seal::envelop(octets, {&*order_.recipient, 1}));
    else
        add(place, octets);
}

// What was not written here may be anything.
void Tree::refuse_foreign(const std::string& place, const std::string& file,
                          std::string_view octets) const
{
    const std::string fault = fault_of({place, octets}, order_.reference, order_.national);
    if (!fault.empty())
        throw base::Failure(Remedy::fix_data, file + ": " + fault);
}

void Tree::sign()
{
    const std::string text = to_text(manifest_);
    base::make_scratch_file(root_ + '/' + disc::manifest, text, private_mode);
    base::make_scratch_file(root_ + '/' + disc::signature,
                            seal::sign(text, order_.signer, order_.key), private_mode);
}

std::size_t Tree::fill()
{
    for (const ImageFile& file : order_.files)
        take(file.name, file.digest);
    if (order_.files.empty())
        for (const std::string& name : list_tree(order_.source))
            take(name, "");
    if (events_ + contents_ == 0)
        throw base::Failure(Remedy::fix_data, order_.source + ": no files to hand over");
    const std::string index =
        index_.text(order_.recipient ? disc::sealed : "", order_.national);
    if (!index.empty())
        add(disc::index, index);
    add(disc::certificate, order_.signer.pem());
    add(disc::read_me, image_read_me(order_, events_, contents_, !index.empty()));
    sign();
    set_times(root_, order_.time);
    return events_ + contents_;
}

} // namespace

std::string image_digest(const std::string& image)
{
    const base::Fd fd(::open(image.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        base::fail_errno("read", image, Remedy::supply_input);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0)
        return digest_of("");
    void* const octets = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (octets == MAP_FAILED)
        base::fail_errno("read", image, Remedy::supply_input);
    std::string digest = digest_of({static_cast<const char*>(octets), size});
    ::munmap(octets, size);
    return digest;
}

ImageMade make_image(const ImageOrder& order, const BeforeImage& before)
{
    if (fs::exists(order.image))
        throw base::Failure(Remedy::make_room, order.image + ": exists");
    const WorkDirectory work(order.image);
    const std::string file = work.path() + "/image";
    ImageMade made;
    made.encrypted = order.recipient.has_value();
    made.files = Tree(order, work.path() + "/tree").fill();
    make_image_file(work.path() + "/tree", file, label, order.time);
    made.digest = image_digest(file);
    if (before)
        before(made);
    publish_file(file, order.image);
    return made;
}

void burn_image(const std::string& image, const std::string& digest,
                const std::string& drive)
{
    const std::uint64_t size = fs::file_size(image);
    burn_image_file(image, drive);
    const WorkDirectory work(fs::temp_directory_path() / "burn");
    const std::string back = work.path() + "/back";
    read_disc(drive, size, back);
    if (image_digest(back) != digest)
        throw base::Failure(Remedy::check_disk, drive + ": not what " + image + " is");
}

} // namespace handover
